"""Turns from word times: split at pauses and where the other side speaks, merged in time order, overlap kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.word_text import text_of
from pipeline.transcript import Language, Role, Turn, Word

TOUCH_S = 0.1


@dataclass(frozen=True, slots=True)
class TurnWords:
    """The words of one turn, and their side."""

    side: int
    words: tuple[Word, ...] = field(repr=False)

    @property
    def start_s(self) -> float:
        """Start of the first word."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last word."""
        return self.words[-1].end_s


def split_turns(words_by_side: Mapping[int, Sequence[Word]], settings: TranscriptionSettings) -> list[TurnWords]:
    """Split every side's words into turns, all sides together in time order."""
    turn_words = []
    for side, words in words_by_side.items():
        others = [word for other, theirs in words_by_side.items() if other != side for word in theirs]
        turn_words += [TurnWords(side, part) for part in _split(words, others, settings)]
    return sorted(turn_words, key=lambda part: (part.start_s, part.side, part.end_s))


def turns_of(
    turn_words: Sequence[TurnWords],
    *,
    roles: Mapping[int, Role],
    channels: Mapping[int, int],
    language: Language,
    role_confidence: float,
) -> tuple[Turn, ...]:
    """Build the turns of a call; `roles` and `channels` map each side to its role and channel."""
    return tuple(
        Turn(
            index=index,
            role=roles[part.side],
            channel=channels[part.side],
            start_s=part.start_s,
            end_s=part.end_s,
            text=text_of(part.words, language),
            words=part.words,
            confidence=round(sum(word.probability for word in part.words) / len(part.words), 4),
            role_confidence=role_confidence,
        )
        for index, part in enumerate(turn_words)
    )


def _split(words: Sequence[Word], others: Sequence[Word], settings: TranscriptionSettings) -> list[tuple[Word, ...]]:
    """Split one side's words at long pauses, and at pauses in which another side speaks."""
    parts: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.start_s, word.end_s)):
        if parts and not _ends_turn(parts[-1][-1], word, others, settings):
            parts[-1].append(word)
        else:
            parts.append([word])
    return [tuple(part) for part in parts]


def _ends_turn(before: Word, after: Word, others: Sequence[Word], settings: TranscriptionSettings) -> bool:
    """True if the pause between two words of one side ends its turn."""
    pause_s = after.start_s - before.end_s
    if pause_s >= settings.pause_s:
        return True
    if pause_s < settings.handover_s:
        return False
    from_s, to_s = before.end_s - TOUCH_S, after.start_s + TOUCH_S
    return any(from_s <= (word.start_s + word.end_s) / 2 <= to_s for word in others)
