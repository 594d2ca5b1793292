"""The prosody bench: deliberate changes are recovered; spread and cost are counted over voices."""

from dataclasses import replace

import numpy as np
import pytest

from bench.cue_changes import CHANGES, changes
from bench.cues import cost, spreads
from bench.pulse_trains import pulse_train
from pipeline.recording import Audio, CallMetadata
from pipeline.transcript import Prosody, Transcript, Turn, Word

RATE = 16_000
PIECE_S, PIECES = 4.0, 9


@pytest.fixture(scope="module")
def call() -> tuple[Audio, Transcript]:
    """Two voices on their own channels that take turns; the customer's turns are too short to change."""
    channels = np.zeros((2, int(2 * PIECES * PIECE_S * RATE)), np.float32)
    turns = []
    for n in range(2 * PIECES):
        side, start_s = n % 2, n * PIECE_S
        length_s = PIECE_S if side == 0 else 1.0
        sound, _ = pulse_train(120.0 + 80 * side, length_s, seed=n, snr_db=20.0)
        channels[side, int(start_s * RATE) : int(start_s * RATE) + len(sound)] = sound
        words = tuple(Word("word", start_s + at, start_s + at + 0.25, 1.0) for at in np.arange(0, length_s, 0.25))
        role = "customer" if side else "agent"
        turns.append(Turn(n, role, side, start_s, start_s + length_s, "", words))
    return Audio(channels), Transcript("a", "en", tuple(turns), CallMetadata(), "audio")


def test_changes_are_recovered(call: tuple[Audio, Transcript]) -> None:
    found = list(changes([call]))
    assert [(line["cue"], line["change"]) for line in found] == [
        ("pitch_st", higher) if higher else ("loudness_db", louder) for higher, louder in CHANGES
    ]
    # Of the even turns, 6 and 8 start after 22 s.
    assert {line["turns_told"] for line in found} == {2}
    assert all(abs(float(str(line["median_error"]))) < 0.5 for line in found)


def test_cost_is_by_minute_of_the_whole_call(call: tuple[Audio, Transcript]) -> None:
    found = cost([call])
    assert (found["calls"], found["audio_minutes"]) == (1, 1.2)
    assert 0 < found["cpu_s_per_audio_minute"] < 2
    assert 0 < found["most_held_mb_per_audio_minute"] < 0.2


def test_spread_counts_voices_and_turns_with_a_value(call: tuple[Audio, Transcript]) -> None:
    _, transcript = call
    told = [Prosody(-1.0, None, 1.1), Prosody(2.0, None, 1.0), None, None]
    turns = tuple(replace(turn, prosody=prosody) for turn, prosody in zip(transcript.turns, told, strict=False))
    (pitch, loudness, pace) = spreads([replace(transcript, turns=turns)])
    assert (pitch["group"], pitch["voices"], pitch["told_share"]) == ("en, two channels", 2, 0.5)
    assert (pitch["median_of_voices"], pitch["worst_voice"]) == (1.5, 2.0)
    assert loudness["told_share"] == 0.0
    assert pace["worst_voice"] == pytest.approx(0.1)
