"""Assign words to speakers on a recording with one channel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from pipeline.ports import SpeakerSpan
from pipeline.transcript import Word

CLOSE_S = 0.25
FLIP_WORDS = 2


def by_speaker(words: Sequence[Word], spans: Sequence[SpeakerSpan]) -> dict[int, list[Word]]:
    """Assign words to speakers by the spans they lie in; runs of words without a pause stay together."""
    sides: dict[int, list[Word]] = {}
    for run in _runs(words):
        for word, speaker in zip(run, _smooth_flips([_speaker(word, spans) for word in run]), strict=True):
            sides.setdefault(speaker, []).append(word)
    return sides


def _speaker(word: Word, spans: Sequence[SpeakerSpan]) -> int:
    """The speaker whose spans cover most of a word; if none does, the nearest.

    Cover is weighted by confidence: where both speak at once, recognisers write down the dominant voice.
    """
    if not spans:
        return 0
    cover = {0: 0.0, 1: 0.0}
    for span in spans:
        overlap_s = min(span.end_s, word.end_s) - max(span.start_s, word.start_s)
        cover[span.speaker] += max(overlap_s, 0.0) * span.confidence
    if cover[0] != cover[1]:
        return 0 if cover[0] > cover[1] else 1
    middle_s = (word.start_s + word.end_s) / 2
    return min(spans, key=lambda span: max(span.start_s - middle_s, middle_s - span.end_s)).speaker


def _runs(words: Sequence[Word]) -> list[list[Word]]:
    """Split words at pauses and at ends of sentences."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and word.start_s - runs[-1][-1].end_s < CLOSE_S and runs[-1][-1].text[-1:] not in ".?!。？！":
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _smooth_flips(speakers: Sequence[int]) -> list[int]:
    """Smooth short flips inside a run, shortest first: they join the longer neighbour."""
    groups = [[speaker, len(list(same))] for speaker, same in groupby(speakers)]
    while len(groups) > 1:
        shortest = min(range(len(groups)), key=lambda n: groups[n][1])
        around = [n for n in (shortest - 1, shortest + 1) if 0 <= n < len(groups)]
        if groups[shortest][1] > FLIP_WORDS or groups[shortest][1] >= max(groups[n][1] for n in around):
            break
        groups[shortest][0] = 1 - groups[shortest][0]
        groups = _merge(groups)
    return [speaker for speaker, count in groups for _ in range(count)]


def _merge(groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """Merge neighbouring (speaker, count) groups of the same speaker."""
    return [[speaker, sum(group[1] for group in same)] for speaker, same in groupby(groups, key=lambda g: g[0])]
