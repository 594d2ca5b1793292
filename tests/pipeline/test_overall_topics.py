import random

import numpy as np
import pytest
from overall_calls import ISSUES, WordPairs, brief, enriched, four_issues

from pipeline.overall import clusters
from pipeline.overall.clusters import NO_GROUP, cluster
from pipeline.overall.digest import digest
from pipeline.overall.likeness import likeness, terms
from pipeline.overall.topics import OTHER, fewest_calls, find_topics, quoted_turn


def test_terms_leave_out_stop_words_and_numbers():
    assert terms(["The bill of 42"]) == ["bill"]
    assert terms(["bill wrong"]) == ["bill", "wrong", "bill wrong"]


def test_chinese_terms_are_runs_of_two_and_three_characters():
    assert terms(["查账单 ok"]) == ["ok", "查账", "账单", "查账单"]


def test_a_call_is_like_itself_and_unlike_another_matter():
    alike = likeness(four_issues(8))
    found = alike.between(np.array([0]), np.array([0, 4, 1]))[0]
    assert found[0] == pytest.approx(1.0, abs=1e-5)
    assert found[1] > 0.5 > 0.1 > found[2]


@pytest.mark.parametrize("count", [3, 6, 12])
def test_unrelated_calls_are_at_nought_however_few(count):
    alike = likeness([brief(f"c{n}", f"word{n}", issue=n, noise=0.0) for n in range(count)])
    assert alike.between(np.array([0]), np.array([1]))[0, 0] == pytest.approx(0.0, abs=1e-5)


def test_likeness_to_a_group_is_the_mean_over_its_calls():
    alike = likeness(four_issues(5))
    labels = np.array([0, 1, NO_GROUP, 0] * 5)
    members = np.flatnonzero(labels == 0)
    wanted = alike.between(np.arange(20), members).mean(axis=1)
    assert alike.to_groups(labels, 2)[:, 0] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("calls_each", [3, 20, 60])
def test_each_issue_becomes_one_topic(calls_each):
    calls = four_issues(calls_each)
    topics, call_topics = find_topics(calls, finder=WordPairs())
    assert [topic.calls for topic in topics] == [calls_each] * 4
    assert {topic.name for topic in topics} == {"Bill wrong", "Router light", "Parcel never", "Card stolen"}
    by_issue = [{found.topic_id for found in call_topics[issue::4]} for issue in range(4)]
    assert [len(ids) for ids in by_issue] == [1] * 4


def test_calls_beyond_the_sample_join_the_nearest_topic(monkeypatch):
    monkeypatch.setattr(clusters, "SAMPLE", 20)
    labels = cluster(likeness(four_issues(25)), fewest=5)
    assert np.bincount(labels).tolist() == [25] * 4


def test_a_call_that_resembles_nothing_is_other():
    stray = brief("z", "completely unheard of subject", issue=9, noise=0.0)
    topics, call_topics = find_topics([*four_issues(10), stray], finder=WordPairs())
    assert len(topics) == 4
    assert (call_topics[-1].topic_id, call_topics[-1].similarity) == (OTHER, 0.0)


def test_topics_do_not_depend_on_the_order_of_the_calls():
    calls = four_issues(12)
    shuffled = random.Random(1).sample(calls, len(calls))
    assert find_topics(shuffled, finder=WordPairs()) == find_topics(calls, finder=WordPairs())


def test_examples_are_calls_of_the_topic():
    topics, call_topics = find_topics(four_issues(6), finder=WordPairs())
    topic_of = {found.call_id: found.topic_id for found in call_topics}
    assert all(topic_of[call_id] == topic.topic_id for topic in topics for call_id in topic.examples)
    assert all(len(topic.examples) == 3 for topic in topics)


def test_a_few_calls_are_each_worth_a_topic():
    calls = [brief(f"c{issue}", ISSUES[issue], issue=issue) for issue in range(4)]
    topics, _ = find_topics(calls, finder=WordPairs())
    assert [topic.calls for topic in topics] == [1] * 4


def test_no_calls_have_no_topics():
    assert find_topics([], finder=WordPairs()) == ([], [])


@pytest.mark.parametrize(("calls", "fewest"), [(1, 1), (20, 1), (21, 2), (400, 2), (1_600, 8), (100_000, 500)])
def test_how_many_calls_make_a_topic(calls, fewest):
    assert fewest_calls(calls) == fewest


def test_the_quoted_turn_is_no_number_being_spelled_out():
    said = [
        ("customer", "it is about my bill which is wrong"),
        ("customer", "so that is four four nine two one and the rest of it goes on and on"),
    ]
    assert quoted_turn(digest(enriched("c", said, noise=0.0))) == 0
