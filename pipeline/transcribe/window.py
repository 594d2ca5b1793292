"""Cut one channel's speech into windows, and map window time back to call time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from pipeline.ports import Span, Window
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples
from pipeline.transcript import Word

EDGE_S = 0.02
STITCH_TOLERANCE_S = 0.8
# Longest speech without a word that is accepted: a whole piece, and a gap inside one, where times are less exact.
EMPTY_PIECE_S, EMPTY_GAP_S = 1.0, 2.0
SENTENCE_ENDS = tuple(".?!。？！")


def windows_of(
    samples: Samples, speech: Sequence[Span], *, call_id: str, channel: int, longest_s: float, gap_s: float
) -> list[Window]:
    """Cut one channel's speech into windows of at most `longest_s`.

    Joins spans with `gap_s` of silence and splits a longer span where it is quietest. `samples` is float32 [n] at 16
    kHz.
    """
    pieces = [piece for span in speech for piece in split(samples, span, longest_s=longest_s)]
    return [_stitch(samples, group, call_id, channel, gap_s) for group in _groups(pieces, longest_s, gap_s)]


def split(samples: Samples, span: Span, *, longest_s: float) -> Iterator[Span]:
    """Split a long span at the quietest 0.1 s of its last 40 % until every piece fits."""
    start_s = span.start_s
    while span.end_s - start_s > longest_s:
        cut_s = _quietest(samples, start_s + longest_s * 0.6, start_s + longest_s)
        yield Span(start_s, cut_s)
        start_s = cut_s
    yield Span(start_s, span.end_s)


def to_call_time(window: Window, words: Sequence[Word]) -> list[Word]:
    """Map a window's words to call time; each word stays inside its piece.

    A word belongs to the piece that holds its middle. Near a stitch, where the recogniser's times are least exact, the
    nearest end of a sentence decides.
    """
    mapped = []
    for word, piece in zip(words, _piece_by_word(window, words), strict=True):
        start_s, span = window.pieces[piece]
        shift_s = span.start_s - start_s
        begin_s = min(max(word.start_s + shift_s, span.start_s), span.end_s - EDGE_S)
        end_s = min(max(word.end_s + shift_s, begin_s + EDGE_S), span.end_s)
        mapped.append(Word(word.text, round(begin_s, 3), round(max(end_s, begin_s), 3), word.probability))
    return mapped


def spans_without_words(window: Window, words: Sequence[Word]) -> list[Span]:
    """Stretches of a window's speech that hold none of its `words`; both in call time."""
    return [stretch for _, span in window.pieces for stretch in _gaps_in(span, words)]


def cut_subwindow(window: Window, spans: Sequence[Span], *, gap_s: float) -> Window:
    """Cut these spans of a window into a window of their own.

    Each span must lie inside one of the window's pieces and touch no other span.
    """
    samples, pieces = _stitched(((span, _samples_in(window, span)) for span in spans), gap_s=gap_s, joined_s=0.0)
    return replace(window, samples=samples, pieces=pieces)


def _samples_in(window: Window, span: Span) -> Samples:
    """The samples of a call-time span that lies inside one of the window's pieces."""
    start_s, whole = next(piece for piece in window.pieces if _within(span, piece[1]))
    first = round((start_s + span.start_s - whole.start_s) * ASR_SAMPLE_RATE_HZ)
    return window.samples[first : first + round((span.end_s - span.start_s) * ASR_SAMPLE_RATE_HZ)]


def _gaps_in(span: Span, words: Sequence[Word]) -> Iterator[Span]:
    """Gaps of one stretch of speech that are too long without a word."""
    inside = [word for word in words if word.start_s < span.end_s and word.end_s > span.start_s]
    if not inside and span.end_s - span.start_s > EMPTY_PIECE_S:
        yield span
        return
    edges_s = [span.start_s, *(at for word in inside for at in (word.start_s, word.end_s)), span.end_s]
    for end_s, start_s in zip(edges_s[::2], edges_s[1::2], strict=True):
        if start_s - end_s > EMPTY_GAP_S:
            yield Span(end_s, start_s)


def _within(span: Span, whole: Span) -> bool:
    return whole.start_s <= span.start_s and span.end_s <= whole.end_s


