"""Labelled recordings on one channel: the mixes that are shipped, mixes made here, and a real call's two channels."""

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
# What either channel is scaled by, so that both together do not clip.
MIX_GAIN = 0.6
# How much earlier the customer comes in the mixes with more overlap.
EARLIER_S = 1.0


@dataclass(frozen=True, slots=True)
class Mix:
    """One recording with two speakers on one channel; `roles` False where no words can be compared with a role."""

    group: str
    reference: Reference
    recording: Recording
    audio: Audio = field(repr=False)

    @property
    def sides(self) -> Sides:
        """When the agent and when the customer speaks, by the reference."""
        return sides_of(self.reference.turns)


def mixes(folder: Path, *, only: str = "") -> Iterator[Mix]:
    """All mixes of the groups whose name matches, one at a time, since each holds its audio.

    Every second of the shipped mixes, in the order of their names, makes a half. Two-channel calls with even numbers
    have no shipped mix, so that no setting can have been chosen on one. They are mixed twice: as they are, and with the
    customer coming in earlier. Recordings in `real/` have no label; their two channels are taken as one, the agent on
    the first.
    """
    found = read_references(folder)
    shipped = [reference for reference in found if reference.mono]
    even = [reference for reference in found if not reference.mono and _number(reference.call_id) % 2 == 0]
    for number, reference in enumerate(shipped):
        group = (TUNED_ON, REPORTED)[number % 2]
        if re.search(only, group):
            yield Mix(group, reference, *_as_heard(reference))
    for group, earlier_s in ((HELD_OUT, 0.0), (OVERLAPPED, EARLIER_S)):
        if re.search(only, group):
            yield from (mixed(reference, group=group, earlier_s=earlier_s) for reference in even)
    if re.search(only, REAL):
        yield from (real(path) for path in sorted((folder / "real").glob("*.*")))


def mixed(reference: Reference, *, group: str, earlier_s: float = 0.0) -> Mix:
    """A two-channel call on one channel, the customer's turns so much earlier than they were, where they can be."""
    recording, audio = _as_heard(reference)
    agent = next(channel for channel, role in reference.channels.items() if role == "agent")
    customer = audio.samples[1 - agent]
    ahead = round(earlier_s * ASR_SAMPLE_RATE_HZ)
    one = MIX_GAIN * (audio.samples[agent] + np.concatenate([customer[ahead:], np.zeros(ahead, dtype=np.float32)]))
    turns = sorted((_moved(turn, earlier_s) for turn in reference.turns), key=lambda turn: turn[1] or 0.0)
    known = replace(reference, call_id=f"{reference.call_id}-mixed", mono=True, turns=tuple(turns))
    return Mix(group, known, replace(recording, channels=1), Audio(one[None].astype(np.float32)))


def real(path: Path) -> Mix:
    """A two-channel recording without a label on one channel; its channels' levels say who spoke when."""
    unlabelled = Reference(path.stem, path, "en", False, {0: "agent", 1: "customer"}, ())
    recording, audio = _as_heard(unlabelled)
    agent, customer = spoken_by_channel(audio.samples)
    spoken: list[ReferenceTurn] = [("agent", span.start_s, span.end_s, "") for span in agent]
    spoken += [("customer", span.start_s, span.end_s, "") for span in customer]
    turns = tuple(sorted(spoken, key=lambda turn: turn[1] or 0.0))
    known = replace(unlabelled, mono=True, turns=turns)
    one = (MIX_GAIN * audio.samples.sum(axis=0, keepdims=True)).astype(np.float32)
    return Mix(REAL, known, replace(recording, channels=1), Audio(one))


def sides_of(turns: Sequence[ReferenceTurn]) -> Sides:
    """When the agent and when the customer speaks."""
    agent, customer = (
        [Span(start_s or 0.0, end_s or 0.0) for who, start_s, end_s, _ in turns if who == role]
        for role in ("agent", "customer")
    )
    return agent, customer


def _as_heard(reference: Reference) -> tuple[Recording, Audio]:
    """A call with nothing known but its audio and its language, which is not in question here."""
    recording, audio = decode_reference(reference)
    return replace(recording, metadata=CallMetadata(language=reference.language), health=None), audio


def _moved(turn: ReferenceTurn, earlier_s: float) -> ReferenceTurn:
    """A customer's turn moved; an agent's stays."""
    who, start_s, end_s, text = turn
    by_s = earlier_s if who == "customer" else 0.0
    return who, max((start_s or 0.0) - by_s, 0.0), max((end_s or 0.0) - by_s, 0.0), text


def _number(call_id: str) -> int:
    """The number that an id ends with."""
    return int(re.sub(r"\D", "", call_id) or 0)
