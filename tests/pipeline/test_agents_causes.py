import numpy as np
import pyarrow as pa
import pytest
from analytics_store import memory_store

from pipeline.analytics.agents.causes import CauseRules, find_causes
from pipeline.store.schemas import schema_of


def store(calls, *, fails, agents=10, topics=8, queues=5, form="support.en"):
    """Calls judged on one question each by `fails(agent, topic, queue, place)`, with all levels crossed."""
    places = [(place % agents, place // agents % topics, place // agents // topics % queues) for place in range(calls)]
    ids = [f"c{place:05}" for place in range(calls)]
    connection = memory_store(
        call_topics=[
            {"call_id": call_id, "issue": 1, "topic_id": f"t{topic}"}
            for call_id, (_, topic, _) in zip(ids, places, strict=True)
        ],
        scorecards=[
            {"part": "p", "call_id": call_id, "rubric_id": form, "leg": 1, "agent_id": f"a{agent}"}
            for call_id, (agent, _, _) in zip(ids, places, strict=True)
        ],
        answers=[
            {"part": "p", "call_id": call_id, "rubric_id": form, "leg": 1, "position": 1, "question_id": "greeting",
             "value": "no", "points": 0.0 if fails(*levels, place) else 5.0, "points_possible": 5.0}
            for place, (call_id, levels) in enumerate(zip(ids, places, strict=True))
        ],
    )  # fmt: skip
    found = {"call_id": ids, "agent_id": [f"a{a}" for a, _, _ in places], "queue": [f"q{q}" for _, _, q in places]}
    connection.register("found", pa.table(found))
    connection.execute("insert into contacts by name select * from found")
    return connection


def by_level(table):
    return {row["level"]: row for row in table.to_pylist()}


def noise(seed, *, rate=0.1):
    draws = np.random.default_rng(seed).random(10_000)
    return lambda place: draws[place] < rate


def test_failures_clustered_by_agent_point_to_the_person():
    by_chance = noise(1)
    rows = by_level(find_causes(store(1200, fails=lambda a, t, q, place: a in (3, 7) or by_chance(place))))
    assert {row["lies_with"] for row in rows.values()} == {"person"}
    assert rows["agent"]["share"] > 0.3 > rows["topic"]["high"]
    evidence = rows["agent"]["evidence"]
    assert evidence.startswith(f"{rows['agent']['failed']} of 1200 judged answers failed; of what makes it fail, ")
    assert "a3 (120 of 120)" in evidence
    assert "a7 (120 of 120)" in evidence


@pytest.mark.parametrize(("place", "lies_with", "named"), [(1, "process", "t2"), (2, "system", "q2")])
def test_failures_clustered_by_topic_or_queue_point_to_the_process_or_the_system(place, lies_with, named):
    by_chance = noise(2)
    rules = CauseRules(surely_largest=0.75)
    table = find_causes(store(2000, fails=lambda *levels: levels[place] == 2 or by_chance(levels[3])), rules=rules)
    (row, *_) = table.to_pylist()
    assert row["lies_with"] == lies_with
    assert f"most above the others: {named} (" in row["evidence"]


def test_random_failures_have_no_cause():
    by_chance = noise(3, rate=0.3)
    rows = by_level(find_causes(store(1200, fails=lambda a, t, q, place: by_chance(place))))
    assert {row["lies_with"] for row in rows.values()} == {"unclear"}
    assert rows["agent"]["evidence"].endswith("none is clearly the largest")


def test_few_answers_give_no_cause():
    rows = by_level(find_causes(store(100, fails=lambda a, t, q, place: a < 4)))
    assert rows["agent"] == {
        "form": "support", "question_id": "greeting", "level": "agent", "judged": 100, "failed": 40, "share": None,
        "low": None, "high": None, "lies_with": "unclear",
        "evidence": "40 of 100 judged answers failed: too few to tell where it lies",
    }  # fmt: skip


def test_a_question_that_never_fails_has_no_cause():
    rows = by_level(find_causes(store(400, fails=lambda *levels: False)))
    assert rows["rest"]["lies_with"] == "unclear"


def test_agents_alone_are_not_compared():
    rows = by_level(find_causes(store(1200, fails=lambda a, t, q, place: a < 3, topics=1, queues=1)))
    assert rows["agent"]["share"] > 0.5
    assert rows["topic"]["share"] is None
    assert rows["agent"]["lies_with"] == "unclear"


def test_a_single_level_everywhere_leaves_nothing_to_compare():
    by_chance = noise(4, rate=0.3)
    rows = by_level(
        find_causes(store(400, fails=lambda a, t, q, place: by_chance(place), agents=1, topics=1, queues=1))
    )
    assert rows["rest"]["share"] == 1.0
    assert rows["agent"]["evidence"].endswith("too few agents, topics and queues to compare")


def test_the_rows_are_those_of_the_table_and_the_same_each_time():
    by_chance = noise(5, rate=0.2)
    tables = [find_causes(store(600, fails=lambda a, t, q, place: by_chance(place))) for _ in range(2)]
    assert tables[0].schema.names == [
        name for name in schema_of("causes").names if name not in ("part", "date", "as_of")
    ]
    assert tables[0].equals(tables[1])


def test_causes_can_be_asked_for_one_form():
    connection = store(100, fails=lambda *levels: False)
    assert find_causes(connection, form="other").num_rows == 0
    assert find_causes(connection, form="support").num_rows == 4


def test_a_store_without_scorecards_has_no_causes():
    assert find_causes(memory_store(scorecards=[], answers=[], call_topics=[])).num_rows == 0
