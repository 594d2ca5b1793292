"""Moods and effort round-trip through their tables."""

import numpy as np
import pytest
from moods import course

from pipeline.enrich.turning_points import mood_of
from pipeline.enriched import Conduct, Effort, EnrichedCall, Mood
from pipeline.store.parts import table_of
from pipeline.store.rows.calls import call_from_rows, call_row
from pipeline.store.rows.turning_points import turning_point_rows, turning_points_of


def enriched(mood, effort):
    call, sentiments = course("---+++")
    return EnrichedCall(
        call, tuple(sentiments), ("neutral",) * 3, Conduct(), np.zeros((12, 1), np.float32), mood=mood, effort=effort
    )


def through_a_table(table, rows):
    return table_of(table, rows, part="g0001-f", date="2026-11-20").to_pylist()


@pytest.mark.parametrize(
    ("mood", "effort"),
    [
        (Mood(("negative", "neutral", "positive"), (), True), Effort(2, 61.5, 1)),
        (Mood(("neutral",) * 3, (), None), Effort(0, None, 0)),
        (Mood(), Effort()),
    ],
)
def test_a_call_keeps_them(mood, effort):
    call = enriched(mood, effort)
    made = call_row(call, recording=None, uri="", input_hash="", turns_part="")
    (row,) = through_a_table("calls", [made])
    back = call_from_rows(row, call.transcript.turns, sentiments=call.sentiments, vectors=call.vectors)
    assert (back.mood, back.effort) == (mood, effort)


def test_turning_points_keep_their_turns_and_causes():
    call = enriched(mood_of(*course("---+++")), Effort())
    rows = through_a_table("turning_points", turning_point_rows(call))
    assert [(row["call_id"], row["turn"], row["cause_turn"], row["direction"]) for row in rows] == [
        ("c1", 7, 6, "better")
    ]
    assert turning_points_of(rows) == call.mood.turning_points
