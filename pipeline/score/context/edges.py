"""The edges of a recording: whether speech was going on when it began, or when it ended."""

from __future__ import annotations

from pipeline.transcript import Transcript

# Speech this near to the edge of a recording goes on beyond it.
EDGE_S = 0.1


def cut_off(transcript: Transcript) -> tuple[bool, bool]:
    """Whether a recording starts, and whether it ends, in the middle of speech; never for what came in writing.

    A leg of a call ends with its last word to the millisecond, which is no sign of anything.
    """
    turns, length_s = transcript.turns, transcript.duration_s
    if transcript.source != "audio" or not turns:
        return False, False
    first_s, last_s = turns[0].start_s, max(turn.end_s or 0.0 for turn in turns)
    ends = length_s is not None and last_s != length_s and length_s - last_s < EDGE_S
    return first_s is not None and first_s < EDGE_S, ends
