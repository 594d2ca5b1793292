import pytest

from pipeline.analytics.agents.agents import QuestionCount, ScoreSample, agent_figures
from pipeline.analytics.statistics.intervals import Interval, wilson


def test_agents_are_ranked_by_their_mean_score():
    samples = [ScoreSample("A1", 10, 70.0, 8.0), ScoreSample("A2", 10, 90.0, 8.0)]
    assert [agent.agent_id for agent in agent_figures(samples)] == ["A2", "A1"]


def test_few_calls_are_shown_after_the_others_and_not_ranked():
    samples = [ScoreSample("B", 4, 99.0, 1.0), ScoreSample("A", 1, 20.0, 0.0), ScoreSample("C", 5, 50.0, 1.0)]
    found = agent_figures(samples)
    assert [(agent.agent_id, agent.ranked) for agent in found] == [("C", True), ("A", False), ("B", False)]


def test_the_score_has_the_t_interval():
    (agent,) = agent_figures([ScoreSample("A", 4, 75.0, 12.909944)])
    assert (agent.score.low, agent.score.high) == pytest.approx((54.457397, 95.542603), abs=1e-4)


def test_a_single_call_gives_the_widest_interval():
    (agent,) = agent_figures([ScoreSample("A", 1, 75.0, 0.0)])
    assert agent.score == Interval(75.0, 0.0, 100.0, 1)


def test_the_share_of_failed_calls_has_wilsons_interval():
    counts = [
        QuestionCount("A", "empathy", 10, 5),
        QuestionCount("A", "recap", 0, 0),
        QuestionCount("B", "empathy", 3, 3),
    ]
    (agent,) = agent_figures([ScoreSample("A", 10, 75.0, 5.0)], counts)
    assert agent.failed == {"empathy": wilson(5, 10)}