def _piece_by_word(window: Window, words: Sequence[Word]) -> list[int]:
    """The index of each word's piece."""
    pieces = [_piece_at(window, (word.start_s + word.end_s) / 2) for word in words]
    for first in range(1, len(words)):
        if pieces[first] <= pieces[first - 1]:
            continue
        stitch_s = window.pieces[pieces[first]][0]
        cut = _sentence_cut(words, first, stitch_s)
        pieces[min(cut, first) : first] = [pieces[first]] * (first - min(cut, first))
        pieces[first : max(cut, first)] = [pieces[first - 1]] * (max(cut, first) - first)
    return pieces


def _sentence_cut(words: Sequence[Word], first: int, stitch_s: float) -> int:
    """Index of the word that starts the sentence nearest to a stitch; `first` if none is near."""
    for cut in (first, first - 1, first + 1, first - 2, first + 2):
        if not 0 < cut < len(words) or words[cut - 1].text[-1:] not in SENTENCE_ENDS:
            continue
        moved = words[min(cut, first) : max(cut, first)]
        if all(abs((word.start_s + word.end_s) / 2 - stitch_s) <= STITCH_TOLERANCE_S for word in moved):
            return cut
    return first


def _piece_at(window: Window, time_s: float) -> int:
    """Index of the piece at a window time; in a gap, the nearer piece."""

    def distance(number: int) -> float:
        start_s, span = window.pieces[number]
        return max(start_s - time_s, time_s - (start_s + span.end_s - span.start_s), 0.0)

    return min(range(len(window.pieces)), key=distance)


def _groups(pieces: Sequence[Span], longest_s: float, gap_s: float) -> Iterator[list[Span]]:
    """Group neighbouring pieces, as many as fit."""
    group: list[Span] = []
    length_s = 0.0
    for piece in pieces:
        piece_s = piece.end_s - piece.start_s
        if group and length_s + gap_s + piece_s > longest_s:
            yield group
            group, length_s = [], 0.0
        length_s += piece_s + (gap_s if group else 0.0)
        group.append(piece)
    if group:
        yield group


def _stitch(samples: Samples, spans: Sequence[Span], call_id: str, channel: int, gap_s: float) -> Window:
    """Join neighbouring spans into one window; spans that touch in the call get no gap."""
    cuts = (
        (span, samples[round(span.start_s * ASR_SAMPLE_RATE_HZ) : round(span.end_s * ASR_SAMPLE_RATE_HZ)])
        for span in spans
    )
    return Window(call_id, channel, *_stitched(cuts, gap_s=gap_s, joined_s=EDGE_S))


def _stitched(
    cuts: Iterable[tuple[Span, Samples]], *, gap_s: float, joined_s: float
) -> tuple[Samples, tuple[tuple[float, Span], ...]]:
    """Concatenate samples and return where each span starts; adds silence between spans more than `joined_s` apart."""
    parts: list[Samples] = []
    pieces: list[tuple[float, Span]] = []
    at = 0
    for span, cut in cuts:
        if pieces and span.start_s - pieces[-1][1].end_s > joined_s:
            parts.append(np.zeros(round(gap_s * ASR_SAMPLE_RATE_HZ), dtype=np.float32))
            at += len(parts[-1])
        pieces.append((at / ASR_SAMPLE_RATE_HZ, span))
        parts.append(cut)
        at += len(cut)
    return np.concatenate(parts, dtype=np.float32), tuple(pieces)


def _quietest(samples: Samples, from_s: float, to_s: float) -> float:
    """Middle of the quietest 0.1 s between two times."""
    hop = ASR_SAMPLE_RATE_HZ // 20
    cut = samples[int(from_s * ASR_SAMPLE_RATE_HZ) : int(to_s * ASR_SAMPLE_RATE_HZ)]
    frames = cut[: len(cut) // hop * hop].reshape(-1, hop)
    if len(frames) < 2:
        return to_s
    energy = np.mean(frames.astype(np.float64) ** 2, axis=1)
    return from_s + (int(np.argmin(energy[:-1] + energy[1:])) + 1) * hop / ASR_SAMPLE_RATE_HZ
