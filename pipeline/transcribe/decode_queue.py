"""Decode windows of many calls in batches, with fallback decoding for windows that fail a check."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from pipeline.ports import Recognition, Window
from pipeline.transcribe.hallucination_filter import better_recognition, failed_checks, filter_words
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.window import cut_subwindow, spans_without_words, to_call_time
from pipeline.transcript import Language, Word

log = logging.getLogger(__name__)

# One batch keeps the recogniser busy while another finishes.
BATCHES_AT_ONCE = 2
# Flush a partial batch after this many other batches have started.
FLUSH_AFTER = 2


@dataclass(slots=True, eq=False)
class DecodeJob:
    """One window to decode; `words`, in call time, replace the `window` and its audio when done.

    `first_pass` is the recognition that failed a check. `partial_words` are set when a stretch of speech got no words;
    the `window` is then that stretch. An `unverified` window is held to stricter checks.
    """

    channel: int
    language: Language
    unverified: bool
    window: Window | None = field(repr=False)
    first_pass: Recognition | None = field(default=None, repr=False)
    partial_words: tuple[Word, ...] | None = field(default=None, repr=False)
    words: tuple[Word, ...] | None = field(default=None, repr=False)


@dataclass(slots=True)
class PartialBatch:
    """Windows of one language that wait for a full batch; `started_before` counts the batches started earlier."""

    started_before: int
    jobs: list[DecodeJob] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DecodeBatch:
    """A batch in decoding; `fallback` marks the second, wider search."""

    jobs: Sequence[DecodeJob]
    fallback: bool
    results: Future[list[Recognition]]


@dataclass(slots=True)
class DecodeQueue:
    """Partial and running batches. One thread puts windows in; the threads of `decoders` decode.

    How windows are batched depends only on the order in which they arrive, never on threads or time.
    """

    speech_models: SpeechModels
    decoders: ThreadPoolExecutor
    _partial: dict[Language, PartialBatch] = field(default_factory=dict, init=False)
    _running: deque[DecodeBatch] = field(default_factory=deque, init=False)
    _started: int = field(default=0, init=False)

    def put(self, job: DecodeJob) -> None:
        """Add a window. Blocks while enough batches are running, which slows the producer down."""
        partial = self._partial.setdefault(job.language, PartialBatch(self._started))
        partial.jobs.append(job)
        if len(partial.jobs) >= self.speech_models.recogniser.windows_at_once:
            self._start(job.language)
            for language, waiting in list(self._partial.items()):
                if self._started - waiting.started_before >= FLUSH_AFTER:
                    self._start(language)

    def drain(self) -> Iterator[None]:
        """Decode everything that is left, full batches or not; yields after each batch."""
        for language in list(self._partial):
            self._start(language)
        while self._running:
            self._collect()
            yield

    def _start(self, language: Language) -> None:
        """Start a language's batch once a slot is free."""
        self._started += 1
        jobs = self._partial.pop(language).jobs
        while sum(not batch.fallback for batch in self._running) >= BATCHES_AT_ONCE:
            self._collect()
        self._decode(jobs, fallback=False)

    def _decode(self, jobs: Sequence[DecodeJob], *, fallback: bool) -> None:
        windows = [job.window for job in jobs if job.window is not None]
        recognise = self.speech_models.recogniser.recognise
        results = self.decoders.submit(recognise, windows, language=jobs[0].language, fallback=fallback)
        self._running.append(DecodeBatch(jobs, fallback, results))

    def _collect(self) -> None:
        """Collect the oldest batch. Windows that fail a check, or leave speech without words, are decoded again."""
        batch = self._running.popleft()
        again = []
        for job, recognition in zip(batch.jobs, batch.results.result(), strict=True):
            if not batch.fallback and self._needs_fallback(job, recognition):
                job.first_pass = recognition
                again.append(job)
            elif not self._finish(job, recognition):
                again.append(job)
        if again:
            log.debug("decoding %d of %d windows again", len(again), len(batch.jobs))
            self._decode(again, fallback=True)

    def _needs_fallback(self, job: DecodeJob, recognition: Recognition) -> bool:
        assert job.window is not None
        return bool(failed_checks(recognition, job.window, language=job.language, settings=self.speech_models.settings))

    def _finish(self, job: DecodeJob, recognition: Recognition) -> bool:
        """Keep the better recognition's filtered words, in call time, and drop the window.

        Returns False when a stretch of speech has no words: the window shrinks to that stretch, to be decoded once
        more. A window without any word that passes the filter has been decoded twice already.
        """
        window, settings, language = job.window, self.speech_models.settings, job.language
        assert window is not None
        if job.first_pass is not None:
            recognition = better_recognition(job.first_pass, recognition, window, language=language, settings=settings)
        filtered = filter_words(recognition, window, language=language, unverified=job.unverified, settings=settings)
        words = tuple(to_call_time(window, filtered))
        job.first_pass = None
        if words and not job.unverified and job.partial_words is None and (spans := spans_without_words(window, words)):
            job.partial_words, job.window = words, cut_subwindow(window, spans, gap_s=settings.gap_s)
            return False
        job.words, job.window, job.partial_words = (*(job.partial_words or ()), *words), None, None
        return True
