"""Errors of a transcript against a reference: words, roles and diarization."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.evaluate.reference import Reference
from pipeline.transcript import Transcript, Turn, Word

STEP_S = 0.01
COLLAR_S = 0.25
# Shorter turns are yeses and hellos, whose content is seldom missed.
LONG_TURN_S = 1.0
CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九幺两", "0012345678912")


@dataclass(frozen=True, slots=True)
class Errors:
    """Edits and role errors against the reference, and diarization error for mono calls.

    Each pair is a count and its total; the total is 0 where the label lacks the information.
    """

    edits: int
    units: int
    edits_digits: int
    units_digits: int
    role_right: int
    role_words: int
    diarization_error_s: float
    speech_s: float


def errors_of(reference: Reference, transcript: Transcript | None) -> Errors:
    """Count a call's errors: by channel on two channels, in time order on one. A failed call is all deletions."""
    turns = transcript.turns if transcript else ()
    pairs = _texts(reference, turns)
    edits, units = edits_in(pairs, reference.language, digits=False)
    edits_digits, units_digits = edits_in(pairs, reference.language, digits=True)
    right, words = _roles(reference, turns)
    timed = reference.mono and _timed(reference)
    wrong_s, speech_s = diarization_error(reference, turns) if timed else (0.0, 0.0)
    return Errors(edits, units, edits_digits, units_digits, right, words, wrong_s, speech_s)


def normalised(text: str, language: str, *, digits: bool) -> list[str]:
    """Normalise text for comparison: English to words, Chinese to characters.

    English uses Whisper's normaliser; Chinese becomes Simplified without punctuation. With `digits`, Chinese numerals
    are replaced by digits one by one (幺 is 1, 两 is 2; no place values). English numbers always become digits.
    """
    if language == "en":
        return str(_english()(text)).split()
    plain = re.sub(r"[\W_]", "", _simplified().convert(text)).lower()
    return list(plain.translate(CHINESE_DIGITS) if digits else plain)


def edits_in(pairs: Sequence[tuple[str, str]], language: str, *, digits: bool) -> tuple[int, int]:
    """Count edits over all (reference, transcript) pairs, and the length of the references.

    Counts words of English and characters of Chinese. Edits divided by length is the word or character error rate.

    >>> edits_in([("I lost my card", "I lost my car")], "en", digits=False)
    (1, 4)
    >>> edits_in([("我的卡丢了", "我的卡丢")], "zh", digits=False)
    (1, 5)
    """
    from rapidfuzz.distance import Levenshtein

    edits = units = 0
    for truth, recognised in pairs:
        reference_units, units_found = (
            normalised(truth, language, digits=digits),
            normalised(recognised, language, digits=digits),
        )
        edits += int(Levenshtein.distance(reference_units, units_found))
        units += len(reference_units)
    return edits, units


def diarization_error(reference: Reference, turns: Sequence[Turn]) -> tuple[float, float]:
    """Seconds of missed, false and confused speech, and of reference speech; collar 0.25 s, overlap excluded.

    Both sides treat a turn as continuous from its first to its last word. Uses the speaker mapping with fewer errors.
    """
    length = int(max([t[2] or 0.0 for t in reference.turns] + [t.end_s or 0.0 for t in turns]) / STEP_S) + 1
    truth, hypothesis = np.zeros((2, length), bool), np.zeros((2, length), bool)
    scored = np.ones(length, bool)
    for speaker, start_s, end_s, _ in reference.turns:
        truth[int(speaker == "customer"), _step(start_s) : _step(end_s)] = True
        for edge_s in (start_s or 0.0, end_s or 0.0):
            scored[max(0, _step(edge_s - COLLAR_S)) : _step(edge_s + COLLAR_S)] = False
    for turn in turns:
        hypothesis[int(turn.role == "customer"), _step(turn.start_s) : _step(turn.end_s)] = True
    scored &= ~(truth[0] & truth[1])
    speech = truth.any(axis=0) & scored

    def wrong(mapped: npt.NDArray[np.bool_]) -> float:
        missed = speech & ~mapped.any(axis=0)
        false = scored & ~truth.any(axis=0) & mapped.any(axis=0)
        confused = speech & mapped.any(axis=0) & ~(truth & mapped).any(axis=0)
        return float((missed.sum() + false.sum() + confused.sum()) * STEP_S)

    return min(wrong(hypothesis), wrong(hypothesis[::-1])), float(speech.sum() * STEP_S)


