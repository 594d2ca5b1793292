"""Deliberate changes: play turns of recordings higher, lower or louder, and compare their prosody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Audio, Samples
from pipeline.transcribe.prosody import BASELINE_S, with_prosody
from pipeline.transcribe.voice_track import voice_track
from pipeline.transcript import Prosody, Transcript, Turn, Word

# Semitones and decibels. Faster playback raises everything: pitch, formants and band edges.
CHANGES = ((3.0, 0.0), (-3.0, 0.0), (6.0, 0.0), (0.0, 6.0), (0.0, -6.0))
# Shorter turns have too little speech for a reliable value.
MIN_TURN_S = 1.5
AFTER_START_S = BASELINE_S + 4.0
REST_S = 0.2


def changes(calls: Sequence[tuple[Audio, Transcript]]) -> Iterator[dict[str, object]]:
    """For each change, the error of the prosody of changed turns, on calls with two channels.

    Changes every other turn after the baseline; the speaker's baseline stays as it was.
    """
    voices = _voices(calls)
    for higher_st, louder_db in CHANGES:
        cue, change = ("pitch_st", higher_st) if higher_st else ("loudness_db", louder_db)
        pairs = [pair for voice in voices for pair in _changed(*voice, higher_st=higher_st, louder_db=louder_db)]
        measured = [
            (getattr(after, cue, None), before_value)
            for before, after in pairs
            if (before_value := getattr(before, cue, None)) is not None
        ]
        errors = np.array([after - before - change for after, before in measured if after is not None])
        if not len(errors):
            continue
        yield {
            "cue": cue,
            "change": change,
            "turns_told": len(measured),
            "told_after_too": len(errors),
            "median_error": round(float(np.median(errors)), 2),
            "median_absolute_error": round(float(np.median(np.abs(errors))), 2),
            "nine_in_ten_within": round(float(np.quantile(np.abs(errors), 0.9)), 2),
        }


def _voices(calls: Sequence[tuple[Audio, Transcript]]) -> list[tuple[Audio, Transcript, list[Turn]]]:
    """The two voices of each two-channel call, with their turns that are long enough."""
    return [
        (audio, transcript, own)
        for audio, transcript in calls
        if len({turn.channel for turn in transcript.turns}) > 1
        for role in ("agent", "customer")
        if len(own := [turn for turn in transcript.by(role) if _seconds(turn) >= MIN_TURN_S]) > 1
    ]


def _changed(
    audio: Audio, transcript: Transcript, turns: Sequence[Turn], *, higher_st: float, louder_db: float
) -> list[tuple[Prosody | None, Prosody | None]]:
    """Prosody of one voice's changed turns, without and with the change."""
    # Count words only: a baseline excludes pauses, and must not contain a changed turn.
    said_s = np.cumsum([0.0, *(sum(word.end_s - word.start_s for word in turn.words) for turn in turns)])
    chosen = [n for n in range(len(turns)) if said_s[n] >= AFTER_START_S and n % 2 == 0]
    plain = [audio.samples[turn.channel][_at(turn.start_s) : _at(turn.end_s)] for turn in turns]
    changed_pieces = [_played(piece, higher_st, louder_db) if n in chosen else piece for n, piece in enumerate(plain)]
    before, after = _prosody(transcript, turns, plain), _prosody(transcript, turns, changed_pieces)
    return [(before[n], after[n]) for n in chosen]


def _played(piece: Samples, higher_st: float, louder_db: float) -> Samples:
    """A piece of audio at another speed and level."""
    at = np.arange(0, len(piece) - 1, 2 ** (higher_st / 12))
    played = np.interp(at, np.arange(len(piece)), piece) * 10 ** (louder_db / 20)
    return np.asarray(played, dtype=np.float32)


def _prosody(transcript: Transcript, turns: Sequence[Turn], pieces: Sequence[Samples]) -> list[Prosody | None]:
    """Prosody of turns whose audio is concatenated."""
    rest = np.zeros(round(REST_S * ASR_SAMPLE_RATE_HZ), np.float32)
    moved, parts, at = [], [], 0
    for turn, piece in zip(turns, pieces, strict=True):
        moved.append(_moved(turn, at / ASR_SAMPLE_RATE_HZ, len(piece) / ASR_SAMPLE_RATE_HZ))
        parts += [piece, rest]
        at += len(piece) + len(rest)
    track = voice_track(np.concatenate(parts), [_span(turn) for turn in moved])
    alone = replace(transcript, turns=tuple(moved))
    measured = with_prosody(alone, sides=[0] * len(moved), tracks={turns[0].channel: track})
    return [turn.prosody for turn in measured.turns]


def _moved(turn: Turn, start_s: float, seconds: float) -> Turn:
    """A turn and its words moved to `start_s` and scaled to `seconds`."""
    scale, first_s = seconds / _seconds(turn), turn.start_s or 0.0

    def new(at_s: float) -> float:
        return start_s + (at_s - first_s) * scale

    words = tuple(Word(word.text, new(word.start_s), new(word.end_s), word.probability) for word in turn.words)
    return replace(turn, start_s=start_s, end_s=start_s + seconds, words=words)


def _span(turn: Turn) -> Span:
    return Span(turn.start_s or 0.0, turn.end_s or 0.0)


def _seconds(turn: Turn) -> float:
    return (turn.end_s or 0.0) - (turn.start_s or 0.0)


def _at(time_s: float | None) -> int:
    return round((time_s or 0.0) * ASR_SAMPLE_RATE_HZ)
