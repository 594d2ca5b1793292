"""Fair: agents compared at the same mix of calls, and where failures come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import Record, records
from everycall.report.rates import Rate, Rates
from everycall.report.stored_words import reworded
from pipeline.analytics.statistics.intervals import Interval
from pipeline.language import Translator
from pipeline.language.translator import message

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_AGENTS = 20
MOST_WITH_FEW = 10
MOST_CAUSES = 20
LEVELS = ("agent", "topic", "queue")


@dataclass(frozen=True, slots=True)
class Compared:
    """What agents are compared by, and how it is written: times `scale`, with `digits` decimals and a unit.

    `unit` is one of `phrasing.with_unit`; `title`, `chart_title` and `caption` are messages.
    """

    measure: str
    title: str
    chart_title: str
    caption: str
    unit: str
    scale: float
    digits: int
    more_is_better: bool


COMPARED = (
    Compared(
        "score",
        message("Score"),
        message("Agents compared fairly: score"),
        message("Agents by score"),
        "",
        1,
        0,
        more_is_better=True,
    ),
    Compared(
        "failed_rate",
        message("Questions failed"),
        message("Agents compared fairly: questions failed"),
        message("Agents by questions failed"),
        "percent",
        100,
        0,
        more_is_better=False,
    ),
    Compared(
        "negative_end_rate",
        message("Calls that end negative"),
        message("Agents compared fairly: calls that end negative"),
        message("Agents by calls that end negative"),
        "percent",
        100,
        0,
        more_is_better=False,
    ),
    Compared(
        "triggered_repeat_rate",
        message("Calls that bring the customer back"),
        message("Agents compared fairly: calls that bring the customer back"),
        message("Agents by calls that bring the customer back"),
        "percent",
        100,
        0,
        more_is_better=False,
    ),
    Compared(
        "handle_s",
        message("Minutes per call"),
        message("Agents compared fairly: minutes per call"),
        message("Agents by minutes per call"),
        "minutes",
        1 / 60,
        1,
        more_is_better=False,
    ),
)


@dataclass(frozen=True, slots=True)
class FairAgent:
    """One agent: `adjusted` to the centre's own mix of calls, and `plain` as measured."""

    adjusted: Rate
    plain: Rate | None


@dataclass(frozen=True, slots=True)
class FairComparison:
    """Agents by one outcome, the best first, those with too few calls last; `agents` is cut to a readable number."""

    by: Compared
    agents: tuple[FairAgent, ...]
    ranked: int
    too_few: int
    bands: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Where the failures of one question come from; a level's share is None where it is unknown."""

    form: str
    question_id: str
    judged: int
    failed: int
    shares: Mapping[str, Interval | None]
    lies_with: str
    evidence: str


def read_fair(rates: Rates) -> tuple[FairComparison, ...]:
    """A comparison for each outcome that has figures."""
    found = (_comparison(rates, by) for by in COMPARED)
    return tuple(comparison for comparison in found if comparison)


def _comparison(rates: Rates, by: Compared) -> FairComparison | None:
    adjusted = rates.get((f"{by.measure}_adjusted", "agent"), ())
    if not adjusted:
        return None
    plain = {rate.key: rate for rate in rates.get((by.measure, "agent"), ())}
    ranked = sorted((rate for rate in adjusted if rate.ranked), key=lambda rate: _place(rate, by))
    few = [rate for rate in adjusted if not rate.ranked]
    shown = _ends(ranked) + few[: max(0, min(MOST_WITH_FEW, MOST_AGENTS - len(ranked)))]
    return FairComparison(
        by=by,
        agents=tuple(FairAgent(rate, plain.get(rate.key)) for rate in shown),
        ranked=len(ranked),
        too_few=len(few),
        bands=len({rate.band for rate in ranked}),
    )


def _place(rate: Rate, by: Compared) -> tuple[int, float, str]:
    best_first = -rate.found.estimate if by.more_is_better else rate.found.estimate
    return rate.band or 0, best_first, rate.key


def _ends(ranked: list[Rate]) -> list[Rate]:
    """All agents, or the first and the last where they are too many."""
    half = MOST_AGENTS // 2
    return ranked if len(ranked) <= MOST_AGENTS else ranked[:half] + ranked[-half:]


def read_causes(connection: DuckDBPyConnection, translator: Translator) -> tuple[Cause, ...]:
    """Questions with a suggestion first, then those that fail most."""
    rows = records(
        connection,
        f"""select form, question_id, any_value(judged) as judged, any_value(failed) as failed,
            any_value(lies_with) as lies_with, any_value(evidence) as evidence,
            list({{level: level, share: share, low: low, high: high}} order by level) as levels
        from causes group by form, question_id
        order by any_value(lies_with) = 'unclear', any_value(failed) / greatest(any_value(judged), 1) desc,
            form, question_id limit {MOST_CAUSES}""",
    )
    return tuple(_cause(row, translator) for row in rows)


def _cause(row: Record, translator: Translator) -> Cause:
    known = {
        found["level"]: Interval(found["share"], found["low"], found["high"], row["judged"])
        for found in row.pop("levels")
        if found["share"] is not None
    }
    row["evidence"] = reworded(row["evidence"], translator)
    return Cause(shares={level: known.get(level) for level in LEVELS}, **row)
