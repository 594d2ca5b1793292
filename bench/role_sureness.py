"""Calibration of role confidence, on parts of calls.

A whole call nearly always shows who is who; a part of it may not, so confidence varies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from pipeline.evaluate.reference import Reference
from pipeline.evaluate.word_errors import errors_of
from pipeline.transcribe.roles import roles_of
from pipeline.transcript import Transcript

STRETCHES = 30
SHORTEST_S, LONGEST_S = 8.0, 60.0
BOUNDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0001)

# (confidence, correct).
Assignment = tuple[float, bool]


def assignments(reference: Reference, transcript: Transcript, *, seed: int = 0) -> list[Assignment]:
    """Role assignments in parts of the call where both speak; every fourth part starts with the call.

    An assignment is right if most words outside overlap have the right role.
    """
    random = np.random.default_rng(seed)
    times = replace(reference, turns=tuple((who, start_s, end_s, "") for who, start_s, end_s, _ in reference.turns))
    length_s = transcript.duration_s or 0.0
    found = []
    for number in range(STRETCHES):
        for_s = random.uniform(SHORTEST_S, LONGEST_S)
        from_s = 0.0 if number % 4 == 0 else random.uniform(0, max(length_s - for_s, 0.1))
        assigned = _assigned(times, transcript, from_s, from_s + for_s)
        if assigned is not None:
            found.append(assigned)
    return found


def sureness_table(found: Sequence[Assignment]) -> str:
    """Parts by confidence: mean confidence and share of right assignments."""
    lines = [f"{'sure':16}{'stretches':>10}{'said':>8}{'right':>8}"]
    for low, high in pairwise(BOUNDS):
        own = [each for each in found if low <= each[0] < high]
        if own:
            said, right = np.mean(np.array(own, dtype=np.float64), axis=0)
            lines.append(f"{f'{low:.2f} to {min(high, 1):.2f}':16}{len(own):10}{said:8.1%}{right:8.1%}")
    return "\n".join(lines)


def _assigned(reference: Reference, transcript: Transcript, from_s: float, to_s: float) -> Assignment | None:
    """Roles in a part, as if the rest did not exist; None if only one side speaks or the reference lacks the roles."""
    turns = tuple(t for t in transcript.turns if from_s <= (t.start_s or 0.0) and (t.end_s or 0.0) <= to_s)
    if len({turn.role for turn in turns}) < 2:
        return None
    said = [(int(turn.role == "customer"), turn.text) for turn in turns]
    roles = roles_of(said, language=transcript.language)
    errors = errors_of(reference, replace(transcript, turns=turns))
    if not errors.role_words:
        return None
    return roles.confidence, (roles.agent == 0) == (2 * errors.role_right > errors.role_words)
