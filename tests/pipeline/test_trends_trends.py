from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from analytics_store import memory_store
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analytics.trends.trends import find_peaks, find_trends
from pipeline.store.schemas import schema_of

DAY = date(2026, 3, 2)
TOPICS = ("t1", "t2", "other")
CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.integers(0, 3),
            "at": st.none() | st.datetimes(datetime(2026, 3, 2), datetime(2026, 3, 16)),
            "duration_s": st.none() | st.floats(0, 4000).map(lambda seconds: round(seconds, 2)),
            "sentiment_end": st.sampled_from(("", "negative", "neutral")),
            "topics": st.lists(st.sampled_from(TOPICS), max_size=3),
            "about": st.lists(st.sampled_from(("", *TOPICS, None)), max_size=2),
        }
    ),
    max_size=12,
)


def store(calls):
    """A connection with calls, their issues in order, and a repeat for each topic named."""
    contacts, call_topics, repeats = [], [], []
    for place, call in enumerate(calls):
        call_id = f"c{place}"
        kept = {name: call[name] for name in ("duration_s", "sentiment_end") if name in call}
        day = DAY + timedelta(days=call.get("day", 0))
        contacts.append({"call_id": call_id, "date": day, "started_at": call.get("at"), **kept})
        for issue, topic in enumerate(call.get("topics", ()), start=1):
            call_topics.append({"call_id": call_id, "issue": issue, "topic_id": topic})
        for topic in call.get("about", ()):
            repeats.append({"call_id": call_id, "method": "said", "topic_id": topic})
    return memory_store(contacts=contacts, call_topics=call_topics, repeats=repeats)


@settings(max_examples=40, deadline=None)
@given(CALLS)
def test_trends_count_each_call_once_per_topic(calls):
    sums = defaultdict(lambda: [0, 0, 0, 0.0])
    for call in calls:
        held = set(call["topics"])
        meant = held & set(call["about"]) or (held if call["about"] else set())
        for topic in held:
            row = sums[topic, DAY + timedelta(days=call["day"])]
            row[0] += 1
            row[1] += topic in meant
            row[2] += call["sentiment_end"] == "negative"
            row[3] += call["duration_s"] or 0
    found = find_trends(store(calls))
    assert found.schema.names == schema_of("trends").names[2:]
    rows = {(row.pop("topic_id"), row.pop("day")): list(row.values()) for row in found.to_pylist()}
    assert list(rows) == sorted(sums)
    assert {key: [*row[:3], round(row[3], 6)] for key, row in rows.items()} == {
        key: [*row[:3], round(row[3], 6)] for key, row in sums.items()
    }


@settings(max_examples=40, deadline=None)
@given(CALLS)
def test_peaks_count_each_call_once_per_topic_and_once_in_all(calls):
    counts = Counter(
        (topic, call["at"].isoweekday(), call["at"].hour)
        for call in calls
        if call["at"]
        for topic in {"all", *call["topics"]}
    )
    found = find_peaks(store(calls))
    assert found.schema.names == schema_of("peaks").names[2:]
    rows = [tuple(row.values()) for row in found.to_pylist()]
    assert rows == [(*key, count) for key, count in sorted(counts.items())]


def test_a_call_about_two_issues_repeats_only_the_named_one():
    both = ["t1", "t2"]
    calls = [{"topics": both, "about": ["t2", ""]}, {"topics": both, "about": [""]}, {"topics": both, "about": ["t3"]}]
    repeats = {row["topic_id"]: row["repeats"] for row in find_trends(store(calls)).to_pylist()}
    assert repeats == {"t1": 2, "t2": 3}


def test_calls_of_an_unknown_day_are_left_out():
    connection = memory_store(
        contacts=[{"call_id": "c", "date": date(1970, 1, 1)}],
        call_topics=[{"call_id": "c", "issue": 1, "topic_id": "t1"}],
        repeats=[],
    )
    assert find_trends(connection).num_rows == 0


def test_an_empty_store_has_no_trends_and_no_peaks():
    assert (find_trends(store([])).num_rows, find_peaks(store([])).num_rows) == (0, 0)
