"""Whether a recording starts or ends in mid-speech."""

from __future__ import annotations

from pipeline.transcript import Transcript

# Speech this close to either end of a recording is assumed to continue beyond it.
EDGE_S = 0.1


def cut_off(transcript: Transcript) -> tuple[bool, bool]:
    """Whether a recording starts, and whether it ends, in mid-speech; (False, False) for written calls.

    An end equal to the last word's does not count: a leg of a call always ends there.
    """
    turns, length_s = transcript.turns, transcript.duration_s
    if transcript.source != "audio" or not turns:
        return False, False
    first_s, last_s = turns[0].start_s, max(turn.end_s or 0.0 for turn in turns)
    ends = length_s is not None and last_s != length_s and length_s - last_s < EDGE_S
    return first_s is not None and first_s < EDGE_S, ends
