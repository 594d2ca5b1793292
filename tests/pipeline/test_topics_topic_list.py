import pytest

from pipeline.analytics.topics.topic_list import apply_taxonomy, listed_topics
from pipeline.errors import ConfigError
from pipeline.store import Part, Store, write_part
from pipeline.store.parts import table_of
from pipeline.store.schemas import MEASURE_TABLES
from pipeline.store.taxonomy_file import read_taxonomy_text


@pytest.fixture
def store(tmp_path):
    made = Store(str(tmp_path / "store"))
    row = {"language": "en", "status": "found", "merged_into": "", "keywords": [], "examples": []}
    rows = [
        row | {"topic_id": "t-1", "name": "Card", "calls": 2},
        row | {"topic_id": "t-2", "name": "Bill", "calls": 5},
        row | {"topic_id": "t-3", "name": "Cards", "calls": 0, "status": "merged", "merged_into": "t-1"},
    ]
    part = Part("2026-03-02", 1, "m")
    write_part(made, part, {"topics": table_of("topics", rows, part=part.name, date=part.date)}, order=MEASURE_TABLES)
    return made


def test_the_largest_topic_comes_first_and_ended_ones_are_listed_on_request(store):
    assert [topic.topic_id for topic in listed_topics(store)] == ["t-2", "t-1"]
    assert [topic.topic_id for topic in listed_topics(store, every=True)] == ["t-2", "t-1", "t-3"]


def test_a_taxonomy_is_kept_in_the_store(store):
    text = "topics: [{id: t-1, name: Lost card, merge: [t-2]}]"
    assert dict(apply_taxonomy(store, text, source="file").merges) == {"t-2": "t-1"}
    assert read_taxonomy_text(store) == text


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("topics: [{id: t-9}]", "there is no topic t-9"),
        ("topics: [{id: t-1, merge: [t-8]}]", "there is no topic t-8"),
        ("topics: [{id: mine, examples: [a card abroad], from: t-7}]", "there is no topic t-7"),
        ("topics: [{id: t-1}, {id: t-1}]", "`t-1` is listed twice"),
        ("topics: [{id: t-1, merge: [t-2]}, {id: t-2}]", "`t-2` is listed twice"),
        ("topics: [{id: t-1, colour: red}]", "topics.0.colour: Extra inputs are not permitted"),
        ("topics: [{id: mine, from: t-1}]", "has `from` but no `examples`"),
        ("topics: [{id: other}]", "holds issues without a topic"),
        ("topics: [", "file, line 1: not YAML"),
    ],
)
def test_a_mistake_in_a_taxonomy_is_reported_and_nothing_is_stored(store, text, cause):
    with pytest.raises(ConfigError, match=cause):
        apply_taxonomy(store, text, source="file")
    assert read_taxonomy_text(store) == ""
