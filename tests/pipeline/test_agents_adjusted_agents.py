import math
from contextlib import contextmanager
from datetime import date, datetime

import numpy as np
import pytest
from analytics_store import memory_store
from repeat_calls import with_arrivals

from pipeline.analytics.agents.adjusted_agents import AdjustedRules, adjusted_figures, precision
from pipeline.analytics.agents.agents import SCORE_BOUNDS
from pipeline.analytics.agents.case_mix import case_mix_tables, design_of, read_case_mix
from pipeline.analytics.measure.working_tables import working_tables
from pipeline.analytics.statistics.intervals import interval_of_mean, wilson
from pipeline.store.schemas import schema_of

AGENTS = ("ann", "bob", "cem")
RULES = AdjustedRules(fewest_ranked=4)


def contact(place, agent, *, day=1, **other):
    row = {
        "call_id": f"c{place:03}",
        "date": date(2026, 3, day),
        "customer_id": f"k{place}",
        "agent_id": agent,
        "agents": [agent],
        "language": "en",
        "queue": "front",
        "duration_s": 100.0 + place,
        "sentiment_end": "neutral",
        "total": 50.0 + place % 7,
    }
    return row | other


def topic(place, name, *, issue=1):
    return {"call_id": f"c{place:03}", "issue": issue, "topic_id": name}


def store(contacts, topics=(), **tables):
    """A store in memory; arrivals follow from the repeats, if there are any."""
    given = {"call_topics": list(topics), "scorecards": [], "answers": []} | tables
    if "repeats" in tables:
        return with_arrivals(memory_store(contacts=contacts, **given))
    return memory_store(contacts=contacts, arrivals=[], **given)


@contextmanager
def case_mix(connection):
    with working_tables(connection, case_mix_tables()):
        yield connection


def of(table, measure):
    return {row["key"]: row for row in table.to_pylist() if row["measure"] == measure}


def unequal_case_mix():
    """Ann and Bob score 10 more and 10 less than Cem in the same topic; Ann gets mostly the hard one, Bob the easy."""
    plan = {"ann": ("hard", 18, "easy", 6), "bob": ("easy", 18, "hard", 6), "cem": ("easy", 12, "hard", 12)}
    level = {"ann": 60, "cem": 50, "bob": 40, "easy": 50, "hard": -10}
    contacts, topics = [], []
    for agent, (first, many, second, few) in plan.items():
        for kind in [first] * many + [second] * few:
            place = len(contacts)
            contacts.append(contact(place, agent, total=float(level[agent] + level[kind] + (-1) ** place)))
            topics.append(topic(place, kind))
    return store(contacts, topics)


def test_an_agent_with_hard_calls_is_ranked_at_equal_case_mix():
    figures = adjusted_figures(unequal_case_mix(), rules=RULES)
    raw, adjusted = of(figures, "score"), of(figures, "score_adjusted")
    assert sorted(AGENTS, key=lambda agent: -raw[agent]["estimate"]) == ["bob", "cem", "ann"]
    assert [adjusted[agent]["band"] for agent in ("ann", "cem", "bob")] == [1, 2, 3]
    assert adjusted["ann"]["estimate"] == pytest.approx(80, abs=0.5)
    assert adjusted["ann"]["low"] < adjusted["ann"]["estimate"] < adjusted["ann"]["high"]


def test_the_rows_are_those_of_the_table_in_order():
    figures = adjusted_figures(unequal_case_mix(), rules=RULES)
    assert figures.schema.names == [
        name for name in schema_of("figures").names if name not in ("part", "date", "as_of")
    ]
    keys = [(row["measure"], row["key"]) for row in figures.to_pylist()]
    assert keys == sorted(keys)
    assert {row["dimension"] for row in figures.to_pylist()} == {"agent"}
    assert figures.equals(adjusted_figures(unequal_case_mix(), rules=RULES))


def test_raw_figures_are_means_and_rates_with_their_intervals():
    contacts = [
        contact(place, "ann", total=total, sentiment_end=end)
        for place, (total, end) in enumerate([(70.0, "negative"), (80.0, "neutral"), (90.0, "")])
    ]
    figures = adjusted_figures(store(contacts))
    score, negative = of(figures, "score")["ann"], of(figures, "negative_end_rate")["ann"]
    mean = interval_of_mean(80.0, standard_deviation=10.0, n=3, bounds=SCORE_BOUNDS)
    assert (score["n"], score["estimate"]) == (3, 80.0)
    assert (score["low"], score["high"]) == pytest.approx((mean.low, mean.high))
    rate = wilson(1, 2)
    assert [negative[name] for name in ("n", "estimate", "low", "high")] == [2, rate.estimate, rate.low, rate.high]


def test_with_too_few_calls_nobody_is_ranked_or_in_a_band():
    contacts = [contact(place, "ann" if place < 3 else AGENTS[place % 3]) for place in range(30)]
    few = [contact(90, "dot", total=99.0)]
    adjusted = of(adjusted_figures(store(contacts + few), rules=RULES), "score_adjusted")
    assert (adjusted["dot"]["ranked"], adjusted["dot"]["band"]) == (False, None)
    assert adjusted["ann"]["ranked"]
    assert adjusted["ann"]["band"] == 1


def test_two_agents_are_not_compared():
    figures = adjusted_figures(store([contact(place, AGENTS[place % 2]) for place in range(40)]))
    assert {row["measure"] for row in figures.to_pylist()} == {
        "score", "handle_s", "negative_end_rate"
    }  # fmt: skip


