from itertools import combinations

import numpy as np
import pytest
from analytics_store import memory_store

from pipeline.analytics.topics.issue_pairs import similarity_of_pairs

DIMENSIONS = 64


def issue(call_id, vector, *, language="en", terms=(), date="2026-03-02", encoder="use"):
    return {
        "call_id": call_id,
        "date": np.datetime64(date).item(),
        "issue": 1,
        "language": language,
        "encoder": encoder,
        "vector": np.asarray(vector, float).tolist(),
        "terms": list(terms),
    }


def towards(direction, *, tone=0.0):
    vector = np.full(DIMENSIONS, tone)
    vector[direction] += 1.0
    return vector / np.linalg.norm(vector)


def similarities(issues, pairs, **options):
    store = memory_store(issues=issues)
    store.execute("create temp table arrival_calls as select distinct call_id, call_id as arrival_id from issues")
    store.execute("create temp table arrival_pairs (pair bigint, later_id varchar, earlier_id varchar)")
    for number, (later, earlier) in enumerate(pairs):
        store.execute("insert into arrival_pairs values (?, ?, ?)", [number, later, earlier])
    rows = similarity_of_pairs(store, **options).to_pylist()
    return {row["pair"]: row["similarity"] for row in rows}


@pytest.mark.parametrize("number", [4, 40])
def test_unrelated_issues_are_at_zero_among_few_and_among_many(number):
    issues = [issue(f"c{direction}", towards(direction, tone=0.5)) for direction in range(number)]
    found = similarities(issues, list(combinations([one["call_id"] for one in issues], 2)))
    assert np.mean(list(found.values())) == pytest.approx(0.0, abs=0.01)


def test_equal_issues_are_at_one():
    issues = [issue(f"c{number}", towards(number % 9), terms=[number % 9, 99 + number % 9]) for number in range(18)]
    assert similarities(issues, [("c0", "c9"), ("c0", "c1")]) == {
        0: pytest.approx(1.0, abs=0.001),
        1: pytest.approx(0.0, abs=0.05),
    }


def test_a_word_in_all_issues_is_ignored():
    issues = [issue(f"c{number}", towards(number), terms=[7]) for number in range(12)]
    assert similarities(issues, [("c0", "c1")])[0] == pytest.approx(0.0, abs=0.01)


def test_each_language_has_its_own_tone():
    english = [issue(f"e{number}", towards(number, tone=0.5)) for number in range(10)]
    chinese = [issue(f"z{number}", towards(number, tone=-0.5), language="zh") for number in range(10)]
    found = similarities([*english, *chinese], [("e1", "z1"), ("e1", "z2")])
    assert found[0] > 0.5
    assert found[1] == pytest.approx(0.0, abs=0.1)


def test_an_issue_without_words_and_one_of_another_encoder_are_not_compared():
    issues = [issue("a", towards(0)), issue("b", np.zeros(DIMENSIONS)), issue("c", towards(0, tone=0.1), encoder="e5")]
    assert similarities(issues, [("a", "b"), ("a", "c"), ("a", "a")]).keys() == {2}


def test_issues_before_the_date_are_not_read():
    issues = [issue("a", towards(0)), issue("b", towards(0), date="2026-01-01")]
    assert similarities(issues, [("a", "b")], since=np.datetime64("2026-02-01").item()) == {}


def test_no_pairs_give_no_rows():
    assert similarities([issue("a", towards(0))], []) == {}
