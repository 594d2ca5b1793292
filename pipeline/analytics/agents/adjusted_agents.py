"""Adjusted agents: agents compared as if all had the centre's own mix of topics, languages and queues.

Rates are modelled directly and not by their log odds: differences are reported in percentage points, and sums by cell
are sufficient for the likelihood. A mixed logistic model would take calls one by one, and its variational approximation
gives intervals that are too short. Agents are weighted by the variance of their kinds of calls, because a rate of 2 %
varies less than one of 40 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.analytics.agents.agents import SCORE_BOUNDS, SCORECARD_COLUMNS
from pipeline.analytics.agents.case_mix import CaseMix, case_mix_tables, design_of, read_case_mix
from pipeline.analytics.measure.figure_rows import FEWEST_RANKED, SCHEMA
from pipeline.analytics.measure.working_tables import in_memory, working_tables
from pipeline.analytics.statistics.group_effects import GroupEffects, Z, bands_of, group_effects_of
from pipeline.analytics.statistics.intervals import Interval, interval_of_mean, wilson
from pipeline.analytics.statistics.mixed_model import Floats, Sums, fit, independent, sums_of

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

ADJUSTED = "_adjusted"
# Values are stored to a millionth. A smaller variance means that all calls are equal.
NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class AdjustedRules:
    """When agents are compared, and when they are ranked.

    Attributes:
        fewest_ranked: With fewer calls, the 95 % interval of a rate is wider than 30 points, and that of a score as
            wide as the range of all agents.
        fewest_of_a_kind: A topic, language or queue with fewer calls has no effect of its own.
        fewest_agents: With fewer agents, how much agents differ cannot be estimated.
        borrowed_calls: The variance of each topic is shrunk towards the common one as if it had this many more calls.
    """

    fewest_ranked: int = FEWEST_RANKED
    fewest_of_a_kind: int = 5
    fewest_agents: int = 3
    borrowed_calls: float = 30.0


DEFAULT_RULES = AdjustedRules()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What agents are compared by.

    Attributes:
        measure: Name in `figures`.
        value: SQL expression over `case_mix`.
        bounds: The possible range.
        more_is_better: Whether the highest value is best.
        whole: Values are 0 or 1.
        logarithm: The logarithm is modelled.
        young: Calls inside the repeat window are left out; the raw figures are the survival estimates of `resolution`.
    """

    measure: str
    value: str
    bounds: tuple[float, float] = (0.0, 1.0)
    more_is_better: bool = False
    whole: bool = False
    logarithm: bool = False
    young: bool = False


OUTCOMES = (
    Outcome("failed_rate", "failed"),
    Outcome("handle_s", "handle_s", bounds=(0.0, float("inf")), logarithm=True),
    Outcome("negative_end_rate", "negative_end", whole=True),
    Outcome("triggered_repeat_rate", "trigger", whole=True, young=True),
    Outcome("score", "score", bounds=SCORE_BOUNDS, more_is_better=True),
)


def adjusted_figures(connection: DuckDBPyConnection, *, rules: AdjustedRules = DEFAULT_RULES) -> pa.Table:
    """Return rows of `figures` by agent: each outcome raw, and adjusted if there are enough agents to compare.

    `n` counts the calls that the agent had alone. Repeats are compared only over calls that were followed up for the
    whole window.
    """
    import pyarrow as pa

    tables = case_mix_tables()
    with (
        in_memory(connection, "scorecards", columns=SCORECARD_COLUMNS),
        working_tables(connection, tables, keep=("case_mix", "case_mix_cells")),
    ):
        rows = [row for outcome in OUTCOMES for row in _rows(connection, outcome, rules=rules)]
    return pa.Table.from_pylist(rows, schema=SCHEMA).sort_by([(name, "ascending") for name in ("measure", "key")])


def adjusted_levels(cells: CaseMix, *, rules: AdjustedRules = DEFAULT_RULES) -> GroupEffects:
    """Estimate each agent's level of one outcome at the centre's case mix, in the order of `cells.agents`."""
    design = design_of(cells, fewest=rules.fewest_of_a_kind)
    sums, basis = independent(model_sums(cells, rules=rules))
    mix = np.asarray(cells.n @ design) / cells.n.sum() @ basis
    return group_effects_of(sums, mix=mix, ratio=fit(sums).ratio)


def model_sums(cells: CaseMix, *, rules: AdjustedRules) -> Sums:
    """Return the sums that the model is fitted to, with agents weighted by `precision`."""
    return sums_of(
        design_of(cells, fewest=rules.fewest_of_a_kind),
        agents=cells.agent,
        n=cells.n,
        totals=cells.totals,
        squares=cells.squares,
        weights=precision(cells, borrowed_calls=rules.borrowed_calls),
    )