def test_an_outcome_without_variance_is_not_compared():
    figures = adjusted_figures(store([contact(place, AGENTS[place % 3], total=80.0) for place in range(60)]))
    assert not of(figures, "score_adjusted")
    assert of(figures, "handle_s_adjusted")


def test_a_transferred_call_counts_for_nobody():
    contacts = [contact(0, "ann"), contact(1, "ann", agents=["ann", "bob"]), contact(2, "", agents=[])]
    assert {key: row["n"] for key, row in of(adjusted_figures(store(contacts)), "score").items()} == {"ann": 1}


def test_no_calls_give_no_rows():
    assert adjusted_figures(store([])).num_rows == 0


def test_handle_time_is_compared_by_its_logarithm_and_reported_in_seconds():
    contacts = [contact(place, AGENTS[place % 3], duration_s=100.0 * 2 ** (place % 3)) for place in range(90)]
    adjusted = of(adjusted_figures(store(contacts)), "handle_s_adjusted")
    mean = 700 / 3
    ratio = math.exp(math.log(200.0))
    assert adjusted["bob"]["estimate"] == pytest.approx(200 * mean / ratio, rel=1e-6)
    assert adjusted["cem"]["estimate"] / adjusted["ann"]["estimate"] == pytest.approx(4, rel=1e-6)
    assert [adjusted[agent]["band"] for agent in AGENTS] == [1, 2, 3]


def test_calls_inside_the_repeat_window_are_counted_and_not_judged():
    contacts = [
        contact(place, AGENTS[place % 3], started_at=datetime(2026, 3, 1 if place < 60 else 28, 9, place % 60))
        for place in range(90)
    ]
    contacts[0]["customer_id"] = ""
    repeats = [
        {"call_id": "x", "method": "matched", "earlier_call_id": f"c{place:03}", "days_between": 1.0}
        for place in (*range(1, 60, 3), 61)
    ]
    figures = adjusted_figures(store(contacts, repeats=repeats))
    adjusted = of(figures, "triggered_repeat_rate_adjusted")
    assert [(adjusted[agent]["n"], adjusted[agent]["censored"]) for agent in AGENTS] == [(29, 10), (30, 10), (30, 10)]
    assert not any(row["ranked"] for row in adjusted.values())
    assert adjusted["bob"]["estimate"] > 0.9 > 0.1 > adjusted["cem"]["estimate"]
    assert not of(figures, "triggered_repeat_rate")


def test_the_share_of_failed_questions_is_that_of_each_call():
    contacts = [contact(0, "ann"), contact(1, "ann")]
    cards = [
        {"call_id": row["call_id"], "rubric_id": "support.en", "leg": 1, "agent_id": "ann", "part": "p"}
        for row in contacts
    ]
    answers = [
        {"call_id": f"c{place:03}", "rubric_id": "support.en", "leg": 1, "position": position,
         "question_id": f"q{position}", "value": value, "points": points, "points_possible": 5.0}
        for place, position, value, points in [
            (0, 1, "no", 0.0), (0, 2, "yes", 5.0), (1, 1, "yes", 5.0), (1, 2, "unsure", 0.0), (1, 3, "na", 0.0)
        ]
    ]  # fmt: skip
    row = of(adjusted_figures(store(contacts, scorecards=cards, answers=answers)), "failed_rate")["ann"]
    assert (row["n"], row["estimate"]) == (2, 0.25)


def test_a_rate_stays_a_rate():
    contacts = [
        contact(place, AGENTS[place % 3], sentiment_end="negative" if place % 3 == 0 else "neutral")
        for place in range(90)
    ]
    adjusted = of(adjusted_figures(store(contacts)), "negative_end_rate_adjusted")
    assert all(0 <= row["low"] <= row["estimate"] <= row["high"] <= 1 for row in adjusted.values())
    assert [adjusted[agent]["band"] for agent in AGENTS] == [2, 1, 1]


def test_the_topic_of_a_call_is_that_of_its_first_issue():
    connection = store([contact(0, "ann"), contact(1, "ann")], [topic(0, "t2", issue=2), topic(0, "t1")])
    with case_mix(connection):
        cells = read_case_mix(connection, value="score")
    assert cells.kinds["topic"][0] == ["other", "t1"]
    assert cells.n.tolist() == [1, 1]


def test_kinds_with_few_calls_share_a_column():
    contacts = [contact(place, "ann") for place in range(5)]
    connection = store(contacts, [topic(place, "t1" if place < 3 else f"t{place}") for place in range(5)])
    with case_mix(connection):
        design = design_of(read_case_mix(connection, value="score"), fewest=3)
    # Ones; rare topics and t1; rare languages and en; rare queues and front.
    assert design.toarray().tolist() == [[1, 0, 1, 0, 1, 0, 1], [1, 1, 0, 0, 1, 0, 1], [1, 1, 0, 0, 1, 0, 1]]


def test_calls_with_little_variance_weigh_more():
    contacts = [
        contact(place, "ann" if place < 40 else "bob", total=50.0 + (place % 2) * (2 if place < 40 else 8))
        for place in range(80)
    ]
    connection = store(contacts, [topic(place, "calm" if place < 40 else "wild") for place in range(80)])
    with case_mix(connection):
        cells = read_case_mix(connection, value="score")
    calm, wild = precision(cells, borrowed_calls=0.0)
    assert calm / wild == pytest.approx(16)
    assert np.ptp(precision(cells, borrowed_calls=1e9)) == pytest.approx(0, abs=1e-6)
