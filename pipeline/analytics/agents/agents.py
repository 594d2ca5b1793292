"""Agents: the mean score of each and the share of calls in which each question was failed, with intervals.

Figures of a few calls are mostly chance, so that under `FEWEST_RANKED` calls an agent is shown and not ranked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.analytics.statistics.intervals import Interval, interval_of_mean, wilson

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FEWEST_RANKED = 5
SCORE_BOUNDS = (0.0, 100.0)

# The name of a form in all its languages: `support` for `support.en` and `support.zh`.
FORM = "regexp_replace(rubric_id, '[.](en|zh)$', '')"
# Scorecards by some forms, given as a list of names: of each form the newest card of a call.
SCORECARDS = f"""
    select *, {FORM} as form from scorecards where list_contains(?, {FORM})
    qualify row_number() over (partition by call_id, form, leg order by part desc, rubric_id) = 1"""
# What a person must still decide counts nowhere.
IS_JUDGED = "points_possible > 0 and value not in ('na', 'unsure', 'failed')"
# An answer is failed when it could have earned points and earned none, or lost some.
JUDGED_ANSWERS = f"""
    select a.*, a.points <= 0 as failed
    from answers a semi join ({SCORECARDS}) s on a.call_id = s.call_id and a.rubric_id = s.rubric_id and a.leg = s.leg
    where {IS_JUDGED}"""


@dataclass(frozen=True, slots=True)
class ScoreSample:
    """An agent's scored calls in figures: how many, and the mean and standard deviation of their totals."""

    agent_id: str
    calls: int
    mean: float
    standard_deviation: float


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """How often an agent's calls were judged on a question, and how often they failed it."""

    agent_id: str
    question_id: str
    judged: int
    failed: int


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent. `failed` maps a question to the share of judged calls that failed it."""

    agent_id: str
    calls: int
    score: Interval
    failed: Mapping[str, Interval] = field(default_factory=dict)
    ranked: bool = True


def agent_figures(
    samples: Iterable[ScoreSample], counts: Iterable[QuestionCount] = (), *, fewest_ranked: int = FEWEST_RANKED
) -> list[AgentFigures]:
    """Ranked agents first, by mean score from the highest; then the others by id."""
    failed: dict[str, dict[str, Interval]] = defaultdict(dict)
    for count in counts:
        if count.judged:
            failed[count.agent_id][count.question_id] = wilson(count.failed, count.judged)
    found = [
        AgentFigures(
            agent_id=sample.agent_id,
            calls=sample.calls,
            score=interval_of_mean(
                sample.mean, standard_deviation=sample.standard_deviation, n=sample.calls, bounds=SCORE_BOUNDS
            ),
            failed=failed[sample.agent_id],
            ranked=sample.calls >= fewest_ranked,
        )
        for sample in samples
    ]
    return sorted(found, key=lambda agent: (not agent.ranked, -agent.score.estimate * agent.ranked, agent.agent_id))


# Whose scorecard it is; one that was written before calls had legs is the call's agent's.
AGENT = "coalesce(nullif(s.agent_id, ''), case when s.leg = 1 then c.agent_id else '' end)"


def forms_in(connection: DuckDBPyConnection) -> list[str]:
    """The names of the forms that an open store has scorecards of, the one with the most first."""
    rows = connection.execute(f"select {FORM} as form from scorecards group by form order by count(*) desc, form")
    return [form for (form,) in rows.fetchall()]


def read_agents(connection: DuckDBPyConnection, *, form: str, fewest_ranked: int = FEWEST_RANKED) -> list[AgentFigures]:
    """The figures of every agent whose id is known by one form, from an open store."""
    samples = connection.execute(
        f"""select {AGENT} as agent, count(*), avg(s.total), coalesce(stddev_samp(s.total), 0)
        from ({SCORECARDS}) s join calls c using (call_id)
        where agent <> '' and s.total is not null group by agent""",
        [[form]],
    ).fetchall()
    counts = connection.execute(
        f"""select {AGENT} as agent, a.question_id, count(*), count(*) filter (where a.failed)
        from ({JUDGED_ANSWERS}) a join calls c using (call_id)
        join scorecards s on a.call_id = s.call_id and a.rubric_id = s.rubric_id and a.leg = s.leg
        where agent <> '' group by agent, a.question_id order by agent, a.question_id""",
        [[form]],
    ).fetchall()
    return agent_figures(
        [ScoreSample(*row) for row in samples], [QuestionCount(*row) for row in counts], fewest_ranked=fewest_ranked
    )
