"""A transcript: who said what and when, and how sure the recogniser was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pipeline.recording import CallMetadata

Role = Literal["agent", "customer", "ivr"]
Language = Literal["en", "zh"]
ChineseScript = Literal["simplified", "traditional"]
EventKind = Literal["ivr", "voicemail", "music", "ringing", "busy", "keypad", "beep", "tone"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word (or one Chinese token) with its span in call time. The repr shows no content."""

    text: str = field(repr=False)
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Prosody:
    """How a turn is spoken, relative to the same speaker at the start of the call; None if it cannot be measured.

    `pitch_st` is in semitones and `loudness_db` in decibels above that baseline; `pace_ratio` is a ratio to it.
    """

    pitch_st: float | None = None
    loudness_db: float | None = None
    pace_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until the other takes over.

    `start_s` and `end_s` are None in a transcript without times, never NaN. `confidence` is the mean word probability,
    1.0 for written transcripts; `role_confidence` is the confidence in the speaker's role. `prosody` is None if it
    cannot be measured, as without audio.
    """

    index: int
    role: Role
    channel: int
    start_s: float | None
    end_s: float | None
    text: str = field(repr=False)
    words: tuple[Word, ...] = field(default=(), repr=False)
    confidence: float = 1.0
    role_confidence: float = 1.0
    prosody: Prosody | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something on a channel that no person says, in call time; `confidence` in its kind is from 0 to 1.

    `ivr` is a recorded prompt, `voicemail` a mailbox greeting, `music` music on hold, `keypad` pressed keys (which ones
    is not kept), `beep` a short high tone, `tone` any other signalling tone of a telephone network.
    """

    kind: EventKind
    channel: int
    start_s: float
    end_s: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """All turns of a call in time order, and where they come from.

    `source` is `audio`, `jsonl`, `webvtt` or `amazon`; `model` names the recogniser ("" for written sources);
    `duration_s` is None if unknown; `fingerprint` identifies the input, the models and their settings. `events` are in
    time order and not part of any turn.
    """

    call_id: str
    language: Language
    turns: tuple[Turn, ...]
    metadata: CallMetadata
    source: str
    model: str = ""
    duration_s: float | None = None
    fingerprint: str = ""
    events: tuple[Event, ...] = ()

    @property
    def date(self) -> str:
        """The call's day, YYYY-MM-DD, or `1970-01-01` if unknown."""
        return self.metadata.started_at[:10] or "1970-01-01"

    def by(self, role: Role) -> tuple[Turn, ...]:
        """The turns of one role, in order."""
        return tuple(turn for turn in self.turns if turn.role == role)
