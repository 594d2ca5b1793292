"""Agents: each agent's mean score and the share of calls that failed each question, with intervals.

Figures from a few calls are mostly chance, so agents with fewer than `FEWEST_RANKED` calls are shown but not ranked.
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

# What figures by agent and causes read of the scorecards.
SCORECARD_COLUMNS = ("call_id", "rubric_id", "leg", "part", "agent_id")
# The name of a form without its language: `support` for `support.en` and `support.zh`.
FORM = "regexp_replace(rubric_id, '[.](en|zh)$', '')"
# The newest scorecard per call, form and leg, for a list of form names given as a parameter.
SCORECARDS = f"""
    select *, {FORM} as form from scorecards where list_contains(?, {FORM})
    qualify row_number() over (partition by call_id, form, leg order by part desc, rubric_id) = 1"""
# Answers that a person must still decide do not count.
IS_JUDGED = "points_possible > 0 and value not in ('na', 'unsure', 'failed')"
# An answer fails if it could have earned points and earned none, or lost some.
JUDGED_ANSWERS = f"""
    select a.*, a.points <= 0 as failed
    from answers a semi join ({SCORECARDS}) s on a.call_id = s.call_id and a.rubric_id = s.rubric_id and a.leg = s.leg
    where {IS_JUDGED}"""


@dataclass(frozen=True, slots=True)
class ScoreSample:
    """The number of an agent's scored calls, and the mean and standard deviation of their totals."""

    agent_id: str
    calls: int
    mean: float
    standard_deviation: float


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """How often a question was judged in an agent's calls, and how often it was failed."""

    agent_id: str
    question_id: str
    judged: int
    failed: int


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent's figures. `failed` maps a question to the share of judged calls that failed it."""

    agent_id: str
    calls: int
    score: Interval
    failed: Mapping[str, Interval] = field(default_factory=dict)
    ranked: bool = True


def agent_figures(
    samples: Iterable[ScoreSample], counts: Iterable[QuestionCount] = (), *, fewest_ranked: int = FEWEST_RANKED
) -> list[AgentFigures]:
    """Return the ranked agents by mean score, highest first, then the others by id."""
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


# The agent of a scorecard. Scorecards written before calls had legs belong to the agent of the call.
AGENT = "coalesce(nullif(s.agent_id, ''), case when s.leg = 1 then c.agent_id else '' end)"


def forms_in(connection: DuckDBPyConnection) -> list[str]:
    """Return the names of the forms with scorecards in an open store, most scorecards first."""
    rows = connection.execute(f"select {FORM} as form from scorecards group by form order by count(*) desc, form")
    return [form for (form,) in rows.fetchall()]


def read_agents(connection: DuckDBPyConnection, *, form: str, fewest_ranked: int = FEWEST_RANKED) -> list[AgentFigures]:
    """Return the figures of every agent with a known id by one form, from an open store."""
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
