"""Transcribe a stream of calls: one transcript or failure per call, in order.

Threads segment the next calls while others decode earlier ones. A waiting call keeps only its windows, later only its
words, in memory.
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
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.recording import Audio, Recording
from pipeline.transcribe.decode_queue import BATCHES_AT_ONCE, DecodeJob, DecodeQueue
from pipeline.transcribe.hotwords import with_hotwords
from pipeline.transcribe.prompts import without_prompts
from pipeline.transcribe.prosody import with_prosody
from pipeline.transcribe.roles import roles_of
from pipeline.transcribe.segmented_call import SegmentedCall, segment_call
from pipeline.transcribe.speakers import by_speaker
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.turns import split_turns, turns_of
from pipeline.transcribe.word_text import in_chosen_script, text_of
from pipeline.transcript import Transcript, Word

__all__ = ["Call", "SpeechModels", "transcribe", "transcription_fingerprint"]

Call = tuple[Recording, Audio]

# Calls without windows must not pile up behind one that waits for its batch to fill.
MAX_PENDING = 256


@dataclass(frozen=True, slots=True)
class CallInProgress:
    """A call whose windows are in the queue."""

    segmented: SegmentedCall
    jobs: tuple[DecodeJob, ...]

    @property
    def done(self) -> bool:
        """True when every window has its words."""
        return all(job.words is not None for job in self.jobs)


def transcribe(calls: Iterable[Call], *, speech_models: SpeechModels) -> Iterator[Transcript | Failure]:
    """Yield one transcript or failure per call, in the order given.

    Each transcript is independent of the other calls in the batch. `calls` is read lazily, a few calls ahead, so memory
    does not grow with its length; decode audio lazily too.
    """
    order: deque[CallInProgress | Failure] = deque()
    # Each batch may run beside the fallback decoding of an earlier one.
    with ThreadPoolExecutor(2 * BATCHES_AT_ONCE) as decoders:
        queue = DecodeQueue(speech_models, decoders)
        for segmented in prefetch(
            partial(_segment_or_failure, speech_models=speech_models), calls, threads=speech_models.settings.threads
        ):
            order.append(segmented if isinstance(segmented, Failure) else _enqueue(segmented, queue))
            del segmented
            if len(order) > MAX_PENDING:
                deque(queue.drain(), maxlen=0)
            yield from _finished(order, speech_models)
        for _ in queue.drain():
            yield from _finished(order, speech_models)
        yield from _finished(order, speech_models)


def transcription_fingerprint(recording: Recording, speech_models_fingerprint: str) -> str:
    """Hash of everything a transcript depends on: audio, language and agent channel, speech models and settings."""
    metadata = recording.metadata
    return fingerprint(recording.sha256, metadata.language, metadata.agent_channel, speech_models_fingerprint)


def _segment_or_failure(call: Call, *, speech_models: SpeechModels) -> SegmentedCall | Failure:
    """Segment one call, or return why it failed."""
    recording, audio = call
    try:
        return segment_call(recording, audio, speech_models=speech_models)
    except CallError as error:
        return failure_of(error, call_id=recording.call_id, date=recording.date)


def _enqueue(segmented: SegmentedCall, queue: DecodeQueue) -> CallInProgress:
    """Queue the windows of a call; from here on only the queue holds them."""
    jobs = [
        DecodeJob(window.channel, window.language or segmented.language, unverified, window)
        for unverified, windows in ((False, segmented.windows), (True, segmented.unverified_windows))
        for window in windows
    ]
    for job in jobs:
        queue.put(job)
    return CallInProgress(replace(segmented, windows=(), unverified_windows=()), tuple(jobs))


def _finished(order: deque[CallInProgress | Failure], speech_models: SpeechModels) -> Iterator[Transcript | Failure]:
    """Yield finished calls from the head of the queue, in order."""
    while order:
        head = order[0]
        if isinstance(head, CallInProgress) and not head.done:
            return
        order.popleft()
        yield _outcome(head, speech_models) if isinstance(head, CallInProgress) else head


def _outcome(call: CallInProgress, speech_models: SpeechModels) -> Transcript | Failure:
    recording = call.segmented.recording
    try:
        return _transcript(call, speech_models)
    except CallError as error:
        return failure_of(error, call_id=recording.call_id, date=recording.date)


def _transcript(call: CallInProgress, speech_models: SpeechModels) -> Transcript:
    """Assemble the transcript of one call. Raises TranscriptionError when it has no words."""
    segmented, recording = call.segmented, call.segmented.recording
    words, events = without_prompts(_words_by_channel(call.jobs), segmented.events, language=segmented.language)
    if not any(words.values()):
        raise _no_words_error(call)
    sides, channels = _sides(segmented, words)
    hotwords = speech_models.settings.hotwords
    sides = {side: with_hotwords(own, hotwords, language=segmented.language) for side, own in sides.items()}
    turn_words = split_turns(sides, speech_models.settings)
    fixed = None if segmented.layout.mono else recording.metadata.agent_channel
    language = segmented.language
    roles = roles_of(
        [(part.side, text_of(part.words, language)) for part in turn_words], language=language, agent=fixed
    )
    turn_words = [replace(part, words=in_chosen_script(part.words, speech_models.settings)) for part in turn_words]
    transcript = Transcript(
        call_id=recording.call_id,
        language=language,
        turns=turns_of(
            turn_words, roles=roles.by_side, channels=channels, language=language, role_confidence=roles.confidence
        ),
        metadata=recording.metadata,
        source="audio",
        model=speech_models.recogniser.fingerprint,
        duration_s=round(segmented.duration_s, 3),
        fingerprint=transcription_fingerprint(recording, speech_models.fingerprint),
        events=events,
    )
    return with_prosody(
        transcript, sides=[part.side for part in turn_words], tracks=segmented.tracks, speakers=segmented.speakers
    )


def _words_by_channel(jobs: Sequence[DecodeJob]) -> dict[int, list[Word]]:
    """Words of each channel with windows, in time order."""
    words: dict[int, list[Word]] = {channel: [] for channel in sorted({job.channel for job in jobs})}
    for job in jobs:
        words[job.channel] += job.words or ()
    return {channel: sorted(own, key=lambda word: (word.start_s, word.end_s)) for channel, own in words.items()}


def _sides(segmented: SegmentedCall, words: Mapping[int, list[Word]]) -> tuple[dict[int, list[Word]], dict[int, int]]:
    """Words of each side, and the channel of each side. A side is a channel, or a speaker on a mono recording."""
    if not segmented.layout.mono:
        return {channel: own for channel, own in words.items() if own}, {channel: channel for channel in words}
    channel = segmented.layout.channels[0]
    sides = by_speaker(words[channel], segmented.speakers)
    return sides, dict.fromkeys(sides, channel)


def _no_words_error(call: CallInProgress) -> TranscriptionError:
    """Say why a call has no transcript."""
    name = PurePosixPath(call.segmented.recording.uri).name
    if not call.jobs:
        return TranscriptionError(
            "No sound loud enough to be speech on any channel", source=name, remedy="Check the recorder"
        )
    return TranscriptionError(
        "No words could be made out: music, noise or tones only",
        source=name,
        remedy="Listen to the file; if people speak, try a larger model with --asr",
    )