def precision(cells: CaseMix, *, borrowed_calls: float) -> Floats:
    """Return, by agent, the common variance over that of the agent's mix of calls: 2 if the mix varies half as much.

    All calls of an agent count alike. Weights by topic would let topics in which almost nothing fails dominate.
    """
    names, topic = cells.kinds["topic"]
    rest = _within(cells)
    freedom = np.bincount(topic, cells.n - 1, len(names))
    common = float(rest.sum()) / max(float(freedom.sum()), 1.0)
    if common == 0:
        return np.ones(len(cells.agents))
    of_topic = (np.bincount(topic, rest, len(names)) + borrowed_calls * common) / (freedom + borrowed_calls)
    variance = np.bincount(cells.agent, cells.n * of_topic[topic]) / np.bincount(cells.agent, cells.n)
    return np.asarray(common / variance)


def _rows(connection: DuckDBPyConnection, outcome: Outcome, *, rules: AdjustedRules) -> Iterator[dict[str, Any]]:
    """Yield the rows of one outcome, none if it is not known for any call."""
    judged = "not young" if outcome.young else "true"
    cells = read_case_mix(connection, value=outcome.value, where=judged)
    if not len(cells.n):
        return
    censored = _censored(connection, outcome)
    plain = _plain(cells, outcome)
    none = [None] * len(plain)
    if not outcome.young:
        yield from _figures(outcome.measure, cells.agents, plain, bands=none, censored=censored, rules=rules)
    if len(plain) < rules.fewest_agents or _spread(cells) < NO_SPREAD:
        return
    logs = read_case_mix(connection, value=f"ln({outcome.value})", where=judged) if outcome.logarithm else cells
    levels = adjusted_levels(logs, rules=rules)
    fair = _fair(levels, cells, logs, outcome)
    bands = _bands(levels, plain, outcome, rules=rules)
    yield from _figures(outcome.measure + ADJUSTED, cells.agents, fair, bands=bands, censored=censored, rules=rules)


def _spread(cells: CaseMix) -> float:
    """Return the variance over all calls."""
    return float(cells.squares.sum() / cells.n.sum() - (cells.totals.sum() / cells.n.sum()) ** 2)


def _within(cells: CaseMix) -> Floats:
    """Return the sum of squares about each cell's mean."""
    return np.maximum(cells.squares - cells.totals**2 / cells.n, 0.0)


def _censored(connection: DuckDBPyConnection, outcome: Outcome) -> dict[str, int]:
    """Count, by agent, the calls that are too recent for this outcome."""
    if not outcome.young:
        return {}
    found = connection.execute(
        f"select agent, count({outcome.value}) from case_mix where young group by agent"
    ).fetchall()
    return dict(found)


def _plain(cells: CaseMix, outcome: Outcome) -> list[Interval]:
    """Return each agent's raw mean or rate."""
    n, totals, squares = (np.bincount(cells.agent, values) for values in (cells.n, cells.totals, cells.squares))
    if outcome.whole:
        return [wilson(round(total), int(count)) for total, count in zip(totals, n, strict=True)]
    deviations = np.sqrt(np.maximum(squares - totals**2 / n, 0.0) / np.maximum(n - 1, 1))
    return [
        interval_of_mean(float(total / count), standard_deviation=float(deviation), n=int(count), bounds=outcome.bounds)
        for total, count, deviation in zip(totals, n, deviations, strict=True)
    ]


def _fair(levels: GroupEffects, cells: CaseMix, logs: CaseMix, outcome: Outcome) -> list[Interval]:
    """Return each agent's adjusted level with its interval, transformed back to a mean if logarithms were modelled."""
    reach = Z * np.sqrt(levels.variances)
    ends = [levels.estimates, levels.estimates - reach, levels.estimates + reach]
    if outcome.logarithm:
        centre = cells.totals.sum() / cells.n.sum() / np.exp(logs.totals.sum() / logs.n.sum())
        ends = [np.exp(end) * centre for end in ends]
    ends = [np.clip(end, *outcome.bounds) for end in ends]
    n = np.bincount(cells.agent, cells.n)
    return [
        Interval(float(estimate), float(low), float(high), int(count))
        for estimate, low, high, count in zip(*ends, n, strict=True)
    ]


def _bands(levels: GroupEffects, plain: list[Interval], outcome: Outcome, *, rules: AdjustedRules) -> list[int | None]:
    """Return the bands of agents with enough calls, best first; None for the others."""
    ranked = [agent for agent, interval in enumerate(plain) if interval.n >= rules.fewest_ranked]
    sign = -1 if outcome.more_is_better else 1
    order = sorted(ranked, key=lambda agent: (sign * levels.estimates[agent], agent))
    found = dict(zip(order, bands_of(levels, order=order), strict=True))
    return [found.get(agent) for agent in range(len(plain))]


def _figures(
    measure: str,
    agents: Sequence[str],
    intervals: Sequence[Interval],
    *,
    bands: Sequence[int | None],
    censored: Mapping[str, int],
    rules: AdjustedRules,
) -> Iterator[dict[str, Any]]:
    """Yield a row per agent. Calls that are too recent count in `n` but not towards a rank."""
    for agent, interval, band in zip(agents, intervals, bands, strict=True):
        young = censored.get(agent, 0)
        yield {
            "measure": measure,
            "dimension": "agent",
            "key": agent,
            "n": interval.n + young,
            "censored": young,
            "estimate": interval.estimate,
            "low": interval.low,
            "high": interval.high,
            "ranked": interval.n >= rules.fewest_ranked,
            "band": band,
        }
