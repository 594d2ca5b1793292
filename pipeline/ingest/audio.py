"""Audio: any container and codec that FFmpeg reads, decoded to 16 kHz float32, one row for each channel."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import IngestError
from pipeline.ingest.discovery import Source
from pipeline.ingest.health import audio_health
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Audio, CallMetadata, Recording, Samples

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

MAX_CHANNELS = 2
# A smaller difference between the header's duration and the decoded one is rounding, not truncation.
TRUNCATION_TOLERANCE_S = 1.0


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """Which durations are accepted: longer files would fill the memory, shorter ones hold no words."""

    max_duration_s: float = 7_200.0
    min_duration_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded audio and what its container says about it."""

    audio: Audio
    codec: str
    sample_rate_hz: int
    truncated: bool


def read_recording(source: Source, *, limits: AudioLimits | None = None) -> tuple[Recording, Audio]:
    """Fetch and decode one recording. Raises IngestError with file, cause and remedy."""
    decoded = decode(_content(source), name=source.name, limits=limits or AudioLimits())
    health = replace(audio_health(decoded.audio), truncated=decoded.truncated)
    recording = Recording(
        call_id=source.call_id,
        uri=source.uri,
        sha256=source.sha256,
        duration_s=decoded.audio.duration_s,
        channels=decoded.audio.samples.shape[0],
        sample_rate_hz=decoded.sample_rate_hz,
        codec=decoded.codec,
        metadata=source.metadata or CallMetadata(),
        health=health,
    )
    return recording, decoded.audio


def decode(content: bytes, *, name: str, limits: AudioLimits) -> Decoded:
    """Decode a whole file. Raises IngestError. A file that breaks off is decoded that far and marked truncated."""
    import av

    try:
        container = av.open(io.BytesIO(content), mode="r", metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        raise IngestError("not audio in any known format", source=name, remedy="Export it again") from error
    with container:
        stream = _audio_stream(container, name=name)
        _check_stated_length(container, name=name, limits=limits)
        chunks, broken = _samples(container, stream, name=name, limits=limits)
        samples = np.concatenate(chunks, axis=1) if chunks else np.zeros((1, 0), np.float32)
        audio = Audio(np.ascontiguousarray(samples))
        _check_length(audio, name=name, limits=limits)
        truncated = broken or _stated_s(container) > audio.duration_s + TRUNCATION_TOLERANCE_S
        return Decoded(audio, stream.codec_context.name, stream.rate, truncated or _riff_breaks_off(content))


def _content(source: Source) -> bytes:
    from fsspec.core import open as fsspec_open

    try:
        with fsspec_open(source.uri, "rb") as file:
            return bytes(file.read())
    except OSError as error:
        cause = f"the file cannot be opened ({type(error).__name__})"
        raise IngestError(cause, source=source.name, remedy="Check that it exists and may be read") from error


def _audio_stream(container: InputContainer, *, name: str) -> AudioStream:
    if not container.streams.audio:
        raise IngestError("the file has no audio stream", source=name, remedy="Export the audio, not the screen")
    stream = container.streams.audio[0]
    channels = stream.codec_context.channels
    if channels > MAX_CHANNELS:
        raise IngestError(f"{channels} channels; a call has one or two", source=name, remedy="Mix down or export again")
    return stream


def _stated_s(container: InputContainer) -> float:
    return container.duration / 1_000_000 if container.duration else 0.0


def _check_stated_length(container: InputContainer, *, name: str, limits: AudioLimits) -> None:
    if _stated_s(container) > limits.max_duration_s:
        raise _too_long(_stated_s(container), name=name, limits=limits)


def _samples(
    container: InputContainer, stream: AudioStream, *, name: str, limits: AudioLimits
) -> tuple[list[Samples], bool]:
    """Chunks of float32 [channels, n], and whether decoding broke off. Raises IngestError when nothing decodes."""
    import av

    layout = "stereo" if stream.codec_context.channels == MAX_CHANNELS else "mono"
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=ASR_SAMPLE_RATE_HZ)
    chunks: list[Samples] = []
    length = 0
    try:
        for frame in _frames(container, stream):
            for resampled in resampler.resample(frame):
                chunks.append(resampled.to_ndarray())
                length += chunks[-1].shape[1]
            if length > limits.max_duration_s * ASR_SAMPLE_RATE_HZ:
                raise _too_long(length / ASR_SAMPLE_RATE_HZ, name=name, limits=limits)
    except av.error.FFmpegError as error:
        if not chunks:
            raise IngestError("the audio cannot be decoded", source=name, remedy="Export it again") from error
        return chunks, True
    return chunks, False


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[Any]:
    """Decoded frames, then None to flush the resampler. Drops timestamps, which telephone exports often break."""
    for frame in container.decode(stream):
        frame.pts = None
        yield frame
    yield None


def _check_length(audio: Audio, *, name: str, limits: AudioLimits) -> None:
    if audio.duration_s < limits.min_duration_s:
        cause = f"only {audio.duration_s:.1f} s of audio"
        raise IngestError(cause, source=name, remedy="Export it again if the call was longer")


def _too_long(duration_s: float, *, name: str, limits: AudioLimits) -> IngestError:
    cause = f"{duration_s / 60:.0f} minutes long; the limit is {limits.max_duration_s / 60:.0f}"
    return IngestError(cause, source=name, remedy="Raise max_call_s in a profile and use --retry-failed, or split it")


def _riff_breaks_off(content: bytes) -> bool:
    """Whether a WAV has fewer bytes than its header states; 0 and the maximum mean unknown, as in streamed files."""
    if content[:4] != b"RIFF":
        return False
    stated = int.from_bytes(content[4:8], "little")
    return 0 < stated < 0xFFFF_FF00 and stated + 8 > len(content) + 1
