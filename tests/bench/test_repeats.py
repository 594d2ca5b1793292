from bench.repeats import repeats_by_labels
from pipeline.evaluate.labelled import LabelledCall
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript


def labelled(call_id, started_at, *, topic="bill", customer_id="K1"):
    metadata = CallMetadata(customer_id=customer_id, started_at=started_at)
    return LabelledCall(Transcript(call_id, "en", (), metadata, "jsonl", fingerprint="f"), {"topic": topic})


def test_repeats_by_labels_are_the_same_customers_about_the_same_topic_within_the_window():
    calls = [
        labelled("a", "2026-03-01T09:00:00"),
        labelled("handed-on", "2026-03-01T09:10:00"),
        labelled("repeat", "2026-03-05T09:00:00"),
        labelled("other-topic", "2026-03-06T09:00:00", topic="card"),
        labelled("other-customer", "2026-03-06T09:00:00", customer_id="K2"),
        labelled("late", "2026-03-25T09:00:00"),
    ]
    assert repeats_by_labels(calls) == {"repeat"}
