"""Shards: how a night's work is divided. A shard is written as a whole, and is the most that a killed night loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from pipeline.fingerprints.fingerprint import StageFingerprints, fingerprint
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript

if TYPE_CHECKING:
    from pipeline.ingest import Source

Work = Literal["hear", "read", "move", "score"]

MAX_CALLS = 100
ENOUGH_AUDIO_S = 3_600.0
# Bytes per second of call audio in common exports: 8 kHz 16-bit mono to stereo for WAV, 24-40 kbit/s otherwise.
WAV_BYTES_PER_S = 24_000
COMPRESSED_BYTES_PER_S = 4_000


@dataclass(frozen=True, slots=True)
class CallTask:
    """One call to process.

    `work` is where it enters: `hear` transcribes its source; `read` enriches stored turns; `score` scores the stored
    call; `move` also writes its turns again, under another date or call id, or because a form no longer fits it.
    `forms` are the forms to score it by, empty for all that apply. `stored_id` and `stored_date` locate the call in the
    tables; `generation` is the last one with a row of it, 0 for a new call. `source` is None if only the tables are
    read. `transcript` is a written call's, so a file of many calls is read once.
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
        """An estimate from the file's size; 0 if nothing needs transcribing."""
        if self.work != "hear" or self.source is None or self.source.kind != "audio":
            return 0.0
        is_wav = PurePosixPath(self.source.uri).suffix.lower() == ".wav"
        return self.source.size_bytes / (WAV_BYTES_PER_S if is_wav else COMPRESSED_BYTES_PER_S)


@dataclass(frozen=True, slots=True)
class Shard:
    """Calls of one date that enter at the same stage, sorted by call id."""

    date: str
    work: Work
    items: tuple[CallTask, ...]

    @property
    def generation(self) -> int:
        """One more than the generation of any row that the shard replaces."""
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

    Where a shard ends depends on its own calls alone. With some shards done, the rest is cut as before, so a night that
    continues after a kill writes the same files.
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
