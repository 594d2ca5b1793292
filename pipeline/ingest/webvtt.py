"""A WebVTT file as a transcript: voices name the speakers; consecutive cues of one voice are one turn."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.errors import IngestError
from pipeline.ingest.discovery import Source
from pipeline.ingest.speakers import role_of, stated_or_guessed_language, with_agents
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn

if TYPE_CHECKING:
    from webvtt import Caption

NAMED_LINE = re.compile(r"^\s*([^:：]{1,30})[:：]\s*(.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption. `voice` is "" if the file names no speaker."""

    voice: str
    start_s: float
    end_s: float
    text: str = field(repr=False)


def transcript_from_webvtt(text: str, *, source: Source) -> Transcript:
    """Read captions with `<v Agent>` voices or `Agent: …` lines. Raises IngestError if no speaker is named."""
    cues = [cue for cue in _cues(text, source=source) if cue.text]
    metadata = source.metadata or CallMetadata()
    groups = [list(group) for _, group in groupby(cues, key=lambda cue: cue.voice)]
    turns = tuple(_turn(index, group, source=source) for index, group in enumerate(groups))
    if not turns:
        raise IngestError("no captions in it", source=source.name, remedy="Export it again")
    metadata = with_agents(metadata, [group[0].voice for group in groups])
    return Transcript(
        call_id=source.call_id,
        language=stated_or_guessed_language(metadata.language, [turn.text for turn in turns]),
        turns=turns,
        metadata=metadata,
        source="webvtt",
        duration_s=turns[-1].end_s,
    )


def _cues(text: str, *, source: Source) -> list[Cue]:
    import webvtt

    try:
        captions = webvtt.from_string(text)
    except webvtt.errors.MalformedFileError as error:
        raise IngestError("not a WebVTT file", source=source.name, remedy="It must start with WEBVTT") from error
    return [_cue(caption) for caption in captions.captions]


def _cue(caption: Caption) -> Cue:
    start_s, end_s = _seconds(caption.start), _seconds(caption.end)
    text, voice = " ".join(caption.text.split()), caption.voice or ""
    named = NAMED_LINE.match(text) if not voice else None
    if named and role_of(named.group(1)):
        return Cue(named.group(1), start_s, end_s, named.group(2))
    return Cue(voice, start_s, end_s, text)


def _seconds(stamp: str) -> float:
    """Convert `hh:mm:ss.mmm` to seconds; the library's own conversion drops the fraction."""
    hours, minutes, seconds = stamp.split(":")
    return int(hours) * 3_600 + int(minutes) * 60 + float(seconds)


def _turn(index: int, cues: list[Cue], *, source: Source) -> Turn:
    role = role_of(cues[0].voice)
    if role is None:
        raise IngestError(
            f"caption {index + 1} names no known speaker",
            source=source.name,
            remedy="Mark each caption with <v Agent> or <v Customer>",
        )
    text = " ".join(cue.text for cue in cues)
    return Turn(index, role, 0 if role == "agent" else 1, cues[0].start_s, cues[-1].end_s, text)
