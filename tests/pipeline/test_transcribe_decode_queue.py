"""A stream of calls: transcripts are independent of each other, and memory does not grow with the number of calls."""

import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from models.fakes.diarizer import FakeDiarizer
from models.fakes.recogniser import FakeRecogniser
from models.fakes.voice import FakeVoiceDetector
from pipeline.errors import TranscriptionError
from pipeline.failure import Failure
from pipeline.ports import Recognition, Span, Window
from pipeline.recording import Audio, CallMetadata, Recording, Samples
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.transcribe import SpeechModels, transcribe
from pipeline.transcript import Language, Transcript, Word

RATE = 16_000


@dataclass
class SampleRecogniser:
    """Decodes words from the samples themselves, with loops in some windows, and delays that differ by batch."""

    windows_at_once: int = 4
    fingerprint: str = "sample-reader"
    groups: list[tuple[Language, bool, list[tuple[str, int]]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def language(self, windows: Sequence[Window]) -> tuple[Language, float]:
        return ("zh", 0.9) if _mark(windows[0]) % 3 == 0 else ("en", 0.9)

    def recognise(self, windows: Sequence[Window], *, language: Language, fallback: bool = False) -> list[Recognition]:
        with self.lock:
            self.groups.append((language, fallback, [(window.call_id, window.channel) for window in windows]))
        time.sleep(0.002 * (sum(map(_mark, windows)) % 3))
        return [_read(window, fallback) for window in windows]


def _mark(window: Window) -> int:
    return int(np.abs(window.samples).sum() * 100) % 97


def _read(window: Window, fallback: bool) -> Recognition:
    seconds = len(window.samples) / RATE
    looped = _mark(window) % 4 == 0 and not fallback
    tokens = ["so"] * 10 if looped else [f"w{_mark(window)}", "careful" if fallback else "greedy"]
    step = seconds / len(tokens)
    return Recognition(tuple(Word(token, n * step, (n + 0.8) * step, 0.9) for n, token in enumerate(tokens)), -0.2)


def calls(count: int) -> Iterator[tuple[Recording, Audio]]:
    """Calls of one and two channels, some silent, each with its own speech."""
    for number in range(count):
        chance = np.random.default_rng(number)
        channels = [np.zeros(12 * RATE, np.float32) for _ in range(1 + number % 2)]
        if number % 7 != 6:
            for channel, samples in enumerate(channels):
                at = int((1 + 5 * channel + chance.uniform(0, 1)) * RATE)
                length = int(chance.uniform(1.5, 3.5) * RATE)
                samples[at : at + length] = chance.uniform(0.1, 0.3) * np.sin(np.arange(length) * 0.1)
        audio = Audio(np.stack(channels))
        name = f"c{number:03d}"
        recording = Recording(name, f"{name}.wav", "0" * 64, 12.0, len(channels), RATE, "pcm", CallMetadata())
        yield recording, audio


def speech_models(
    reader: SampleRecogniser | FakeRecogniser | None = None, *, threads: int = 2, voice: object = None
) -> SpeechModels:
    return SpeechModels(
        voice or FakeVoiceDetector(),
        reader or SampleRecogniser(),
        FakeDiarizer(),
        TranscriptionSettings(threads=threads),
    )


def test_a_transcript_is_the_same_alone_and_among_other_calls() -> None:
    alone = [outcome for call in calls(30) for outcome in transcribe([call], speech_models=speech_models())]
    assert sum(isinstance(outcome, Transcript) for outcome in alone) == 26
    assert {outcome.language for outcome in alone if isinstance(outcome, Transcript)} == {"en", "zh"}
    for size, threads in ((2, 1), (4, 2), (64, 5)):
        assert (
            list(transcribe(calls(30), speech_models=speech_models(SampleRecogniser(size), threads=threads))) == alone
        )


def test_only_windows_that_fail_a_check_are_decoded_again() -> None:
    reader = SampleRecogniser()
    outcomes = [
        each for each in transcribe(calls(30), speech_models=speech_models(reader)) if isinstance(each, Transcript)
    ]
    first = [window for _, fallback, windows in reader.groups if not fallback for window in windows]
    again = [window for _, fallback, windows in reader.groups if fallback for window in windows]
    assert len(first) == len(set(first))
    assert set(again) < set(first)
    said_carefully = {(h.call_id, turn.channel) for h in outcomes for turn in h.turns if "careful" in turn.text}
    assert said_carefully == set(again)
    assert not any("so so" in turn.text for h in outcomes for turn in h.turns)


@dataclass
class SkippingRecogniser:
    """Decodes a word a second; the first pass skips all but the first stretch of a window."""

    windows_at_once: int = 4
    fingerprint: str = "skipper"
    pieces: list[tuple[bool, list[Span]]] = field(default_factory=list)

    def language(self, windows: Sequence[Window]) -> tuple[Language, float]:
        return "en", 1.0

    def recognise(self, windows: Sequence[Window], *, language: Language, fallback: bool = False) -> list[Recognition]:
        self.pieces += [(fallback, [span for _, span in window.pieces]) for window in windows]
        return [self._read(window, fallback) for window in windows]

    def _read(self, window: Window, fallback: bool) -> Recognition:
        last_s = len(window.samples) / RATE if fallback else window.pieces[0][1].end_s - window.pieces[0][1].start_s
        words = (Word("late" if fallback else "early", n + 0.1, n + 0.9, 0.9) for n in range(int(last_s)))
        return Recognition(tuple(words), -0.2)


def test_speech_without_words_is_decoded_once_more_alone() -> None:
    samples = np.zeros((1, 12 * RATE), np.float32)
    spans = [Span(0.5, 3.5), Span(5.0, 7.0), Span(8.0, 8.8)]
    recording = Recording("c", "c.wav", "0" * 64, 12.0, 1, RATE, "pcm", CallMetadata())
    reader = SkippingRecogniser()
    (transcript,) = transcribe(
        [(recording, Audio(samples))], speech_models=speech_models(reader, voice=FixedSpans(spans))
    )
    assert isinstance(transcript, Transcript)
    assert reader.pieces == [(False, spans), (True, [spans[1]])]
    said = [(word.text, word.start_s) for turn in transcript.turns for word in turn.words]
    assert said == [("early", 0.6), ("early", 1.6), ("early", 2.6), ("late", 5.1), ("late", 6.1)]


@dataclass
class FixedSpans:
    """Detects the same spans in every recording."""

    spans: list[Span]
    fingerprint: str = "always"

    def speech(self, samples: Samples) -> list[Span]:
        return list(self.spans)


def test_batches_are_full_and_the_same_every_time() -> None:
    runs = []
    for threads in (1, 4):
        reader = SampleRecogniser()
        list(transcribe(calls(30), speech_models=speech_models(reader, threads=threads)))
        runs.append(sorted(reader.groups))
    assert runs[0] == runs[1]
    sizes = [len(windows) for language, fallback, windows in runs[0] if not fallback and language == "en"]
    assert sizes.count(4) >= len(sizes) - 2


def test_a_rare_language_does_not_wait_for_a_full_batch() -> None:
    @dataclass
    class OneInChinese(SampleRecogniser):
        def language(self, windows: Sequence[Window]) -> tuple[Language, float]:
            return ("zh" if windows[0].call_id == "c000" else "en"), 0.9

    given = calls(1000)
    first = next(transcribe(given, speech_models=speech_models(OneInChinese())))
    assert isinstance(first, Transcript)
    assert (first.call_id, first.language) == ("c000", "zh")
    assert int(next(given)[0].call_id[1:]) < 40


def test_no_more_calls_are_in_memory_than_the_queue_needs() -> None:
    living: weakref.WeakSet[Audio] = weakref.WeakSet()
    most = 0

    def watched() -> Iterator[tuple[Recording, Tracked]]:
        nonlocal most
        for recording, audio in calls(200):
            tracked = Tracked(audio.samples)
            living.add(tracked)
            del audio
            most = max(most, len(living))
            yield recording, tracked
            del tracked

    assert len(list(transcribe(watched(), speech_models=speech_models(threads=2)))) == 200
    assert most <= 6


class Tracked(Audio):
    """Audio that supports weak references."""

    __slots__ = ("__weakref__",)

    def __hash__(self) -> int:
        return id(self)


def test_calls_are_read_only_as_far_ahead_as_windows_are_decoded() -> None:
    drawn = 0

    def counted() -> Iterator[tuple[Recording, Audio]]:
        nonlocal drawn
        for call in calls(300):
            drawn += 1
            yield call

    furthest = 0
    for number, _ in enumerate(transcribe(counted(), speech_models=speech_models())):
        furthest = max(furthest, drawn - number)
    assert furthest < 60


def test_an_error_in_one_call_is_one_failure_in_its_place() -> None:
    class Bad(FakeVoiceDetector):
        def speech(self, samples: Samples) -> list[Span]:
            if np.abs(samples).max() > 0.5:
                raise TranscriptionError("no words found", source="bad.wav", remedy="Try again")
            return super().speech(samples)

    def given() -> Iterator[tuple[Recording, Audio]]:
        for recording, audio in calls(6):
            yield recording, Audio(audio.samples * 5) if recording.call_id == "c003" else audio

    outcomes = list(transcribe(given(), speech_models=speech_models(voice=Bad())))
    assert [isinstance(each, Failure) for each in outcomes] == [False, False, False, True, False, False]
    assert isinstance(outcomes[3], Failure)
    assert (outcomes[3].call_id, outcomes[3].cause) == ("c003", "no words found")


def test_a_bug_in_a_model_is_raised_and_stops_the_threads() -> None:
    class Broken(SampleRecogniser):
        def recognise(self, *_: object, **__: object) -> list[Recognition]:
            raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        list(transcribe(calls(20), speech_models=speech_models(Broken())))
    assert threading.active_count() == before


def test_abandoning_the_generator_stops_its_threads() -> None:
    before = threading.active_count()
    outcomes = transcribe(calls(100), speech_models=speech_models())
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
