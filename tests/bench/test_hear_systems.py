"""Other ways to run the same weights."""

from bench.hear_systems import pieces


def test_pieces_cover_a_recording_and_the_last_is_the_remainder():
    assert pieces(70.5, longest_s=30.0) == [
        {"start": 0.0, "end": 30.0},
        {"start": 30.0, "end": 60.0},
        {"start": 60.0, "end": 70.5},
    ]


def test_a_short_recording_is_one_piece():
    assert pieces(4.0, longest_s=30.0) == [{"start": 0.0, "end": 4.0}]
