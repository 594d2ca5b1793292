"""Figures: everything that the report shows, read from the tables at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.form_figures import FormFigures, read_form
from everycall.report.listening import CallToHear, read_calls_to_hear
from everycall.report.overall import OverallFigures, read_overall
from everycall.report.query import counts, records
from everycall.report.topics_and_repeats import RepeatFigures, TopicFigures, read_repeats, read_topics
from pipeline.analytics.agents.agents import FORM, forms_in
from pipeline.analytics.statistics.intervals import Interval, wilson
from pipeline.errors import ConfigError
from pipeline.language import ENGLISH, Translator
from pipeline.store import Store, open_duckdb

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOODS = ("negative", "neutral", "positive")
MOST_FAILURES = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """The counts at the top of the page. Rates are None without calls; `audio_s` is the length of the recordings."""

    calls: int
    first_date: str
    last_date: str
    languages: tuple[tuple[str, int], ...]
    audio_s: float
    failed: int
    scored: int
    flagged: Interval | None
    repeated: Interval | None
    rubric_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoodChange:
    """Calls by the customer's mood at the start and at the end."""

    start: str
    end: str
    calls: int


@dataclass(frozen=True, slots=True)
class FailureFigures:
    """One failure: where, what, and what to do."""

    source: str
    stage: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """All figures of the report. `forms` starts with the form with the most scorecards, and is never empty."""

    overview: Overview
    forms: tuple[FormFigures, ...]
    moods: tuple[MoodChange, ...]
    topics: tuple[TopicFigures, ...]
    repeats: RepeatFigures
    to_hear: tuple[CallToHear, ...]
    failures: tuple[FailureFigures, ...]
    overall: OverallFigures


def read_figures(store: Store, *, forms: Sequence[str] = (), translator: Translator = ENGLISH) -> ReportFigures:
    """All figures of a store, with scores by all forms or only by these; an empty store gives empty figures.

    `translator` words reasons, remarks and names. Raises ConfigError for a form without scorecards in the store.
    """
    connection = open_duckdb(store)
    try:
        chosen = _chosen(connection, forms)
        return ReportFigures(
            overview=_overview(connection, chosen),
            forms=tuple(read_form(connection, form) for form in chosen or [""]),
            moods=_moods(connection),
            topics=read_topics(connection, forms=chosen),
            repeats=read_repeats(connection),
            to_hear=read_calls_to_hear(connection, forms=chosen, translator=translator),
            failures=_failures(connection),
            overall=read_overall(connection, translator),
        )
    finally:
        connection.close()


def _chosen(connection: DuckDBPyConnection, forms: Sequence[str]) -> list[str]:
    there = forms_in(connection)
    unknown = sorted(set(forms) - set(there))
    if unknown:
        known = ", ".join(there) or "no form yet"
        raise ConfigError(f"there are no scorecards by {', '.join(unknown)}", remedy=f"The store has some by {known}")
    return [form for form in there if not forms or form in forms]


def _overview(connection: DuckDBPyConnection, forms: Sequence[str]) -> Overview:
    dated = "date > '1970-01-01'"
    (heard,) = records(
        connection,
        f"""select count(*) as calls, coalesce(min(date) filter ({dated})::varchar, '') as first_date,
        coalesce(max(date) filter ({dated})::varchar, '') as last_date,
        coalesce(sum(coalesce(audio_s, duration_s)), 0) as audio_s from calls""",
    )
    (scored,) = records(
        connection,
        f"""select count(distinct call_id) filter (total is not null) as calls,
        coalesce(list(distinct rubric_id order by rubric_id), []) as rubric_ids
        from scorecards where list_contains(?, {FORM})""",
        [list(forms)],
    )
    by_language = "select language, count(*) as calls from calls group by all order by calls desc, language"
    return Overview(
        **heard,
        languages=tuple(counts(connection, by_language).items()),
        failed=records(connection, "select count(*) as n from failures")[0]["n"],
        scored=scored["calls"],
        flagged=_rate(_calls_in(connection, "flags"), heard["calls"]),
        repeated=_rate(_calls_in(connection, "repeats"), heard["calls"]),
        rubric_ids=tuple(scored["rubric_ids"]),
    )


def _rate(count: int, n: int) -> Interval | None:
    return wilson(count, n) if n else None


def _calls_in(connection: DuckDBPyConnection, table: str) -> int:
    """The number of calls with a row in the table."""
    query = f"select count(distinct call_id) as n from {table} semi join calls using (call_id)"
    return int(records(connection, query)[0]["n"])


def _moods(connection: DuckDBPyConnection) -> tuple[MoodChange, ...]:
    counted = counts(connection, "select sentiment_start, sentiment_end, count(*) from calls group by all")
    pairs = [(start, end) for start in MOODS for end in MOODS if counted]
    return tuple(MoodChange(start, end, counted.get((start, end), 0)) for start, end in pairs)


def _failures(connection: DuckDBPyConnection) -> tuple[FailureFigures, ...]:
    query = f"select source, stage, cause, remedy from failures order by all limit {MOST_FAILURES}"
    return tuple(FailureFigures(**row) for row in records(connection, query))
