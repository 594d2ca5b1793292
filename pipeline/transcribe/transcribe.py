"""The verb: recordings in, a transcript or a failure for each out, as they come.

Threads find the windows of the next calls while others read those of the last; of a call that waits, only its windows
and then only its words are in memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from pipeline.concurrency.prefetch import prefetch
from pipeline.errors import CallError, TranscriptionError
from pipeline.failure import Failure, failure_of
from pipeline.fingerprint import fingerprint
from pipeline.recording import Audio, Recording
from pipeline.transcribe.decode_queue import GROUPS_AT_ONCE, DecodeJob, DecodeQueue
from pipeline.transcribe.hotwords import with_hotwords
from pipeline.transcribe.prompts import without_prompts
from pipeline.transcribe.prosody import with_prosody
from pipeline.transcribe.roles import roles_of
from pipeline.transcribe.segmented_call import SegmentedCall, segment_call
from pipeline.transcribe.speakers import by_speaker
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.turns import said_in_order, turns_of
from pipeline.transcribe.word_text import as_chosen, text_of
from pipeline.transcript import Transcript, Word

__all__ = ["Call", "SpeechModels", "transcribe", "transcription_fingerprint"]

Call = tuple[Recording, Audio]

# Calls without a window to read could otherwise pile up behind one that waits for its group to fill.
MOST_WAITING = 256


@dataclass(frozen=True, slots=True)
class CallInProgress:
    """A call whose windows are in the queue."""

    found: SegmentedCall
    jobs: tuple[DecodeJob, ...]

    @property
    def done(self) -> bool:
        """Whether every window has its words."""
        return all(job.words is not None for job in self.jobs)


def transcribe(calls: Iterable[Call], *, speech_models: SpeechModels) -> Iterator[Transcript | Failure]:
    """One transcript or failure a call, in the order given. A transcript owes nothing to the calls around it.

    `calls` is drawn from as windows are read, a few calls ahead, so that memory does not grow with its length; whoever
    makes it should decode lazily.
    """
    order: deque[CallInProgress | Failure] = deque()
    # Beside each group there may be the second search of an earlier one.
    with ThreadPoolExecutor(2 * GROUPS_AT_ONCE) as decoders:
        queue = DecodeQueue(speech_models, decoders)
        for found in prefetch(
            partial(_found, speech_models=speech_models), calls, threads=speech_models.settings.threads
        ):
            order.append(found if isinstance(found, Failure) else _queued(found, queue))
            del found
            if len(order) > MOST_WAITING:
                deque(queue.drained(), maxlen=0)
            yield from _finished(order, speech_models)
        for _ in queue.drained():
            yield from _finished(order, speech_models)
        yield from _finished(order, speech_models)


def transcription_fingerprint(recording: Recording, ears_fingerprint: str) -> str:
    """Identifies what hearing depends on: the audio, what its metadata fixes, the models and their settings."""
    metadata = recording.metadata
    return fingerprint(recording.sha256, metadata.language, metadata.agent_channel, ears_fingerprint)


def _found(call: Call, *, speech_models: SpeechModels) -> SegmentedCall | Failure:
    """What is in a call, or why that cannot be said."""
    recording, audio = call
    try:
        return segment_call(recording, audio, speech_models=speech_models)
    except CallError as error:
        return failure_of(error, call_id=recording.call_id, date=recording.date)


def _queued(found: SegmentedCall, queue: DecodeQueue) -> CallInProgress:
    """Put the windows of a call into the queue, which alone holds them from then on."""
    jobs = [
        DecodeJob(window.channel, window.language or found.language, unverified, window)
        for unverified, windows in ((False, found.windows), (True, found.unverified_windows))
        for window in windows
    ]
    for job in jobs:
        queue.put(job)
    return CallInProgress(replace(found, windows=(), unverified_windows=()), tuple(jobs))


def _finished(order: deque[CallInProgress | Failure], speech_models: SpeechModels) -> Iterator[Transcript | Failure]:
    """The calls at the head of the order that wait for nothing more."""
    while order:
        first = order[0]
        if isinstance(first, CallInProgress) and not first.done:
            return
        order.popleft()
        yield _outcome(first, speech_models) if isinstance(first, CallInProgress) else first


def _outcome(call: CallInProgress, speech_models: SpeechModels) -> Transcript | Failure:
    recording = call.found.recording
    try:
        return _transcript(call, speech_models)
    except CallError as error:
        return failure_of(error, call_id=recording.call_id, date=recording.date)


def _transcript(call: CallInProgress, speech_models: SpeechModels) -> Transcript:
    """The transcript of one call. Raises HearError when nobody said anything that can be read."""
    found, recording = call.found, call.found.recording
    words, events = without_prompts(_words_by_channel(call.jobs), found.events, language=found.language)
    if not any(words.values()):
        raise _unheard(call)
    sides, channels = _sides(found, words)
    names = speech_models.settings.hotwords
    sides = {side: with_hotwords(own, names, language=found.language) for side, own in sides.items()}
    said = said_in_order(sides, speech_models.settings)
    fixed = None if found.layout.mono else recording.metadata.agent_channel
    language = found.language
    roles = roles_of([(part.side, text_of(part.words, language)) for part in said], language=language, agent=fixed)
    said = [replace(part, words=as_chosen(part.words, speech_models.settings)) for part in said]
    transcript = Transcript(
        call_id=recording.call_id,
        language=language,
        turns=turns_of(
            said, roles=roles.by_side, channels=channels, language=language, role_confidence=roles.confidence
        ),
        metadata=recording.metadata,
        source="audio",
        model=speech_models.recogniser.fingerprint,
        duration_s=round(found.duration_s, 3),
        fingerprint=transcription_fingerprint(recording, speech_models.fingerprint),
        events=events,
    )
    return with_prosody(transcript, sides=[part.side for part in said], tracks=found.tracks, speakers=found.speakers)


def _words_by_channel(jobs: Sequence[DecodeJob]) -> dict[int, list[Word]]:
    """The words of each channel that has windows, in order."""
    words: dict[int, list[Word]] = {channel: [] for channel in sorted({job.channel for job in jobs})}
    for job in jobs:
        words[job.channel] += job.words or ()
    return {channel: sorted(said, key=lambda word: (word.start_s, word.end_s)) for channel, said in words.items()}


def _sides(found: SegmentedCall, words: Mapping[int, list[Word]]) -> tuple[dict[int, list[Word]], dict[int, int]]:
    """The words of each side and the channel they were recorded on: by channel, or by speaker on a mono recording."""
    if not found.layout.mono:
        return {channel: said for channel, said in words.items() if said}, {channel: channel for channel in words}
    channel = found.layout.channels[0]
    sides = by_speaker(words[channel], found.speakers)
    return sides, dict.fromkeys(sides, channel)


def _unheard(call: CallInProgress) -> TranscriptionError:
    """Why a call gives no transcript."""
    name = PurePosixPath(call.found.recording.uri).name
    if not call.jobs:
        return TranscriptionError(
            "No sound loud enough to be speech on any channel", source=name, remedy="Check the recorder"
        )
    return TranscriptionError(
        "No words could be made out: music, noise or tones only",
        source=name,
        remedy="Listen to the file; if people speak, try a larger model with --asr",
    )
