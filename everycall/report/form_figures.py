"""Form figures: how the calls of one form scored, which questions they failed, and which agents they had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import Record, counts, records
from everycall.report.score_bins import Bin, Scale, bin_number, bins_of
from pipeline.analytics.agents.agents import JUDGED_ANSWERS, SCORE_BOUNDS, SCORECARDS, AgentFigures, read_agents
from pipeline.analytics.statistics.intervals import Interval, interval_of_mean, wilson

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCALE = Scale(lowest=0, highest=100, width=10)


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question: the share of the judged calls that failed it, and how many calls need a person."""

    question_id: str
    failed: int
    share: Interval
    unsure: int


@dataclass(frozen=True, slots=True)
class FormFigures:
    """One form in all its languages, e.g. `support`. Intervals are None where it scored no call."""

    form: str
    scored: int
    score: Interval | None
    auto_failed: Interval | None
    scores: tuple[Bin, ...]
    questions: tuple[QuestionFigures, ...]
    agents: tuple[AgentFigures, ...]


def read_form(connection: DuckDBPyConnection, form: str) -> FormFigures:
    """The figures of one form; empty without scorecards."""
    (scored,) = records(
        connection,
        f"""select count(total) as calls, avg(total) as mean, coalesce(stddev_samp(total), 0) as deviation,
        count(*) filter (total is not null and len(auto_failed) > 0) as auto_failed from ({SCORECARDS})""",
        [[form]],
    )
    return FormFigures(
        form=form,
        scored=scored["calls"],
        score=_score(scored),
        auto_failed=wilson(scored["auto_failed"], scored["calls"]) if scored["calls"] else None,
        scores=_scores(connection, form),
        questions=_questions(connection, form),
        agents=tuple(read_agents(connection, form=form)),
    )


def _score(scored: Record) -> Interval | None:
    if not scored["calls"]:
        return None
    mean, deviation = scored["mean"], scored["deviation"]
    return interval_of_mean(mean, standard_deviation=deviation, n=scored["calls"], bounds=SCORE_BOUNDS)


def _scores(connection: DuckDBPyConnection, form: str) -> tuple[Bin, ...]:
    query = f"""select {bin_number("total", SCALE)} as bin, count(*)
        from ({SCORECARDS}) where total is not null group by bin"""
    return bins_of(counts(connection, query, [[form]]), SCALE)


def _questions(connection: DuckDBPyConnection, form: str) -> tuple[QuestionFigures, ...]:
    judged = records(
        connection,
        f"""select question_id, count(*) as judged, count(*) filter (failed) as failed
        from ({JUDGED_ANSWERS}) group by question_id""",
        [[form]],
    )
    waiting = f"""select question_id, count(*) from answers
        semi join ({SCORECARDS}) s using (call_id, rubric_id, leg) where value = 'unsure' group by question_id"""
    unsure = counts(connection, waiting, [[form]])
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
