"""A transcription load: any number of calls of one to four minutes, cut from labelled calls, with their words."""

from __future__ import annotations

import json
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pipeline.evaluate.reference import Reference, read_references
from pipeline.ingest.audio import AudioLimits, decode
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples

SHORTEST_S, LONGEST_S = 60.0, 240.0
MARGIN_S = 0.25


# Role, start and end in seconds, text.
Timed = tuple[str, float, float, str]


@dataclass(frozen=True, slots=True)
class Cut:
    """Part of a labelled call, from the start of one turn to the end of another."""

    source: Reference
    number: int
    start_s: float
    end_s: float
    turns: tuple[Timed, ...] = field(repr=False)


def cuts(calls: Sequence[Reference], count: int) -> list[Cut]:
    """Make `count` cuts from the calls in turn; each further cut of a call starts a few turns later."""
    usable = [call for call in calls if (timed := _timed(call)) and timed[-1][2] - timed[0][1] >= SHORTEST_S]
    if not usable:
        raise ValueError(f"no labelled call lasts {SHORTEST_S:.0f} s")
    return [_cut(usable[number % len(usable)], number, number // len(usable)) for number in range(count)]


def write_load(cut_calls: Sequence[Cut], folder: Path) -> list[Reference]:
    """Write each cut as a 16-bit WAV with its reference, for `read_load` and `read_references`."""
    folder.mkdir(parents=True, exist_ok=True)
    decoded: dict[Path, Samples] = {}
    for cut in sorted(cut_calls, key=lambda one: (str(one.source.audio), one.number)):
        if cut.source.audio not in decoded:
            # Keep one file decoded at a time: hundreds of cuts come from a few dozen files.
            decoded = {cut.source.audio: _samples(cut.source.audio)}
        _write(cut, decoded[cut.source.audio], folder)
    return read_load(folder)


def read_load(folder: Path) -> list[Reference]:
    """Read what `write_load` wrote, in order."""
    names = {path.name.removesuffix(".ref.json") for path in folder.glob("*.ref.json")}
    mono = {path.stem for path in folder.glob("*-mono-*.wav")}
    found = [call for call in read_references(folder) if call.call_id in names]
    return [replace(call, mono=call.call_id in mono) for call in found]


def _timed(call: Reference) -> list[Timed]:
    """The turns whose label has times."""
    return [(who, start_s, end_s, text) for who, start_s, end_s, text in call.turns if start_s is not None and end_s]


def _cut(call: Reference, number: int, repeat: int) -> Cut:
    """The `repeat`-th cut of a call; starts later while a minute is left, then at the beginning again."""
    timed = _timed(call)
    starts = [first for first, turn in enumerate(timed) if timed[-1][2] - turn[1] >= SHORTEST_S]
    first = starts[(repeat * 2) % len(starts)]
    start_s = timed[first][1]
    turns = tuple(turn for turn in timed[first:] if turn[1] >= start_s and turn[2] <= start_s + LONGEST_S)
    start_s = max(0.0, start_s - MARGIN_S) if first else 0.0
    return Cut(call, number, start_s, max(turn[2] for turn in turns) + MARGIN_S, turns)


def _samples(audio: Path) -> Samples:
    return decode(audio.read_bytes(), name=audio.name, limits=AudioLimits()).audio.samples


def _write(cut: Cut, samples: Samples, folder: Path) -> None:
    name = f"load-{cut.number:04d}-{'mono-' if cut.source.mono else ''}{cut.source.language}"
    start, end = (round(at * ASR_SAMPLE_RATE_HZ) for at in (cut.start_s, cut.end_s))
    samples_16bit = np.clip(samples[:, start:end] * 32767, -32768, 32767).astype("<i2")
    with wave.open(str(folder / f"{name}.wav"), "wb") as file:
        file.setnchannels(samples_16bit.shape[0])
        file.setsampwidth(2)
        file.setframerate(ASR_SAMPLE_RATE_HZ)
        file.writeframes(samples_16bit.T.tobytes())
    turns = [
        {"speaker": who, "start_s": begin - cut.start_s, "end_s": end - cut.start_s, "text": text}
        for who, begin, end, text in cut.turns
    ]
    reference = {"language": cut.source.language, "channels": cut.source.channels, "turns": turns}
    (folder / f"{name}.ref.json").write_text(json.dumps(reference), "utf-8")
