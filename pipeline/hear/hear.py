"""The verb: a batch of recordings in, a transcript or a failure for each out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import PurePosixPath

from pipeline.errors import CallError, HearError
from pipeline.failure import Failure, failure_of
from pipeline.fingerprint import fingerprint
from pipeline.hear.events import events_of, without
from pipeline.hear.guards import believable, better, doubts
from pipeline.hear.layout import Layout, layout_of
from pipeline.hear.prompts import without_prompts
from pipeline.hear.roles import roles_of
from pipeline.hear.settings import HearSettings
from pipeline.hear.speakers import by_speaker
from pipeline.hear.turns import said_in_order, turns_of
from pipeline.hear.unclaimed import unclaimed
from pipeline.hear.window import call_words, windows_of
from pipeline.hear.wording import text_of
from pipeline.ports import Diarizer, MusicDetector, Recogniser, Recognition, Span, VoiceDetector, Window
from pipeline.recording import Audio, Recording
from pipeline.transcript import Event, Language, Transcript, Word

log = logging.getLogger(__name__)

Call = tuple[Recording, Audio]


@dataclass(frozen=True, slots=True)
class Ears:
    """The models that hear, and how they are used."""

    voice: VoiceDetector
    recogniser: Recogniser
    diarizer: Diarizer
    settings: HearSettings = field(default_factory=HearSettings)
    music: MusicDetector | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with any model or setting that changes transcripts."""
        settings = self.settings.model_dump(mode="json", exclude={"threads"})
        music = self.music.fingerprint if self.music else ""
        models = (self.voice.fingerprint, self.recogniser.fingerprint, self.diarizer.fingerprint, music)
        return fingerprint(*models, settings)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one call before anyone read it: speech by channel, and the windows cut from it.

    `suspects` are windows of loud stretches in which the detector heard no speech.
    """

    recording: Recording
    audio: Audio
    layout: Layout
    speech: Mapping[int, list[Span]]
    windows: tuple[Window, ...]
    suspects: tuple[Window, ...]
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """One window with what was made of it."""

    window: Window
    suspect: bool
    heard: Recognition


def hear(calls: Sequence[Call], *, ears: Ears) -> Iterator[Transcript | Failure]:
    """One transcript or failure a call, in the order given.

    Windows of all calls are recognised together, longest first, so that a batch of the recogniser is full and even.
    """
    found = find(calls, ears=ears)
    languages = [_language(call, ears) for call in found]
    read = _recognise(found, languages, ears)
    for number, (call, language) in enumerate(zip(found, languages, strict=True)):
        try:
            yield _transcript(call, language, read[number], ears)
        except CallError as error:
            yield failure_of(error, call_id=call.recording.call_id, date=call.recording.date)


def hear_fingerprint(recording: Recording, ears_fingerprint: str) -> str:
    """Identifies what hearing depends on: the audio, what its metadata fixes, the models and their settings."""
    metadata = recording.metadata
    return fingerprint(recording.sha256, metadata.language, metadata.agent_channel, ears_fingerprint)


def find(calls: Sequence[Call], *, ears: Ears) -> list[Found]:
    """Speech and windows of every call; channels are looked at side by side."""
    with ThreadPoolExecutor(max_workers=ears.settings.threads) as pool:
        return list(pool.map(lambda call: _find(call[0], call[1], ears), calls))


def _find(recording: Recording, audio: Audio, ears: Ears) -> Found:
    """Speech and windows of one call."""
    layout, settings = layout_of(audio, recording.health), ears.settings
    speech: dict[int, list[Span]] = {}
    windows: list[Window] = []
    suspects: list[Window] = []
    events: list[Event] = []
    for channel in layout.channels:
        samples = audio.samples[channel]
        speech[channel] = ears.voice.speech(samples)
        other = None if layout.mono else audio.samples[1 - channel]
        lost = unclaimed(samples, speech[channel], other=other, settings=settings)
        heard = events_of(samples, channel=channel, music=ears.music)
        speech[channel], lost, events = without(speech[channel], heard), without(lost, heard), [*events, *heard]
        for spans, windows_there in ((speech[channel], windows), (lost, suspects)):
            windows_there += windows_of(
                samples,
                spans,
                call_id=recording.call_id,
                channel=channel,
                longest_s=settings.longest_window_s,
                gap_s=settings.gap_s,
            )
        speech[channel] = sorted([*speech[channel], *lost], key=lambda span: span.start_s)
    return Found(recording, audio, layout, speech, tuple(windows), tuple(suspects), tuple(events))


def _language(call: Found, ears: Ears) -> Language:
    """The call's language: its metadata's, else what the recogniser hears in its longest windows."""
    stated = call.recording.metadata.language.lower().replace("_", "-").split("-")[0]
    if stated in ("en", "eng", "english"):
        return "en"
    if stated in ("zh", "cmn", "zho", "chi", "chinese", "mandarin"):
        return "zh"
    longest = sorted(call.windows or call.suspects, key=lambda window: (-len(window.samples), window.channel))
    if not longest:
        return "en"
    language, probability = ears.recogniser.language(longest[: ears.settings.language_windows])
    log.debug("call %s is in %s with probability %.2f", call.recording.call_id, language, probability)
    return language


def _recognise(found: Sequence[Found], languages: Sequence[Language], ears: Ears) -> dict[int, list[Read]]:
    """What was made of each window, by the number of its call. Doubtful windows are searched again, wider."""
    read: dict[int, list[Read]] = {number: [] for number in range(len(found))}
    for language in sorted(set(languages)):
        numbers = [number for number, spoken in enumerate(languages) if spoken == language]
        tasks = [
            (number, window, suspect)
            for number in numbers
            for suspect, windows in ((False, found[number].windows), (True, found[number].suspects))
            for window in windows
        ]
        heard = _twice([window for _, window, _ in tasks], language, ears)
        for (number, window, suspect), recognition in zip(tasks, heard, strict=True):
            read[number].append(Read(window, suspect, recognition))
    return read


def _twice(windows: Sequence[Window], language: Language, ears: Ears) -> list[Recognition]:
    """Greedy for all windows, then a wider search for those that raise doubts; the better of the two is kept."""
    settings = ears.settings
    heard = ears.recogniser.recognise(windows, language=language)
    again = [n for n, window in enumerate(windows) if doubts(heard[n], window, language=language, settings=settings)]
    if not again:
        return heard
    log.debug("%d of %d windows are searched again", len(again), len(windows))
    second = ears.recogniser.recognise([windows[n] for n in again], language=language, careful=True)
    for number, recognition in zip(again, second, strict=True):
        heard[number] = better(heard[number], recognition, windows[number], language=language, settings=settings)
    return heard


def _transcript(call: Found, language: Language, read: Sequence[Read], ears: Ears) -> Transcript:
    """The transcript of one call. Raises HearError when nobody said anything that can be read."""
    words = _words_by_channel(read, language, ears.settings)
    words, events = without_prompts(words, call.events, language=language)
    if not any(words.values()):
        raise _unheard(call)
    sides, channels = _sides(call, words, ears)
    said = said_in_order(sides, ears.settings)
    fixed = None if call.layout.mono else call.recording.metadata.agent_channel
    roles = roles_of([(part.side, text_of(part.words, language)) for part in said], language=language, agent=fixed)
    return Transcript(
        call_id=call.recording.call_id,
        language=language,
        turns=turns_of(
            said, roles=roles.by_side, channels=channels, language=language, role_confidence=roles.confidence
        ),
        metadata=call.recording.metadata,
        source="audio",
        model=ears.recogniser.fingerprint,
        duration_s=round(call.audio.duration_s, 3),
        fingerprint=hear_fingerprint(call.recording, ears.fingerprint),
        events=events,
    )


def _words_by_channel(read: Sequence[Read], language: Language, settings: HearSettings) -> dict[int, list[Word]]:
    """The believable words of each channel, in call time."""
    words: dict[int, list[Word]] = {}
    ordered = sorted(read, key=lambda one: one.window.channel)
    for channel, group in groupby(ordered, key=lambda one: one.window.channel):
        kept = [
            word
            for one in group
            for word in call_words(
                one.window,
                believable(one.heard, one.window, language=language, suspect=one.suspect, settings=settings),
            )
        ]
        words[channel] = sorted(kept, key=lambda word: (word.start_s, word.end_s))
    return words


def _sides(call: Found, words: Mapping[int, list[Word]], ears: Ears) -> tuple[dict[int, list[Word]], dict[int, int]]:
    """The words of each side and the channel they were recorded on: by channel, or by speaker on a mono recording."""
    if not call.layout.mono:
        return {channel: said for channel, said in words.items() if said}, {channel: channel for channel in words}
    channel = call.layout.channels[0]
    spans = ears.diarizer.speakers(call.audio.samples[channel], call.speech[channel])
    sides = by_speaker(words[channel], spans)
    return sides, dict.fromkeys(sides, channel)


def _unheard(call: Found) -> HearError:
    """Why a call gives no transcript."""
    name = PurePosixPath(call.recording.uri).name
    if not call.windows and not call.suspects:
        return HearError("No sound loud enough to be speech on any channel", source=name, remedy="Check the recorder")
    return HearError(
        "No words could be made out: music, noise or tones only",
        source=name,
        remedy="Listen to the file; if people speak, try a larger model with --asr",
    )
