"""Figures: everything that the report shows, read from the tables in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.listening import CallToHear, read_calls_to_hear
from everycall.report.query import Record, records
from everycall.report.subjects import RepeatFigures, TopicFigures, read_repeats, read_topics
from pipeline.overall.agents import JUDGED_ANSWERS, NEWEST_SCORECARDS, SCORE_BOUNDS, AgentFigures, read_agents
from pipeline.overall.intervals import Interval, interval_of_mean, wilson
from pipeline.store import Store, open_duckdb

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BIN_WIDTH = 10
MOODS = ("negative", "neutral", "positive")
MOST_FAILURES = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """The counts at the top. Rates are None where there is nothing to count; `audio_s` is the recordings' length."""

    calls: int
    first_date: str
    last_date: str
    languages: tuple[tuple[str, int], ...]
    audio_s: float
    failed: int
    scored: int
    score: Interval | None
    auto_failed: Interval | None
    flagged: Interval | None
    repeated: Interval | None
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """How many calls scored from `low` up to `high`, which only the last bin holds itself."""

    low: int
    high: int
    calls: int


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question: in what share of the calls judged on it it was failed, and how many wait for a person."""

    question_id: str
    failed: int
    share: Interval
    unsure: int


@dataclass(frozen=True, slots=True)
class MoodChange:
    """How many calls began with the customer in one mood and ended in another."""

    start: str
    end: str
    calls: int


@dataclass(frozen=True, slots=True)
class FailureFigures:
    """One thing that went wrong: where, what, and what to do."""

    source: str
    stage: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """All of the report."""

    overview: Overview
    scores: tuple[ScoreBin, ...]
    questions: tuple[QuestionFigures, ...]
    agents: tuple[AgentFigures, ...]
    moods: tuple[MoodChange, ...]
    topics: tuple[TopicFigures, ...]
    repeats: RepeatFigures
    to_hear: tuple[CallToHear, ...]
    failures: tuple[FailureFigures, ...]


def read_figures(store: Store) -> ReportFigures:
    """All figures of a store; one that is empty gives empty ones."""
    connection = open_duckdb(store)
    try:
        return ReportFigures(
            overview=_overview(connection),
            scores=_scores(connection),
            questions=_questions(connection),
            agents=tuple(read_agents(connection)),
            moods=_moods(connection),
            topics=read_topics(connection),
            repeats=read_repeats(connection),
            to_hear=read_calls_to_hear(connection),
            failures=_failures(connection),
        )
    finally:
        connection.close()


def _overview(connection: DuckDBPyConnection) -> Overview:
    dated = "date > '1970-01-01'"
    (heard,) = records(
        connection,
        f"""select count(*) as calls, coalesce(min(date) filter ({dated})::varchar, '') as first_date,
        coalesce(max(date) filter ({dated})::varchar, '') as last_date,
        coalesce(sum(coalesce(audio_s, duration_s)), 0) as audio_s from calls""",
    )
    (scored,) = records(
        connection,
        f"""select count(total) as calls, avg(total) as mean, coalesce(stddev_samp(total), 0) as deviation,
        count(*) filter (total is not null and len(auto_failed) > 0) as auto_failed,
        coalesce(list(distinct rubric_id order by rubric_id), []) as forms from ({NEWEST_SCORECARDS})""",
    )
    by_language = "select language, count(*) as calls from calls group by language order by calls desc, language"
    return Overview(
        **heard,
        languages=tuple((row["language"], row["calls"]) for row in records(connection, by_language)),
        failed=records(connection, "select count(*) as n from failures")[0]["n"],
        scored=scored["calls"],
        score=_score(scored),
        auto_failed=_rate(scored["auto_failed"], scored["calls"]),
        flagged=_rate(_calls_in(connection, "flags"), heard["calls"]),
        repeated=_rate(_calls_in(connection, "repeats"), heard["calls"]),
        forms=tuple(scored["forms"]),
    )


def _score(scored: Record) -> Interval | None:
    if not scored["calls"]:
        return None
    mean, deviation = scored["mean"], scored["deviation"]
    return interval_of_mean(mean, standard_deviation=deviation, n=scored["calls"], bounds=SCORE_BOUNDS)


def _rate(count: int, n: int) -> Interval | None:
    return wilson(count, n) if n else None


def _calls_in(connection: DuckDBPyConnection, table: str) -> int:
    """How many of the calls have a row in the table."""
    query = f"select count(distinct call_id) as n from {table} semi join calls using (call_id)"
    return int(records(connection, query)[0]["n"])


def _scores(connection: DuckDBPyConnection) -> tuple[ScoreBin, ...]:
    last = 100 // BIN_WIDTH - 1
    rows = records(
        connection,
        f"""select least(floor(total / {BIN_WIDTH})::int, {last}) as bin, count(*) as calls
        from ({NEWEST_SCORECARDS}) where total is not null group by bin""",
    )
    counted = {row["bin"]: row["calls"] for row in rows}
    return tuple(ScoreBin(n * BIN_WIDTH, (n + 1) * BIN_WIDTH, counted.get(n, 0)) for n in range(last + 1) if counted)


def _questions(connection: DuckDBPyConnection) -> tuple[QuestionFigures, ...]:
    judged = records(
        connection,
        f"""select question_id, count(*) as judged, count(*) filter (failed) as failed
        from ({JUDGED_ANSWERS}) group by question_id""",
    )
    waiting = records(
        connection,
        f"""select question_id, count(*) as calls from answers
        semi join ({NEWEST_SCORECARDS}) s using (call_id, rubric_id) where value = 'unsure' group by question_id""",
    )
    unsure = {row["question_id"]: row["calls"] for row in waiting}
    found = [
        QuestionFigures(
            question_id=row["question_id"],
            failed=row["failed"],
            share=wilson(row["failed"], row["judged"]),
            unsure=unsure.get(row["question_id"], 0),
        )
        for row in judged
    ]
    return tuple(sorted(found, key=lambda question: (-question.share.estimate, question.question_id)))


def _moods(connection: DuckDBPyConnection) -> tuple[MoodChange, ...]:
    query = "select sentiment_start, sentiment_end, count(*) as calls from calls group by all"
    counted = {(row["sentiment_start"], row["sentiment_end"]): row["calls"] for row in records(connection, query)}
    pairs = [(start, end) for start in MOODS for end in MOODS if counted]
    return tuple(MoodChange(start, end, counted.get((start, end), 0)) for start, end in pairs)


def _failures(connection: DuckDBPyConnection) -> tuple[FailureFigures, ...]:
    query = f"select source, stage, cause, remedy from failures order by all limit {MOST_FAILURES}"
    return tuple(FailureFigures(**row) for row in records(connection, query))
