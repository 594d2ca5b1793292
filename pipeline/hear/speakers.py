"""Words to speakers on a recording with one channel."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.ports import SpeakerSpan
from pipeline.transcript import Word

CLOSE_S = 0.25


def by_speaker(words: Sequence[Word], spans: Sequence[SpeakerSpan]) -> dict[int, list[Word]]:
    """The words of each speaker: by the spans they lie in, with runs of words that no pause parts kept together."""
    sides: dict[int, list[Word]] = {}
    for run in _runs(words):
        for word, speaker in zip(run, _steady([_speaker(word, spans) for word in run]), strict=True):
            sides.setdefault(speaker, []).append(word)
    return sides


def _speaker(word: Word, spans: Sequence[SpeakerSpan]) -> int:
    """The speaker whose spans cover most of a word; where none does, the nearest."""
    if not spans:
        return 0
    cover = {0: 0.0, 1: 0.0}
    for span in spans:
        overlap_s = min(span.end_s, word.end_s) - max(span.start_s, word.start_s)
        cover[span.speaker] += max(overlap_s, 0.0)
    if cover[0] != cover[1]:
        return 0 if cover[0] > cover[1] else 1
    middle_s = (word.start_s + word.end_s) / 2
    return min(spans, key=lambda span: max(span.start_s - middle_s, middle_s - span.end_s)).speaker


def _runs(words: Sequence[Word]) -> list[list[Word]]:
    """Words parted where there is a pause, or where a sentence ends."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and word.start_s - runs[-1][-1].end_s < CLOSE_S and runs[-1][-1].text[-1:] not in ".?!。？！":
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _steady(speakers: Sequence[int]) -> list[int]:
    """Short flips inside a run smoothed away: two words at either end or inside belong to their neighbours' speaker."""
    steady = list(speakers)
    if not steady:
        return steady
    start = 0
    while start < len(steady):
        end = start
        while end < len(steady) and steady[end] == steady[start]:
            end += 1
        if end - start <= 2 and end - start < len(steady):
            neighbour = steady[start - 1] if start > 0 else steady[end]
            steady[start:end] = [neighbour] * (end - start)
        start = end
    return steady
