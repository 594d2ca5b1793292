"""Sentences of one channel, grouped into passages without a long pause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.transcribe.word_text import text_of
from pipeline.transcript import Language, Word

SENTENCE_ENDS = tuple(".?!。？！")
PAUSE_S = 0.8
REST_S = 1.6


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of one channel up to a full stop or a pause, in call time."""

    words: tuple[Word, ...] = field(repr=False)
    text: str = field(repr=False)

    @property
    def start_s(self) -> float:
        """Start of the first word."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last word."""
        return self.words[-1].end_s


def passages_of(words: Sequence[Word], *, language: Language) -> list[list[Sentence]]:
    """Group one channel's sentences into passages, separated by at least 1.6 s. `words` are in time order."""
    passages: list[list[Sentence]] = []
    for sentence in _sentences(words, language):
        if passages and sentence.start_s - passages[-1][-1].end_s < REST_S:
            passages[-1].append(sentence)
        else:
            passages.append([sentence])
    return passages


def words_in(sentences: Iterable[Sentence]) -> list[Word]:
    """All words of these sentences, in order."""
    return [word for sentence in sentences for word in sentence.words]


def _sentences(words: Sequence[Word], language: Language) -> Iterable[Sentence]:
    """Split words after full stops and at pauses."""
    group: list[Word] = []
    for word in words:
        if group and (group[-1].text.endswith(SENTENCE_ENDS) or word.start_s - group[-1].end_s > PAUSE_S):
            yield Sentence(tuple(group), text_of(group, language))
            group = []
        group.append(word)
    if group:
        yield Sentence(tuple(group), text_of(group, language))
