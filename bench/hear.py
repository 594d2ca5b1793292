"""Compare Everycall's transcription with other systems: same weights, beam, threads and calls.

Run `python -m bench.hear --calls DIR --count 100 --peers one-by-one,batched --json OUT`. Each system runs in its own
process, so memory is counted separately; with `--repeats 5` all run five times in turn and the medians are reported.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.hear_load import cuts, read_load, write_load
from bench.hear_systems import SYSTEMS, Setup, Texts
from models.weights import locate
from models.whisper import best_device
from pipeline.evaluate.reference import Reference, read_references
from pipeline.evaluate.word_errors import edits_in

COLUMNS = ("audio_s_per_s", "cpu_s_per_audio_min", "peak_mb", "error_rate")


def main() -> None:
    """Run the systems in turn and print a line each; `--system` runs one in this process."""
    options = _options()
    if options.system:
        print(json.dumps(measure(options.system, read_load(options.calls), _setup(options))))
        return
    with tempfile.TemporaryDirectory() as folder:
        load = write_load(cuts(_chosen(options), options.count), Path(folder))
        print(f"{len(load)} calls, {options.language}, {options.layout}, beam {options.beam}", flush=True)
        report = _side_by_side(Path(folder), options)
    print(f"{'system':16}" + "".join(f"{column:>22}" for column in COLUMNS))
    for name, figures in report.items():
        print(f"{name:16}" + "".join(f"{figures[column]:22.4g}" for column in COLUMNS))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), "utf-8")


def _chosen(options: argparse.Namespace) -> list[Reference]:
    """The labelled calls of the requested language and layout."""
    mono = options.layout == "mono"
    return [call for call in read_references(options.calls) if call.language == options.language and call.mono == mono]


def _side_by_side(folder: Path, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Medians of each system's runs; systems take turns, because a shared machine's speed varies."""
    names = ["everycall", *filter(None, options.peers.split(","))]
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for number in range(options.repeats):
        for name in names:
            runs[name].append(_run_in_process(name, folder, options))
            print(f"run {number + 1}, {name}: {runs[name][-1]['audio_s_per_s']} audio s/s", flush=True)
    return {name: medians(found) for name, found in runs.items()}


def measure(name: str, calls: Sequence[Reference], setup: Setup) -> dict[str, float]:
    """Run one system over all calls in this process: speed, cost, memory and error rate."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    texts_by_call = list(SYSTEMS[name](calls, setup))
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    # Read before counting errors, which also takes memory.
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    audio_s = sum(_duration_s(call) for call in calls)
    return {
        "calls": len(calls),
        "audio_s": round(audio_s, 1),
        "audio_s_per_s": round(audio_s / wall_s, 2),
        "cpu_s_per_audio_min": round(cpu_s / audio_s * 60, 3),
        "peak_mb": round(peak_mb),
        "error_rate": round(error_rate(calls, texts_by_call), 4),
    }


def medians(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each figure over a system's runs."""
    return {column: statistics.median(run[column] for run in runs) for column in runs[0]}


def error_rate(calls: Sequence[Reference], texts_by_call: Sequence[Texts]) -> float:
    """Word or character error rate over all calls, channel by channel; a mono mix as one text in time order."""
    wrong = units = 0
    for call, texts in zip(calls, texts_by_call, strict=True):
        roles = [None] if call.mono else [call.channels[channel] for channel in sorted(call.channels)]
        truths = [" ".join(turn[3] for turn in call.turns if role in (None, turn[0])) for role in roles]
        found = edits_in(list(zip(truths, texts.by_channel, strict=True)), call.language, digits=False)
        wrong, units = wrong + found[0], units + found[1]
    return wrong / units


def _duration_s(call: Reference) -> float:
    import wave

    with wave.open(str(call.audio)) as file:
        return float(file.getnframes() / file.getframerate())


def _run_in_process(name: str, folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """Run one system in its own process."""
    command = [sys.executable, "-m", "bench.hear", "--calls", str(folder), "--system", name]
    command += ["--beam", str(options.beam), "--threads", str(options.threads), "--asr", options.asr]
    command += ["--device", options.device]
    completed = subprocess.run(command, capture_output=True, text=True)
    if completed.returncode:
        sys.exit(f"{name} failed:\n{completed.stderr[-2000:]}")
    result: dict[str, float] = json.loads(completed.stdout.strip().splitlines()[-1])
    return result


def _setup(options: argparse.Namespace) -> Setup:
    device, compute_type = best_device() if options.device == "auto" else (options.device, "int8")
    if device == "cuda":
        compute_type = "float16"
    return Setup(locate(options.asr), device, compute_type, options.beam, options.threads)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=Path, required=True, help="folder with ID.ref.json, audio files and mono/")
    parser.add_argument("--count", type=int, default=100, help="how many calls of 1 to 4 minutes to cut from them")
    parser.add_argument("--language", default="en", choices=["en", "zh"])
    parser.add_argument("--layout", default="two-channel", choices=["two-channel", "mono"])
    parser.add_argument("--peers", default="one-by-one,batched", help=f"of {', '.join(SYSTEMS)}")
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=1, help="how often all systems run; medians are given")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--asr", default="whisper-base", help="catalogue name, folder or hub id")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--system", choices=list(SYSTEMS), help=argparse.SUPPRESS)
    parsed: Any = parser.parse_args()
    return argparse.Namespace(**vars(parsed))


if __name__ == "__main__":
    main()
