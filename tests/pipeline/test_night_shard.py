from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprints.fingerprint import StageFingerprints
from pipeline.ingest import Source
from pipeline.night.shard import MAX_CALLS, CallTask, cut
from pipeline.recording import CallMetadata

FINGERPRINTS = StageFingerprints("h", "r", "s")


def an_item(call_id, *, date="2026-11-20", work="hear", size_bytes=10_000, uri="file:///a.wav", generation=0):
    source = Source(uri, "audio", f"sha-{call_id}", size_bytes, call_id)
    return CallTask(
        call_id, date, work, source.sha256, uri, CallMetadata(), FINGERPRINTS, source, generation=generation
    )


def test_a_shard_holds_one_date_and_one_kind_of_work():
    shards = cut([an_item("a"), an_item("b", date="2026-11-21"), an_item("c", work="score")])
    assert [(shard.date, shard.work, len(shard.items)) for shard in shards] == [
        ("2026-11-20", "hear", 1),
        ("2026-11-20", "score", 1),
        ("2026-11-21", "hear", 1),
    ]


def test_a_shard_has_a_maximum_number_of_calls():
    shards = cut(an_item(f"{number:04d}") for number in range(2 * MAX_CALLS + 1))
    assert [len(shard.items) for shard in shards] == [MAX_CALLS, MAX_CALLS, 1]


def test_a_shard_closes_after_an_hour_of_audio():
    half_an_hour = 1_800 * 24_000
    shards = cut(an_item(f"{number}", size_bytes=half_an_hour) for number in range(5))
    assert [len(shard.items) for shard in shards] == [2, 2, 1]


def test_audio_length_is_estimated_from_size_and_ending():
    assert an_item("a", size_bytes=240_000).expected_audio_s == 10.0
    assert an_item("a", size_bytes=240_000, uri="file:///a.mp3").expected_audio_s == 60.0
    assert an_item("a", work="score").expected_audio_s == 0.0


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=30), st.sets(st.integers(0, 30)))
def test_cutting_the_remaining_calls_gives_the_same_shards(lengths_s, finished):
    items = [an_item(f"{number:03d}", size_bytes=length * 24_000) for number, length in enumerate(lengths_s)]
    shards = cut(items)
    left = [shard for number, shard in enumerate(shards) if number not in finished]
    assert cut(item for shard in left for item in shard.items) == left


def test_shards_do_not_depend_on_the_order_of_discovery():
    items = [an_item("a"), an_item("b"), an_item("c")]
    assert cut(items) == cut(items[::-1])


def test_a_shards_generation_is_one_more_than_what_it_replaces():
    assert cut([an_item("a", generation=2), an_item("b")])[0].generation == 3


def test_any_other_version_changes_the_fingerprint():
    (shard,) = cut([an_item("a")])
    (other,) = cut([replace(an_item("a"), fingerprints=StageFingerprints("h", "r", "t"))])
    assert shard.fingerprint != other.fingerprint
