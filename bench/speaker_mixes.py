"""Labelled one-channel recordings: shipped mixes, mixes made here, and two-channel recordings summed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.speaker_errors import Sides, spoken_by_channel
from pipeline.evaluate.asr_check import decode_reference
from pipeline.evaluate.reference import Reference, ReferenceTurn, read_references
from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Audio, CallMetadata, Recording

TUNED_ON = "mono/, first half"
REPORTED = "mono/, second half"
HELD_OUT = "mixed here, even numbers"
OVERLAPPED = "mixed here, more overlap"
REAL = "real"
GROUPS = (TUNED_ON, REPORTED, HELD_OUT, OVERLAPPED, REAL)
# Scale each channel by this so that the sum does not clip.
MIX_GAIN = 0.6
# The customer's lead in the mixes with more overlap.
EARLIER_S = 1.0


@dataclass(frozen=True, slots=True)
class Mix:
    """One recording with two speakers on one channel."""

    group: str
    reference: Reference
    recording: Recording
    audio: Audio = field(repr=False)

    @property
    def sides(self) -> Sides:
        """Spans of the agent and of the customer, by the reference."""
        return sides_of(self.reference.turns)


def mixes(folder: Path, *, only: str = "") -> Iterator[Mix]:
    """Yield all mixes of the matching groups, one at a time because each holds its audio.

    The shipped mixes are split into halves, alternating in name order. Two-channel calls with even numbers have no
    shipped mix, so no setting was tuned on them; they are mixed unchanged, and with the customer earlier. Recordings in
    `real/` have no label; their two channels are summed, with the agent on the first.
    """
    found = read_references(folder)
    shipped = [reference for reference in found if reference.mono]
    even = [reference for reference in found if not reference.mono and _number(reference.call_id) % 2 == 0]
    for number, reference in enumerate(shipped):
        group = (TUNED_ON, REPORTED)[number % 2]
        if re.search(only, group):
            yield Mix(group, reference, *_decode(reference))
    for group, earlier_s in ((HELD_OUT, 0.0), (OVERLAPPED, EARLIER_S)):
        if re.search(only, group):
            yield from (mixed(reference, group=group, earlier_s=earlier_s) for reference in even)
    if re.search(only, REAL):
        yield from (real(path) for path in sorted((folder / "real").glob("*.*")))


def mixed(reference: Reference, *, group: str, earlier_s: float = 0.0) -> Mix:
    """Sum a two-channel call to one channel, with the customer's turns `earlier_s` earlier."""
    recording, audio = _decode(reference)
    agent = next(channel for channel, role in reference.channels.items() if role == "agent")
    customer = audio.samples[1 - agent]
    ahead = round(earlier_s * ASR_SAMPLE_RATE_HZ)
    one = MIX_GAIN * (audio.samples[agent] + np.concatenate([customer[ahead:], np.zeros(ahead, dtype=np.float32)]))
    turns = sorted((_moved(turn, earlier_s) for turn in reference.turns), key=lambda turn: turn[1] or 0.0)
    mix_reference = replace(reference, call_id=f"{reference.call_id}-mixed", mono=True, turns=tuple(turns))
    return Mix(group, mix_reference, replace(recording, channels=1), Audio(one[None].astype(np.float32)))


def real(path: Path) -> Mix:
    """Sum an unlabelled two-channel recording to one channel; its channels' levels give the reference."""
    unlabelled = Reference(path.stem, path, "en", False, {0: "agent", 1: "customer"}, ())
    recording, audio = _decode(unlabelled)
    agent, customer = spoken_by_channel(audio.samples)
    spoken: list[ReferenceTurn] = [("agent", span.start_s, span.end_s, "") for span in agent]
    spoken += [("customer", span.start_s, span.end_s, "") for span in customer]
    turns = tuple(sorted(spoken, key=lambda turn: turn[1] or 0.0))
    mix_reference = replace(unlabelled, mono=True, turns=turns)
    one = (MIX_GAIN * audio.samples.sum(axis=0, keepdims=True)).astype(np.float32)
    return Mix(REAL, mix_reference, replace(recording, channels=1), Audio(one))


def sides_of(turns: Sequence[ReferenceTurn]) -> Sides:
    """Spans of the agent and of the customer."""
    agent, customer = (
        [Span(start_s or 0.0, end_s or 0.0) for who, start_s, end_s, _ in turns if who == role]
        for role in ("agent", "customer")
    )
    return agent, customer


def _decode(reference: Reference) -> tuple[Recording, Audio]:
    """A call with no metadata but its language."""
    recording, audio = decode_reference(reference)
    return replace(recording, metadata=CallMetadata(language=reference.language), health=None), audio


def _moved(turn: ReferenceTurn, earlier_s: float) -> ReferenceTurn:
    """Move a customer's turn; an agent's stays."""
    who, start_s, end_s, text = turn
    by_s = earlier_s if who == "customer" else 0.0
    return who, max((start_s or 0.0) - by_s, 0.0), max((end_s or 0.0) - by_s, 0.0), text


def _number(call_id: str) -> int:
    """The digits of an id as a number."""
    return int(re.sub(r"\D", "", call_id) or 0)
