import numpy as np

from bench.turning_points import report_on
from models.fitting.held_out import HeldOut
from pipeline.enriched import Sentiment
from pipeline.evaluate.labelled import LabelledCall
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn

SHARES = {"-": (0.9, 0.08, 0.02), ".": (0.08, 0.9, 0.02), "+": (0.02, 0.08, 0.9)}
NAMES: dict[str, Sentiment] = {"-": "negative", ".": "neutral", "+": "positive"}


def held_out(call_id, felt, judged, *, start, end, acts=()):
    """A customer who speaks alone, as people felt each turn and as the heads judged it."""
    turns = tuple(Turn(index, "customer", 0, None, None, f"word {index}") for index in range(len(felt)))
    transcript = Transcript(call_id, "en", turns, CallMetadata(), "jsonl")
    call = LabelledCall(
        transcript,
        {"sentiment_start": start, "sentiment_end": end},
        acts=acts or tuple(() for _ in felt),
        turn_sentiment=tuple(NAMES[mood] for mood in felt),
    )
    shares = np.asarray([SHARES[mood] for mood in judged], np.float32)
    columns = {name: shares[:, place] for place, name in enumerate(("negative", "neutral", "positive"))}
    return HeldOut(call, np.eye(len(felt), dtype=np.float32), columns, {})


def test_found_missed_and_false_turning_points_are_counted():
    figures = report_on(
        [
            held_out("found", "---+++", "---+++", start="negative", end="positive"),
            held_out("missed", "...---", "......", start="neutral", end="negative"),
            held_out("false", "......", "...---", start="neutral", end="neutral"),
            held_out("quiet", "......", "......", start="neutral", end="neutral"),
        ]
    )["both"]
    assert figures["better_found"] == "1 of 1 (1.00)"
    assert figures["worse_found"] == "0 of 1 (0.00)"
    assert figures["found_where_ends_agree"] == "1 of 2 (0.50)"
    assert figures["agree_with_turn_labels"] == "1 of 2 (0.50)"
    assert figures["false_where_turn_labels_never_turn"] == "1 of 2 (0.50)"


def test_labelled_holds_are_announced_and_come_back_from():
    acts = (("announces_hold",), (), ("returns_from_hold",), ("returns_from_hold",))
    figures = report_on([held_out("a", "....", "....", start="neutral", end="neutral", acts=acts)])["en"]["holds"]
    assert figures == {"labelled": 1, "found": 0, "both": 0}
