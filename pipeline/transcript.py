"""A transcript: who said what, when, and how sure the recogniser was."""

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
    """How a turn is spoken beside the same speaker's own start of the call; None where that cannot be told.

    `pitch_st` is in semitones and `loudness_db` in decibels above it, `pace_ratio` a ratio to it.
    """

    pitch_st: float | None = None
    loudness_db: float | None = None
    pace_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until the other takes over.

    `start_s` and `end_s` are NaN-free: a transcript that came without times has None. `confidence` is the mean
    word probability, 1.0 for written transcripts. `role_confidence` says how sure the speaker's role is. `cues` are
    None where none can be told, as in a transcript that came without audio.
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
    """Something on a channel that no person says, in call time; `confidence`, from 0 to 1, says how sure its kind is.

    `ivr` is a recorded prompt, `voicemail` the greeting of a mailbox, `music` is music on hold, `keypad` pressed keys
    (which ones is not kept), `beep` a short high tone, `tone` any other of a telephone network.
    """

    kind: EventKind
    channel: int
    start_s: float
    end_s: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """All turns of a call in time order, with what produced them.

    `source` is `audio`, `jsonl`, `webvtt` or `amazon`; `model` names the recogniser ("" for written sources);
    `duration_s` is None where nothing says how long the call was; `fingerprint` identifies the input, the models and
    their settings. `events` are what no person says, in time order; no turn holds them.
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
        """The call's day, YYYY-MM-DD, or `1970-01-01` when nobody recorded it."""
        return self.metadata.started_at[:10] or "1970-01-01"

    def by(self, role: Role) -> tuple[Turn, ...]:
        """The turns of one role, in order."""
        return tuple(turn for turn in self.turns if turn.role == role)
