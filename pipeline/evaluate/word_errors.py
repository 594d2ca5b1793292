"""How far a transcript is from what a person wrote down: words, roles, and who spoke when."""

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
# Shorter ones are yeses and hellos; what is said in them is seldom missed.
LONG_TURN_S = 1.0
CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九幺两", "0012345678912")


@dataclass(frozen=True, slots=True)
class Errors:
    """Edits against the reference length, and how often the role is right; diarization error for mono calls.

    The second of each pair is what the first is a share of; 0 where the label does not tell.
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
    """Compares. Two-channel calls channel by channel, mono mixes in time order; a failed call is all deletions."""
    turns = transcript.turns if transcript else ()
    pairs = _texts(reference, turns)
    edits, units = edits_in(pairs, reference.language, digits=False)
    edits_digits, units_digits = edits_in(pairs, reference.language, digits=True)
    right, words = _roles(reference, turns)
    timed = reference.mono and _timed(reference)
    wrong_s, speech_s = diarization_error(reference, turns) if timed else (0.0, 0.0)
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


def edits_in(pairs: Sequence[tuple[str, str]], language: str, *, digits: bool) -> tuple[int, int]:
    """Word or character edits over all (reference, heard) pairs, and the length of the references."""
    from rapidfuzz.distance import Levenshtein

    edits = units = 0
    for truth, heard in pairs:
        wanted, got = normalised(truth, language, digits=digits), normalised(heard, language, digits=digits)
        edits += int(Levenshtein.distance(wanted, got))
        units += len(wanted)
    return edits, units


def diarization_error(reference: Reference, turns: Sequence[Turn]) -> tuple[float, float]:
    """Seconds of missed, false and confused speech, and of reference speech; collar 0.25 s, overlap left out.

    Turns are taken as solid from their first to their last word on both sides; speakers are mapped the better way.
    """
    length = int(max([t[2] or 0.0 for t in reference.turns] + [t.end_s or 0.0 for t in turns]) / STEP_S) + 1
    truth, guess = np.zeros((2, length), bool), np.zeros((2, length), bool)
    scored = np.ones(length, bool)
    for speaker, start_s, end_s, _ in reference.turns:
        truth[int(speaker == "customer"), _step(start_s) : _step(end_s)] = True
        for edge_s in (start_s or 0.0, end_s or 0.0):
            scored[max(0, _step(edge_s - COLLAR_S)) : _step(edge_s + COLLAR_S)] = False
    for turn in turns:
        guess[int(turn.role == "customer"), _step(turn.start_s) : _step(turn.end_s)] = True
    scored &= ~(truth[0] & truth[1])
    speech = truth.any(axis=0) & scored

    def wrong(mapped: npt.NDArray[np.bool_]) -> float:
        missed = speech & ~mapped.any(axis=0)
        false = scored & ~truth.any(axis=0) & mapped.any(axis=0)
        confused = speech & mapped.any(axis=0) & ~(truth & mapped).any(axis=0)
        return float((missed.sum() + false.sum() + confused.sum()) * STEP_S)

    return min(wrong(guess), wrong(guess[::-1])), float(speech.sum() * STEP_S)


def lost_turns(reference: Reference, transcript: Transcript | None) -> list[tuple[str, float, float]]:
    """The turns of more than 1 s in which no word was heard: who should have spoken, from when to when, in seconds.

    On two channels a word counts on the speaker's own. Turns without times are left out.
    """
    turns = transcript.turns if transcript else ()
    sides = {role: channel for channel, role in reference.channels.items()}
    lost = []
    for speaker, start_s, end_s, _ in reference.turns:
        if start_s is None or end_s is None or end_s - start_s <= LONG_TURN_S:
            continue
        own = [turn for turn in turns if reference.mono or turn.channel == sides[speaker]]
        if not any(word.start_s < end_s and word.end_s > start_s for turn in own for word in turn.words):
            lost.append((speaker, start_s, end_s))
    return lost


def _step(at_s: float | None) -> int:
    return int((at_s or 0.0) / STEP_S)


def _timed(reference: Reference) -> bool:
    """Whether every turn says when."""
    return all(start_s is not None and end_s is not None for _, start_s, end_s, _ in reference.turns)


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


def _roles(reference: Reference, turns: Sequence[Turn]) -> tuple[int, int]:
    """Words with the right role, of all words whose speaker is known.

    By channel; on one channel by time outside overlap, and where a label has no times by what is said.
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
    """The same for words that the alignment of both texts finds in both."""
    from rapidfuzz.distance import Levenshtein

    language = reference.language
    truth = [(unit, who) for who, _, _, text in reference.turns for unit in normalised(text, language, digits=False)]
    heard = [(unit, turn.role) for turn in turns for unit in normalised(turn.text, language, digits=False)]
    blocks = Levenshtein.opcodes([unit for unit, _ in truth], [unit for unit, _ in heard])
    same = [
        truth[block.src_start + n][1] == heard[block.dest_start + n][1]
        for block in blocks
        if block.tag == "equal"
        for n in range(block.src_end - block.src_start)
    ]
    return sum(same), len(same)


def _speaker_at(reference: Reference, word: Word) -> str | None:
    """Who speaks at the middle of a word, None in overlap and outside all turns."""
    middle_s = (word.start_s + word.end_s) / 2
    speakers = {t[0] for t in reference.turns if (t[1] or 0.0) <= middle_s <= (t[2] or 0.0)}
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
