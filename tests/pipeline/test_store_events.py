from pipeline.recording import CallMetadata
from pipeline.store.parts import table_of
from pipeline.store.rows.events import event_rows, events_by_call
from pipeline.transcript import Event, Transcript

EVENTS = (Event("ringing", 0, 0.0, 6.5, 0.99), Event("music", 1, 6.0, 30.25, 0.8), Event("ivr", 0, 31.0, 40.0, 0.7))


def test_events_round_trip_through_their_table():
    transcript = Transcript("a", "en", (), CallMetadata(), "audio", events=EVENTS)
    table = table_of("events", event_rows(transcript), part="g0001-f", date="2026-11-20")
    assert events_by_call(table.to_pylist()) == {"a": EVENTS}


def test_a_call_without_events_has_no_rows():
    assert event_rows(Transcript("a", "en", (), CallMetadata(), "audio")) == []
