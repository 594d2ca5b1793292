"""The queue between calls and the recogniser: windows of any calls, read in groups, doubtful ones a second time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from pipeline.hear.ears import Ears
from pipeline.hear.guards import believable, better, doubts
from pipeline.hear.window import call_words, cut_again, unread
from pipeline.ports import Recognition, Window
from pipeline.transcript import Language, Word

log = logging.getLogger(__name__)

# While one group comes to its end, another keeps the recogniser busy.
GROUPS_AT_ONCE = 2
# A group that does not fill is read when so many others have been begun since.
PATIENCE = 2


@dataclass(slots=True, eq=False)
class Reading:
    """One window on its way to words, which are in call time. `window` goes when they are there, and its audio with it.

    `first` is what the first search heard in a window that raised doubts. `kept` are the words of a window that left
    a stretch of speech without any; that stretch is its `window` then. A `suspect` must convince.
    """

    channel: int
    language: Language
    suspect: bool
    window: Window | None = field(repr=False)
    first: Recognition | None = field(default=None, repr=False)
    kept: tuple[Word, ...] | None = field(default=None, repr=False)
    words: tuple[Word, ...] | None = field(default=None, repr=False)


@dataclass(slots=True)
class Filling:
    """Windows of one language that will be a group; `begun` is how many groups there had been before it."""

    begun: int
    readings: list[Reading] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Group:
    """Windows of one language that are being read; `careful` when it is the second search of the doubtful ones."""

    readings: Sequence[Reading]
    careful: bool
    heard: Future[list[Recognition]]


@dataclass(slots=True)
class WindowQueue:
    """Groups that fill and groups that are being read. One thread puts windows in, `readers` read.

    Which windows share a group follows from the order in which they are put in and from nothing else, threads or time.
    """

    ears: Ears
    readers: ThreadPoolExecutor
    _filling: dict[Language, Filling] = field(default_factory=dict, init=False)
    _under_way: deque[Group] = field(default_factory=deque, init=False)
    _begun: int = field(default=0, init=False)

    def put(self, reading: Reading) -> None:
        """Take a window in. Waits while enough groups are being read: so whoever finds windows is held back."""
        filling = self._filling.setdefault(reading.language, Filling(self._begun))
        filling.readings.append(reading)
        if len(filling.readings) >= self.ears.recogniser.windows_at_once:
            self._begin(reading.language)
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
        readings = self._filling.pop(language).readings
        while sum(not group.careful for group in self._under_way) >= GROUPS_AT_ONCE:
            self._collect()
        self._read(readings, careful=False)

    def _read(self, readings: Sequence[Reading], *, careful: bool) -> None:
        windows = [reading.window for reading in readings if reading.window is not None]
        recognise = self.ears.recogniser.recognise
        heard = self.readers.submit(recognise, windows, language=readings[0].language, careful=careful)
        self._under_way.append(Group(readings, careful, heard))

    def _collect(self) -> None:
        """Take in what the oldest group gave. What is doubtful or unread is searched wider, beside the next group."""
        group = self._under_way.popleft()
        again = []
        for reading, heard in zip(group.readings, group.heard.result(), strict=True):
            if not group.careful and self._doubted(reading, heard):
                reading.first = heard
                again.append(reading)
            elif not self._settled(reading, heard):
                again.append(reading)
        if again:
            log.debug("%d of %d windows are searched again", len(again), len(group.readings))
            self._read(again, careful=True)

    def _doubted(self, reading: Reading, heard: Recognition) -> bool:
        assert reading.window is not None
        return bool(doubts(heard, reading.window, language=reading.language, settings=self.ears.settings))

    def _settled(self, reading: Reading, heard: Recognition) -> bool:
        """Keep the better of the searches: its believable words, in call time, instead of the window.

        False where a part of the speech is left without words: then the window is that part, to be searched once more.
        What gave no believable word at all has been searched twice.
        """
        window, settings, language = reading.window, self.ears.settings, reading.language
        assert window is not None
        if reading.first is not None:
            heard = better(reading.first, heard, window, language=language, settings=settings)
        kept = believable(heard, window, language=language, suspect=reading.suspect, settings=settings)
        words = tuple(call_words(window, kept))
        reading.first = None
        if words and not reading.suspect and reading.kept is None and (spans := unread(window, words)):
            reading.kept, reading.window = words, cut_again(window, spans, gap_s=settings.gap_s)
            return False
        reading.words, reading.window, reading.kept = (*(reading.kept or ()), *words), None, None
        return True
