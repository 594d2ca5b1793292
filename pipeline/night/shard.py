"""Shards: how the night's work is cut. A shard is the unit of writing, and of what a killed night loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from pipeline.fingerprint import StageFingerprints, fingerprint
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript

if TYPE_CHECKING:
    from pipeline.ingest import Source

Work = Literal["hear", "read", "move", "score"]

MAX_CALLS = 100
ENOUGH_AUDIO_S = 3_600.0
# What a second of call audio takes in common exports: 8 kHz 16-bit mono to stereo for WAV, 24-40 kbit/s otherwise.
WAV_BYTES_PER_S = 24_000
COMPRESSED_BYTES_PER_S = 4_000


@dataclass(frozen=True, slots=True)
class CallTask:
    """One call to do.

    `work` says where it enters: `hear` from its source; `read` from stored turns; `move` and `score` from stored turns
    and vectors, the former to another date or call id, or away from a form that no longer fits it. `forms` are those
    whose scorecards are made, all that judge the call when empty. `stored_id` and `stored_date` say where it is in the
    tables, `generation` is the last one that has a row of it, 0 for a new call. `source` is None when the call is
    scored again from the tables alone; `transcript` is that of a call in writing, so that a file of many calls is read
    once.
    """

    call_id: str
    date: str
    work: Work
    input_hash: str
    uri: str
    metadata: CallMetadata
    fingerprints: StageFingerprints
    source: Source | None = None
    stored_id: str = ""
    stored_date: str = ""
    generation: int = 0
    transcript: Transcript | None = None
    forms: tuple[str, ...] = ()

    @property
    def expected_audio_s(self) -> float:
        """A guess from the file's size; 0 where nothing must be heard."""
        if self.work != "hear" or self.source is None or self.source.kind != "audio":
            return 0.0
        is_wav = PurePosixPath(self.source.uri).suffix.lower() == ".wav"
        return self.source.size_bytes / (WAV_BYTES_PER_S if is_wav else COMPRESSED_BYTES_PER_S)


@dataclass(frozen=True, slots=True)
class Shard:
    """Calls of one date that enter at the same verb, sorted by call id."""

    date: str
    work: Work
    items: tuple[CallTask, ...]

    @property
    def generation(self) -> int:
        """One more than that of any row which the shard replaces."""
        return 1 + max(item.generation for item in self.items)

    @property
    def fingerprint(self) -> str:
        """The same for the same calls, inputs, models and settings."""
        members = [
            (item.call_id, item.input_hash, item.uri, item.fingerprints.score, item.forms) for item in self.items
        ]
        return fingerprint(self.date, self.work, members)


def cut(items: Iterable[CallTask]) -> list[Shard]:
    """Cut items into shards, in order of date, work and call id.

    A shard is closed by what it holds itself, never by what would come next. So when some shards are done, cutting the
    rest gives the same shards as before, and a night that goes on after a kill writes the same files.
    """
    in_order = sorted(items, key=lambda item: (item.date, item.work, item.call_id))
    return [
        Shard(date, work, tuple(members))
        for (date, work), group in groupby(in_order, key=lambda item: (item.date, item.work))
        for members in _closed(group)
    ]


def _closed(items: Iterable[CallTask]) -> Iterator[list[CallTask]]:
    members: list[CallTask] = []
    expected_s = 0.0
    for item in items:
        members.append(item)
        expected_s += item.expected_audio_s
        if len(members) >= MAX_CALLS or expected_s >= ENOUGH_AUDIO_S:
            yield members
            members, expected_s = [], 0.0
    if members:
        yield members
