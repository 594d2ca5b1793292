"""Adjusted agents: agents compared as if all had been dealt the centre's own mix of topics, languages and queues.

Rates are modelled as they are, not by their log odds: the report shows a difference in percentage points, and the sums
by cell are all that the likelihood needs. A mixed logistic model would take calls one by one, and the variational one
of statsmodels gives intervals that are too short. A rate of 2 % varies less than one of 40 %: each agent is weighted by
how much the calls dealt to them vary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.analytics.agents.agents import SCORE_BOUNDS
from pipeline.analytics.agents.case_mix import CaseMix, create_case_mix, design_of, drop_case_mix, read_case_mix
from pipeline.analytics.measure.figure_rows import FEWEST_RANKED, SCHEMA
from pipeline.analytics.statistics.group_effects import GroupEffects, Z, bands_of, group_effects_of
from pipeline.analytics.statistics.intervals import Interval, interval_of_mean, wilson
from pipeline.analytics.statistics.mixed_model import Floats, Sums, fit, independent, sums_of

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

ADJUSTED = "_adjusted"
# Values are kept to a millionth: a variance under that squared is of calls that are all alike.
NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class AdjustedRules:
    """When agents are compared, and when ranked.

    Under 30 calls the 95 % interval of a rate is wider than 30 points, and of a score as wide as all agents together.
    A topic, language or queue of under 5 calls has no level of its own: it would say nothing of them. Three agents are
    the fewest among whom it can be asked how much agents differ. Spreads lean on the common one as if each topic had
    30 more calls.
    """

    fewest_ranked: int = FEWEST_RANKED
    fewest_of_a_kind: int = 5
    fewest_agents: int = 3
    borrowed_calls: float = 30.0


DEFAULT_RULES = AdjustedRules()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What agents are compared by: an expression over `dealt`, its bounds, and whether more of it is better.

    `whole` values are 0 or 1; of a `logarithm` the logarithm is modelled; the `young` cannot be judged yet, and their
    raw figures are the survival estimates of `resolution`.
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
    """Rows of `figures` by agent: each outcome as it is, and adjusted, where there are agents enough to compare.

    Reads `contacts` and `call_topics`, and `repeats`, `scorecards` and `answers` where they are. `n` are calls that the
    agent held alone; of repeats only calls that were watched for the whole window are compared.
    """
    import pyarrow as pa

    create_case_mix(connection)
    rows = [row for outcome in OUTCOMES for row in _rows(connection, outcome, rules=rules)]
    drop_case_mix(connection)
    return pa.Table.from_pylist(rows, schema=SCHEMA).sort_by([(name, "ascending") for name in ("measure", "key")])


def adjusted_levels(cells: CaseMix, *, rules: AdjustedRules = DEFAULT_RULES) -> GroupEffects:
    """The agents' levels of one outcome with the centre's mix, in the order of `cells.agents`."""
    design = design_of(cells, fewest=rules.fewest_of_a_kind)
    sums, basis = independent(modelled(cells, rules=rules))
    mix = np.asarray(cells.n @ design) / cells.n.sum() @ basis
    return group_effects_of(sums, mix=mix, ratio=fit(sums).ratio)


def modelled(cells: CaseMix, *, rules: AdjustedRules) -> Sums:
    """The sums that the model is fitted to, each agent's calls weighed by how little the like of them vary."""
    return sums_of(
        design_of(cells, fewest=rules.fewest_of_a_kind),
        agents=cells.agent,
        n=cells.n,
        totals=cells.totals,
        squares=cells.squares,
        weights=precision(cells, borrowed_calls=rules.borrowed_calls),
    )


def precision(cells: CaseMix, *, borrowed_calls: float) -> Floats:
    """By agent, how little the calls they were dealt vary: 1 where they vary as all calls do, 2 at half the variance.

    Within an agent all calls count alike. Weights by topic would let the topics in which next to nothing can fail
    speak for all.
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
    """The rows of one outcome, none if it is known of no call."""
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
    """The variance of all calls."""
    return float(cells.squares.sum() / cells.n.sum() - (cells.totals.sum() / cells.n.sum()) ** 2)


def _within(cells: CaseMix) -> Floats:
    """The squares about each cell's mean."""
    return np.maximum(cells.squares - cells.totals**2 / cells.n, 0.0)


def _censored(connection: DuckDBPyConnection, outcome: Outcome) -> dict[str, int]:
    """By agent, the calls that are too young for this outcome."""
    if not outcome.young:
        return {}
    found = connection.execute(f"select agent, count({outcome.value}) from dealt where young group by agent").fetchall()
    return dict(found)


def _plain(cells: CaseMix, outcome: Outcome) -> list[Interval]:
    """Each agent's mean or rate as it is."""
    n, totals, squares = (np.bincount(cells.agent, values) for values in (cells.n, cells.totals, cells.squares))
    if outcome.whole:
        return [wilson(round(total), int(count)) for total, count in zip(totals, n, strict=True)]
    deviations = np.sqrt(np.maximum(squares - totals**2 / n, 0.0) / np.maximum(n - 1, 1))
    return [
        interval_of_mean(float(total / count), standard_deviation=float(deviation), n=int(count), bounds=outcome.bounds)
        for total, count, deviation in zip(totals, n, deviations, strict=True)
    ]


def _fair(levels: GroupEffects, cells: CaseMix, logs: CaseMix, outcome: Outcome) -> list[Interval]:
    """Each agent's level with its interval. A level of logarithms is given as the mean that the centre's would be."""
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
    """The bands of those with calls enough, best first; None for the others."""
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
    """A row an agent. Calls too young to be judged count in `n`, and towards no rank."""
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
