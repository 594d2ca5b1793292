"""Measure how fast `everycall score` rescores stored calls after a change of rubric, in its own process.

python -m bench.rescore --calls 10000 [--store FOLDER] [--json OUT] [options of `everycall score`]

Creates the store first (see `bench.made_calls`), or reuses --store if it exists. Wall time needs an otherwise idle
machine; CPU time hardly depends on the load.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from bench.made_calls import TURNS, make_store
from pipeline.store import Store, open_duckdb

# The smallest change of a rubric: the standard form with another weight of one section.
CHANGED = """\
id: support
title: Changed
extends: support
weights: {{closing: {weight}}}
"""
WEIGHT = 11
EVERYCALL = "from everycall.cli import app; app()"
SAMPLE_EVERY_S = 0.1
LIBRARIES = ("numpy", "duckdb", "pyarrow")


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one command. `cpu_s` and memory are sums over its processes."""

    calls: int
    wall_s: float
    cpu_s: float
    peak_memory_mb: float
    load_before: float

    @property
    def calls_per_s(self) -> float:
        """Calls per second of wall time."""
        return self.calls / self.wall_s


def main() -> None:
    """Create the store, rescore it and print the cost."""
    options, more = _options()
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(options.store or Path(scratch) / "store")
        if not store.exists():
            start_s = time.monotonic()
            make_store(Store(str(store)), calls=options.calls)
            print(f"made {options.calls} calls in {time.monotonic() - start_s:.0f} s")
        work = Path(scratch) / "work"
        shutil.copytree(store, work)
        cost = rescored(work, Path(scratch) / "changed.yaml", more=more)
        _check(work, calls=cost.calls)
    report = {"machine": _machine(), "turns_a_call": TURNS, **asdict(cost), "calls_per_s": cost.calls_per_s}
    print(
        f"{cost.calls} calls of {TURNS} turns: {cost.wall_s:.1f} s wall, {cost.cpu_s:.1f} s CPU "
        f"({1000 * cost.cpu_s / cost.calls:.2f} ms a call), {cost.calls_per_s:.0f} calls/s, "
        f"{cost.peak_memory_mb:.0f} MB at most, load before {cost.load_before:.1f}"
    )
    print(", ".join(f"{name} {value}" for name, value in _machine().items()))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


def rescored(store: Path, rubric: Path, *, more: Sequence[str] = ()) -> Cost:
    """Run `everycall score` with a changed rubric over the whole store.

    Raises SystemExit when the command fails.
    """
    rubric.write_text(CHANGED.format(weight=WEIGHT), "utf-8")
    with open_duckdb(Store(str(store))) as connection:
        calls = _count(connection.execute("select count(*) from calls").fetchone())
    command = [sys.executable, "-c", EVERYCALL, "score", "--store", str(store), "--rubric", str(rubric), *more]
    load_before = os.getloadavg()[0]
    start_s = time.monotonic()
    process = subprocess.Popen(command)
    memory = _Memory(process.pid)
    memory.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.monotonic() - start_s
    memory.done.set()
    if process.returncode:
        raise SystemExit(f"`everycall score` exited with code {process.returncode}; its output above says why")
    return Cost(calls, wall_s, usage.ru_utime + usage.ru_stime, memory.peak_mb, load_before)


class _Memory(threading.Thread):
    """Samples the memory of a process and its children every `SAMPLE_EVERY_S`. Shared pages count once (PSS)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak_mb = 0.0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(SAMPLE_EVERY_S):
            self.peak_mb = max(self.peak_mb, sum(_resident_mb(pid) for pid in _process_tree(self.pid)))


def _process_tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(descendant for child in children for descendant in _process_tree(int(child)))]


def _resident_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _check(store: Path, *, calls: int) -> None:
    """Check that every call was rescored with the changed rubric, and that no turn was encoded or written again."""
    with open_duckdb(Store(str(store))) as connection:
        versions = "select count(distinct rubric_version) from scorecards"
        cards = _count(connection.execute("select count(*) from scorecards where part > 'g0002'").fetchone())
        forms = _count(connection.execute(versions).fetchone())
        again = _count(connection.execute("select count(*) from parts.turn_vectors where part > 'g0002'").fetchone())
    if (cards, forms, again) != (calls, 2, 0):
        raise SystemExit(f"{cards} of {calls} calls scored again by {forms} forms, {again} turns written again")


def _count(row: tuple[int, ...] | None) -> int:
    return row[0] if row else 0


def _machine() -> dict[str, str]:
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "processor": _processor(),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _options() -> tuple[argparse.Namespace, list[str]]:
    """Parse our options; return the others for `everycall score`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--store", type=Path, help="keep the made calls in this folder")
    parser.add_argument("--json", type=Path)
    return parser.parse_known_args()


if __name__ == "__main__":
    main()
