import random
from datetime import date

import numpy as np
import pytest
from analytics_calls import WordPairs, brief, four_issues, gathered, text_of, words_of

from pipeline.analytics.topics.clusters import NO_GROUP, cluster
from pipeline.analytics.topics.issues import joined
from pipeline.analytics.topics.similarity import space_of
from pipeline.analytics.topics.topics import discover, fewest_issues, topics_of
from pipeline.topic import OTHER


def placed(issues):
    return space_of(issues).place(issues)


def found(sample, **options):
    return discover(sample, words=words_of, finder=WordPairs(), **options)


def test_an_issue_is_similar_to_itself_and_not_to_another_topic():
    alike = placed(four_issues(8)).between(np.array([0]), np.array([0, 4, 1]))[0]
    assert alike[0] == pytest.approx(1.0, abs=1e-5)
    assert alike[1] > 0.5 > 0.1 > alike[2]


@pytest.mark.parametrize("count", [3, 6, 12])
def test_unrelated_issues_are_at_zero_however_few(count):
    alike = placed(gathered([brief(f"c{n}", f"word{n} here", issue=n, noise=0.0) for n in range(count)]))
    assert alike.between(np.array([0]), np.array([1]))[0, 0] == pytest.approx(0.0, abs=1e-5)


def test_similarity_to_a_group_is_the_mean_over_its_issues():
    alike = placed(four_issues(5))
    labels = np.array([0, 1, NO_GROUP, 0] * 5)
    members = np.flatnonzero(labels == 0)
    wanted = alike.between(np.arange(20), members).mean(axis=1)
    assert alike.with_means(alike.means(labels, 2))[:, 0] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("calls_each", [3, 20, 80])
def test_each_issue_becomes_one_topic(calls_each):
    sample = four_issues(calls_each)
    discovery = found(sample)
    names, nearness = topics_of(discovery, sample)
    assert [len(set(names[issue::4])) for issue in range(4)] == [1] * 4
    assert len(set(names)) == 4
    topics = discovery.registry.topics.values()
    assert {topic.name for topic in topics} == {"Bill wrong", "Router light", "Parcel never", "Card stolen"}
    assert nearness.min() > 0.5


def test_an_issue_outside_the_sample_goes_to_the_topic_it_resembles():
    discovery = found(four_issues(6))
    names, _ = topics_of(discovery, four_issues(6, first=400))
    assert names.tolist() == topics_of(discovery, four_issues(6))[0].tolist()


def test_an_issue_that_resembles_no_group_is_other():
    sample = four_issues(10)
    stray = gathered([brief("z9", "completely unheard of subject", issue=9, noise=0.0)])
    names, nearness = topics_of(found(joined(sample, stray)), stray)
    assert (names.tolist(), nearness.tolist()) == ([OTHER], [0.0])


def test_topics_do_not_depend_on_the_order_of_the_issues():
    sample = four_issues(12)
    rows = np.array(random.Random(1).sample(range(len(sample)), len(sample)))
    names, _ = topics_of(found(sample), sample)
    shuffled, _ = topics_of(found(sample.take(rows)), sample)
    assert shuffled.tolist() == names.tolist()


def test_with_few_issues_each_is_a_topic():
    sample = four_issues(1)
    assert len(set(topics_of(found(sample), sample)[0])) == 4


def test_an_empty_sample_has_no_topics():
    sample = four_issues(0)
    assert found(sample).of_group == ()


@pytest.mark.parametrize(("sampled", "fewest"), [(1, 1), (20, 1), (21, 2), (400, 3), (1_500, 6), (3_000, 9)])
def test_how_many_issues_make_a_topic(sampled, fewest):
    assert fewest_issues(sampled) == fewest


def test_a_topic_keeps_its_id_when_the_next_night_finds_it_again():
    first, whole = four_issues(8), four_issues(14)
    before = found(first)
    ids = topics_of(before, first)[0].tolist()
    after = found(whole, known=before.registry, before=[*ids, *[""] * (len(whole) - len(first))])
    assert topics_of(after, first)[0].tolist() == ids
    assert sorted(after.registry.topics) == sorted(before.registry.topics)


def test_a_topic_that_pauses_keeps_its_id_when_it_comes_back():
    first = four_issues(8)
    before = found(first)
    ids = topics_of(before, first)[0]
    without = first.take(np.flatnonzero(np.arange(len(first)) % 4 != 3))
    quiet = found(without, known=before.registry, before=[name for n, name in enumerate(ids) if n % 4 != 3])
    again = found(four_issues(8, first=400), known=quiet.registry, before=[""] * 32)
    names, _ = topics_of(again, four_issues(8, first=400))
    assert set(names) == set(ids)


def test_examples_and_quotes_belong_to_the_topic():
    sample = four_issues(6)
    discovery = found(sample)
    names = dict(zip(sample.call_ids, topics_of(discovery, sample)[0], strict=True))
    for topic_id, topic in discovery.registry.topics.items():
        assert [names[call_id] for call_id in topic.examples] == [topic_id] * 3
        assert [quote.text for quote in topic.quotes] == [text_of(int(quote.call_id[1:])) for quote in topic.quotes]
        assert [names[quote.call_id] for quote in topic.quotes] == [topic_id] * 3


def test_a_new_topic_has_the_day_on_which_it_was_found():
    days = {topic.found_on for topic in found(four_issues(3)).registry.topics.values()}
    assert days == {date(2026, 3, 2)}


def test_a_cluster_may_hold_two_languages_without_a_common_word():
    english = [brief(f"c{n:03}", f"my card was stolen {n}", issue=n % 2) for n in range(20)]
    chinese = [brief(f"d{n:03}", f"卡被偷了第{n}次", issue=n % 2, language="zh") for n in range(20)]
    labels = cluster(gathered([*english, *chinese]), fewest=2).sample.labels
    assert set(labels[0::2]) != set(labels[1::2])
    assert len(set(labels)) == 2
