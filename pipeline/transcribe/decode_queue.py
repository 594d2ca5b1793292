"""The queue between calls and the recogniser: windows of any calls, read in groups, doubtful ones a second time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from pipeline.ports import Recognition, Window
from pipeline.transcribe.hallucination_filter import better_recognition, failed_checks, filter_words
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.window import call_words, cut_again, unread
from pipeline.transcript import Language, Word

log = logging.getLogger(__name__)

# While one group comes to its end, another keeps the recogniser busy.
GROUPS_AT_ONCE = 2
# A group that does not fill is read when so many others have been begun since.
PATIENCE = 2


@dataclass(slots=True, eq=False)
class DecodeJob:
    """One window on its way to words, which are in call time. `window` goes when they are there, and its audio with it.

    `first` is what the first search heard in a window that raised doubts. `kept` are the words of a window that left
    a stretch of speech without any; that stretch is its `window` then. A `suspect` must convince.
    """

    channel: int
    language: Language
    unverified: bool
    window: Window | None = field(repr=False)
    first: Recognition | None = field(default=None, repr=False)
    kept: tuple[Word, ...] | None = field(default=None, repr=False)
    words: tuple[Word, ...] | None = field(default=None, repr=False)


@dataclass(slots=True)
class Filling:
    """Windows of one language that will be a group; `begun` is how many groups there had been before it."""

    begun: int
    jobs: list[DecodeJob] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Group:
    """Windows of one language that are being read; `careful` when it is the second search of the doubtful ones."""

    jobs: Sequence[DecodeJob]
    fallback: bool
    heard: Future[list[Recognition]]


@dataclass(slots=True)
class DecodeQueue:
    """Groups that fill and groups that are being read. One thread puts windows in, `readers` read.

    Which windows share a group follows from the order in which they are put in and from nothing else, threads or time.
    """

    speech_models: SpeechModels
    decoders: ThreadPoolExecutor
    _filling: dict[Language, Filling] = field(default_factory=dict, init=False)
    _under_way: deque[Group] = field(default_factory=deque, init=False)
    _begun: int = field(default=0, init=False)

    def put(self, job: DecodeJob) -> None:
        """Take a window in. Waits while enough groups are being read: so whoever finds windows is held back."""
        filling = self._filling.setdefault(job.language, Filling(self._begun))
        filling.jobs.append(job)
        if len(filling.jobs) >= self.speech_models.recogniser.windows_at_once:
            self._begin(job.language)
            for language, waiting in list(self._filling.items()):
                if self._begun - waiting.begun >= PATIENCE:
                    self._begin(language)

    def drained(self) -> Iterator[None]:
        """Read all that was put in, whether groups are full or not; yields after every group."""
        for language in list(self._filling):
            self._begin(language)
        while self._under_way:
            self._collect()
            yield

    def _begin(self, language: Language) -> None:
        """Give the group of a language to a reader, once fewer than enough are being read."""
        self._begun += 1
        jobs = self._filling.pop(language).jobs
        while sum(not group.fallback for group in self._under_way) >= GROUPS_AT_ONCE:
            self._collect()
        self._read(jobs, fallback=False)

    def _read(self, jobs: Sequence[DecodeJob], *, fallback: bool) -> None:
        windows = [job.window for job in jobs if job.window is not None]
        recognise = self.speech_models.recogniser.recognise
        heard = self.decoders.submit(recognise, windows, language=jobs[0].language, fallback=fallback)
        self._under_way.append(Group(jobs, fallback, heard))

    def _collect(self) -> None:
        """Take in what the oldest group gave. What is doubtful or unread is searched wider, beside the next group."""
        group = self._under_way.popleft()
        again = []
        for job, heard in zip(group.jobs, group.heard.result(), strict=True):
            if not group.fallback and self._doubted(job, heard):
                job.first = heard
                again.append(job)
            elif not self._settled(job, heard):
                again.append(job)
        if again:
            log.debug("%d of %d windows are searched again", len(again), len(group.jobs))
            self._read(again, fallback=True)

    def _doubted(self, job: DecodeJob, heard: Recognition) -> bool:
        assert job.window is not None
        return bool(failed_checks(heard, job.window, language=job.language, settings=self.speech_models.settings))

    def _settled(self, job: DecodeJob, heard: Recognition) -> bool:
        """Keep the better of the searches: its believable words, in call time, instead of the window.

        False where a part of the speech is left without words: then the window is that part, to be searched once more.
        What gave no believable word at all has been searched twice.
        """
        window, settings, language = job.window, self.speech_models.settings, job.language
        assert window is not None
        if job.first is not None:
            heard = better_recognition(job.first, heard, window, language=language, settings=settings)
        kept = filter_words(heard, window, language=language, unverified=job.unverified, settings=settings)
        words = tuple(call_words(window, kept))
        job.first = None
        if words and not job.unverified and job.kept is None and (spans := unread(window, words)):
            job.kept, job.window = words, cut_again(window, spans, gap_s=settings.gap_s)
            return False
        job.words, job.window, job.kept = (*(job.kept or ()), *words), None, None
        return True
