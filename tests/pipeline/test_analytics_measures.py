from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from analytics_calls import ISSUES, WordPairs, enriched
from night_fakes import FakeRubric, as_table

from pipeline.analytics.measures import Analytics
from pipeline.analytics.update import measure_all
from pipeline.fingerprints.fingerprint import StageFingerprints
from pipeline.night.batch import ProcessedCall
from pipeline.night.shard import CallTask
from pipeline.night.shard_rows import ShardRows, add_call, arrow_tables
from pipeline.store import SHARD_TABLES, Part, Store, read, write_part
from pipeline.store.taxonomy_file import write_taxonomy_text

FIRST = date(2026, 3, 2)
MEASURE = Analytics(finder=WordPairs())


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


def call(number, *, day=FIRST, customer_id=""):
    """A call about one of four topics in turn."""
    said = [("agent", "how can I help"), ("customer", f"{ISSUES[number % 4]} {number}")]
    started_at = f"{day}T09:{number % 60:02d}:00"
    return enriched(f"c{number:03d}", said, issue=number % 4, customer_id=customer_id, started_at=started_at)


def write_calls(store, calls, *, generation=1):
    """Write the calls as nights would have, one part per day."""
    for day in sorted({each.transcript.date for each in calls}):
        rows = ShardRows(Part(day, generation, f"n{len(calls)}"))
        for each in calls:
            if each.transcript.date == day:
                add_call(rows, ProcessedCall(item(each), each, None, (), ""))
        write_part(store, rows.part, arrow_tables(rows), order=SHARD_TABLES)


def item(each):
    call_id, prints = each.transcript.call_id, StageFingerprints("h", "r", "s", "j")
    return CallTask(call_id, each.transcript.date, "hear", call_id, f"{call_id}.wav", each.transcript.metadata, prints)


def measured(store):
    return measure_all(store, measure=MEASURE, rubric=FakeRubric())


def topics_by_call(store):
    return {row["call_id"]: row["topic_id"] for row in read(store, "call_topics").to_pylist()}


def partition(topics):
    groups = {}
    for call_id, topic in topics.items():
        groups.setdefault(topic, set()).add(call_id)
    return sorted(map(sorted, groups.values()))


def a_month(nights=30, each=6):
    return [
        call(night * each + number, day=FIRST + timedelta(days=night))
        for night in range(nights)
        for number in range(each)
    ]


def test_a_month_night_by_night_has_the_topics_of_a_month_at_once(tmp_path):
    nightly, at_once = Store(str(tmp_path / "nightly")), Store(str(tmp_path / "once"))
    calls = a_month()
    for night in range(30):
        write_calls(nightly, calls[6 * night : 6 * night + 6])
        measured(nightly)
    write_calls(at_once, calls)
    measured(at_once)
    assert partition(topics_by_call(nightly)) == partition(topics_by_call(at_once))
    assert [len(group) for group in partition(topics_by_call(nightly))] == [45] * 4


def test_topics_keep_their_ids_from_night_to_night(store):
    calls = a_month(nights=12)
    write_calls(store, calls[:48])
    measured(store)
    before = topics_by_call(store)
    write_calls(store, calls[48:], generation=2)
    measured(store)
    after = topics_by_call(store)
    assert {call_id: after[call_id] for call_id in before} == before


def test_nothing_is_measured_without_changes(store):
    write_calls(store, a_month(nights=2))
    assert measured(store) is not None
    assert measured(store) is None


def test_files_of_settled_days_are_left_alone(store, tmp_path):
    write_calls(store, [call(number) for number in range(8)])
    measured(store)
    settled = {path: path.read_bytes() for path in (tmp_path / "store" / "call_topics").rglob("*.parquet")}
    later = FIRST + timedelta(days=60)
    write_calls(store, [call(number, day=later) for number in range(100, 108)])
    measured(store)
    assert all(path.read_bytes() == content for path, content in settled.items())
    assert len(topics_by_call(store)) == 16
    assert sum(read(store, "topics").column("calls").to_pylist()) == 16


def test_the_same_calls_give_the_same_tables(tmp_path):
    stores = [Store(str(tmp_path / name)) for name in ("a", "b")]
    for each in stores:
        write_calls(each, a_month(nights=4))
        measured(each)
    first, second = (
        [(path.name, path.read_bytes()) for path in sorted((tmp_path / name).rglob("*.parquet"))] for name in "ab"
    )
    assert first == second


def test_names_and_merges_of_a_taxonomy_can_be_undone(store):
    write_calls(store, a_month(nights=4))
    measured(store)
    found = topics_by_call(store)
    bill, router = found["c000"], found["c001"]
    write_taxonomy_text(store, f"topics: [{{id: {bill}, name: Bills and light, merge: [{router}]}}]")
    measured(store)
    merged = topics_by_call(store)
    assert (merged["c000"], merged["c001"], merged["c002"]) == (bill, bill, found["c002"])
    rows = {row["topic_id"]: row for row in read(store, "topics").to_pylist()}
    assert (rows[bill]["name"], rows[bill]["status"], rows[bill]["calls"]) == ("Bills and light", "pinned", 12)
    assert (rows[router]["status"], rows[router]["merged_into"]) == ("merged", bill)
    write_calls(store, [call(number, day=FIRST + timedelta(days=9)) for number in range(200, 208)])
    measured(store)
    assert {topics_by_call(store)[f"c{number}"] for number in (200, 201, 204, 205)} == {bill}
    write_taxonomy_text(store, "topics: []")
    measured(store)
    assert (topics_by_call(store)["c000"], topics_by_call(store)["c001"]) == (bill, router)


@dataclass(frozen=True)
class Chained:
    """Returns two chains for two calls, and a single chain from the third call on."""

    fingerprint: str = "chained"

    def __call__(self, measuring):
        calls = measuring.connection.execute("select call_id, date from contacts order by date").fetchall()
        chains = [{"chain_id": name, "date": day} for name, day in calls]
        if len(calls) > 2:
            chains = [{"chain_id": "c000", "date": calls[-1][1]}]
        return {"chains": as_table("chains", chains, without=("part",))}


@pytest.mark.parametrize(("days", "left"), [((0, 45), []), ((0, 60), ["c000"])])
def test_a_chain_that_continues_has_one_row_on_its_last_day(store, days, left):
    first, second = (FIRST + timedelta(days=day) for day in days)
    for number, day in enumerate((first, second, second + timedelta(days=1))):
        write_calls(store, [call(number, day=day)])
        measure_all(store, measure=Chained(), rubric=FakeRubric())
    kept = [(row["chain_id"], row["date"]) for row in read(store, "chains").to_pylist()]
    assert sorted(kept) == [*[(name, first) for name in left], ("c000", second + timedelta(days=1))]


def test_an_empty_store_gives_empty_tables(store):
    made = measured(store)
    assert made is not None
    assert {table: len(rows) for table, rows in made.items() if len(rows)} == {}