def missed_turns(reference: Reference, transcript: Transcript | None) -> list[tuple[str, float, float]]:
    """Reference turns over 1 s without any recognised word: (speaker, start, end) in seconds.

    On two channels only words on the speaker's channel count. Skips turns without times.
    """
    turns = transcript.turns if transcript else ()
    sides = {role: channel for channel, role in reference.channels.items()}
    missed_turns_found = []
    for speaker, start_s, end_s, _ in reference.turns:
        if start_s is None or end_s is None or end_s - start_s <= LONG_TURN_S:
            continue
        own = [turn for turn in turns if reference.mono or turn.channel == sides[speaker]]
        if not any(word.start_s < end_s and word.end_s > start_s for turn in own for word in turn.words):
            missed_turns_found.append((speaker, start_s, end_s))
    return missed_turns_found


def _step(at_s: float | None) -> int:
    return int((at_s or 0.0) / STEP_S)


def _timed(reference: Reference) -> bool:
    """True if every turn has times."""
    return all(start_s is not None and end_s is not None for _, start_s, end_s, _ in reference.turns)


def _texts(reference: Reference, turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """(reference, transcript) texts to compare."""
    if reference.mono:
        return [(" ".join(t[3] for t in reference.turns), " ".join(turn.text for turn in turns))]
    return [
        (
            " ".join(t[3] for t in reference.turns if t[0] == role),
            " ".join(turn.text for turn in turns if turn.channel == channel),
        )
        for channel, role in reference.channels.items()
    ]


def _roles(reference: Reference, turns: Sequence[Turn]) -> tuple[int, int]:
    """Count words with the right role, of all words whose speaker is known.

    By channel; on one channel by time, outside overlap, or by aligned words if the label has no times.
    """
    if reference.mono and not _timed(reference):
        return _roles_by_words(reference, turns)
    right = total = 0
    for turn in turns:
        for word in turn.words:
            truth = _speaker_at(reference, word) if reference.mono else reference.channels.get(turn.channel)
            total += truth is not None
            right += truth == turn.role
    return right, total


def _roles_by_words(reference: Reference, turns: Sequence[Turn]) -> tuple[int, int]:
    """The same for words that both texts share in their alignment."""
    from rapidfuzz.distance import Levenshtein

    language = reference.language
    truth = [(unit, who) for who, _, _, text in reference.turns for unit in normalised(text, language, digits=False)]
    recognised = [(unit, turn.role) for turn in turns for unit in normalised(turn.text, language, digits=False)]
    blocks = Levenshtein.opcodes([unit for unit, _ in truth], [unit for unit, _ in recognised])
    same = [
        truth[block.src_start + n][1] == recognised[block.dest_start + n][1]
        for block in blocks
        if block.tag == "equal"
        for n in range(block.src_end - block.src_start)
    ]
    return sum(same), len(same)


def _speaker_at(reference: Reference, word: Word) -> str | None:
    """The reference speaker at the middle of a word; None in overlap and outside all turns."""
    middle_s = (word.start_s + word.end_s) / 2
    speakers = {t[0] for t in reference.turns if (t[1] or 0.0) <= middle_s <= (t[2] or 0.0)}
    return speakers.pop() if len(speakers) == 1 else None


@cache
def _english() -> Any:
    """Whisper's English normaliser without its list of British spellings."""
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

    return EnglishTextNormalizer({})


@cache
def _simplified() -> Any:
    """OpenCC's converter from Traditional to Simplified."""
    from opencc import OpenCC

    return OpenCC("t2s")
