"""What a hearing bench compares with: labelled calls, and the error of a transcript against them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.transcript import Transcript, Turn

STEP_S = 0.01
COLLAR_S = 0.25
CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九幺两", "0012345678912")


@dataclass(frozen=True, slots=True)
class Reference:
    """One labelled call: `turns` are (speaker, start, end, text); `channels` maps a channel to its role."""

    call_id: str
    audio: Path
    language: str
    mono: bool
    channels: dict[int, str]
    turns: tuple[tuple[str, float, float, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Errors:
    """Edits against the reference length, and how often the role is right; diarization error for mono calls."""

    edits: int
    units: int
    edits_digits: int
    units_digits: int
    role_right: int
    role_words: int
    diarization_error_s: float
    speech_s: float


def references(folder: Path) -> list[Reference]:
    """All labelled calls of a folder: two-channel files, and the mono mixes in `mono/`."""
    out = []
    for path in sorted(folder.glob("*.ref.json")):
        call_id = path.name.removesuffix(".ref.json")
        table = json.loads(path.read_text("utf-8"))
        turns = tuple((t["speaker"], t["start_s"], t["end_s"], t["text"]) for t in table["turns"])
        channels = {int(channel): role for channel, role in table["channels"].items()}
        files = [p for p in folder.glob(f"{call_id}.*") if p.suffix != ".json"]
        mono = folder / "mono" / f"{call_id}.wav"
        out += [Reference(call_id, file, table["language"], False, channels, turns) for file in files]
        if mono.is_file():
            out.append(Reference(f"{call_id}-mono", mono, table["language"], True, channels, turns))
    return out


def errors_of(reference: Reference, transcript: Transcript | None) -> Errors:
    """Compares. Two-channel calls channel by channel, mono mixes in time order; a failed call is all deletions."""
    turns = transcript.turns if transcript else ()
    pairs = _texts(reference, turns)
    edits, units = edits_in(pairs, reference.language, digits=False)
    edits_digits, units_digits = edits_in(pairs, reference.language, digits=True)
    right, words = _roles(reference, turns)
    wrong_s, speech_s = diarization_error(reference, turns) if reference.mono else (0.0, 0.0)
    return Errors(edits, units, edits_digits, units_digits, right, words, wrong_s, speech_s)


def normalised(text: str, language: str, *, digits: bool) -> list[str]:
    """Words of English by Whisper's normaliser, characters of Chinese in Simplified without punctuation.

    With `digits`, Chinese numerals are mapped to digits one by one (幺 is 1, 两 is 2; no place values); English is
    normalised to digits in either case.
    """
    if language == "en":
        return str(_english()(text)).split()
    plain = re.sub(r"[\W_]", "", _simplified().convert(text)).lower()
    return list(plain.translate(CHINESE_DIGITS) if digits else plain)


def diarization_error(reference: Reference, turns: Sequence[Turn]) -> tuple[float, float]:
    """Seconds of missed, false and confused speech, and of reference speech; collar 0.25 s, overlap left out.

    Turns are taken as solid from their first to their last word on both sides; speakers are mapped the better way.
    """
    length = int(max([t[2] for t in reference.turns] + [t.end_s or 0.0 for t in turns]) / STEP_S) + 1
    truth, guess = np.zeros((2, length), bool), np.zeros((2, length), bool)
    scored = np.ones(length, bool)
    for speaker, start_s, end_s, _ in reference.turns:
        truth[int(speaker == "customer"), int(start_s / STEP_S) : int(end_s / STEP_S)] = True
        for edge_s in (start_s, end_s):
            scored[max(0, int((edge_s - COLLAR_S) / STEP_S)) : int((edge_s + COLLAR_S) / STEP_S)] = False
    for turn in turns:
        guess[int(turn.role == "customer"), int((turn.start_s or 0) / STEP_S) : int((turn.end_s or 0) / STEP_S)] = True
    scored &= ~(truth[0] & truth[1])
    speech = truth.any(axis=0) & scored

    def wrong(mapped: Any) -> float:
        missed = speech & ~mapped.any(axis=0)
        false = scored & ~truth.any(axis=0) & mapped.any(axis=0)
        confused = speech & mapped.any(axis=0) & ~(truth & mapped).any(axis=0)
        return float((missed.sum() + false.sum() + confused.sum()) * STEP_S)

    return min(wrong(guess), wrong(guess[::-1])), float(speech.sum() * STEP_S)


def _texts(reference: Reference, turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """(reference, heard) texts to compare."""
    if reference.mono:
        return [(" ".join(t[3] for t in reference.turns), " ".join(turn.text for turn in turns))]
    return [
        (
            " ".join(t[3] for t in reference.turns if t[0] == role),
            " ".join(turn.text for turn in turns if turn.channel == channel),
        )
        for channel, role in reference.channels.items()
    ]


def edits_in(pairs: Sequence[tuple[str, str]], language: str, *, digits: bool) -> tuple[int, int]:
    """Word or character edits over all pairs, and the length of the references."""
    import jiwer

    edits = units = 0
    for truth, heard in pairs:
        wanted, got = normalised(truth, language, digits=digits), normalised(heard, language, digits=digits)
        found = jiwer.process_words(" ".join(wanted), " ".join(got))
        edits += found.substitutions + found.deletions + found.insertions
        units += len(wanted)
    return edits, units


def _roles(reference: Reference, turns: Sequence[Turn]) -> tuple[int, int]:
    """Words with the right role, of all words whose speaker is known: by channel, on mono by time outside overlap."""
    right = total = 0
    for turn in turns:
        for word in turn.words:
            truth = reference.channels[turn.channel] if not reference.mono else _speaker_at(reference, word)
            total += truth is not None
            right += truth == turn.role
    return right, total


def _speaker_at(reference: Reference, word: Any) -> str | None:
    """Who speaks at the middle of a word, None in overlap and outside all turns."""
    middle_s = (word.start_s + word.end_s) / 2
    speakers = {t[0] for t in reference.turns if t[1] <= middle_s <= t[2]}
    return speakers.pop() if len(speakers) == 1 else None


@cache
def _english() -> Any:
    """Whisper's English normaliser, without its list of British spellings."""
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

    return EnglishTextNormalizer({})


@cache
def _simplified() -> Any:
    """Traditional to Simplified."""
    from opencc import OpenCC

    return OpenCC("t2s")
