"""Calls that switch language: find stretches of speech that are not in the call's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.ports import Recogniser, Span, Window
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.window import windows_of
from pipeline.transcript import Language

# Recognisers confuse languages too often in shorter speech.
SHORTEST_S = 1.5
# Below this, assume the call's language.
MIN_PROBABILITY = 0.9


def windows_by_language(
    samples: Samples,
    speech: Sequence[Span],
    *,
    call_id: str,
    channel: int,
    language: Language,
    mono: bool,
    speech_models: SpeechModels,
) -> list[Window]:
    """Cut one channel's speech into windows of one language each; short stretches join the stretch before.

    Sets a window's `language` where it differs from the call's.
    """
    windows = []
    for own, spans in _runs(samples, speech, call_id, channel, language, speech_models.recogniser):
        longest_s, gap_s = speech_models.settings.longest_s(own, mono=mono), speech_models.settings.gap_s
        cut = windows_of(samples, spans, call_id=call_id, channel=channel, longest_s=longest_s, gap_s=gap_s)
        windows += cut if own == language else [replace(window, language=own) for window in cut]
    return windows


def _runs(
    samples: Samples,
    speech: Sequence[Span],
    call_id: str,
    channel: int,
    language: Language,
    recogniser: Recogniser,
) -> Iterator[tuple[Language, list[Span]]]:
    """Group neighbouring stretches in one language."""
    run: list[Span] = []
    spoken = language
    for span in speech:
        own = spoken
        if span.end_s - span.start_s >= SHORTEST_S:
            own = _language_of(samples, span, call_id, channel, language, recogniser)
        if run and own != spoken:
            yield spoken, run
            run = []
        run.append(span)
        spoken = own
    if run:
        yield spoken, run


def _language_of(
    samples: Samples, span: Span, call_id: str, channel: int, language: Language, recogniser: Recogniser
) -> Language:
    """The language of one stretch: the call's, unless the recogniser is sure of the other."""
    cut = samples[round(span.start_s * ASR_SAMPLE_RATE_HZ) : round(span.end_s * ASR_SAMPLE_RATE_HZ)]
    detected, probability = recogniser.language([Window(call_id, channel, cut, ((0.0, span),))])
    return detected if probability >= MIN_PROBABILITY else language
