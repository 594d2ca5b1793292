"""Time and memory of the measures over all calls, for a whole store and for one more night.

python -m bench.measures_load --calls 1000000 --days 365 [--store FOLDER] [--json OUT]

Generates the store first (see `bench.made_days`), unless --store exists already. Then `measure_all` runs over all of it
in its own process, a night is added, and it runs again.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import resource
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from bench.made_days import RUBRIC, make_world, no_callers, write_days
from pipeline.analytics.measures import Analytics
from pipeline.analytics.update import measure_all
from pipeline.rubric.load import load_rubric
from pipeline.store import Store

LIBRARIES = ("numpy", "duckdb", "pyarrow", "scikit-learn", "scipy")


@dataclass(frozen=True, slots=True)
class Load:
    """Time and memory of one run."""

    what: str
    calls: int
    wall_s: float
    cpu_s: float
    peak_memory_mb: float


def main() -> None:
    """Generate a store, measure it, add a night, measure again, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--store", type=Path, help="where to generate the store, or an existing one; it is kept")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = options.store or Path(tempfile.mkdtemp())
    try:
        loads = _loads(folder, calls=options.calls, days=options.days)
    finally:
        if options.store is None:
            shutil.rmtree(folder)
    for load in loads:
        print(f"{load.what:12} {load.calls:9,} calls  {load.wall_s:7.1f} s  {load.cpu_s:7.1f} CPU-s", end="  ")
        print(f"{load.peak_memory_mb:6.0f} MB")
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()},", end=" ")
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    if options.json:
        options.json.write_text(json.dumps([asdict(load) for load in loads], indent=2) + "\n", "utf-8")


def _loads(folder: Path, *, calls: int, days: int) -> list[Load]:
    store, world, a_day = Store(str(folder)), make_world(), calls // days
    callers = no_callers()
    if not (folder / "calls").exists():
        callers = write_days(store, world, first=0, days=days, calls_a_day=a_day, callers=callers)
    shutil.rmtree(folder / "topics", ignore_errors=True)
    whole = _apart("all", store)
    next_day = len(list((folder / "calls").iterdir()))
    write_days(store, world, first=next_day, days=1, calls_a_day=a_day, callers=callers)
    return [whole, _apart("one night", store)]


def _apart(what: str, store: Store) -> Load:
    """Run in a separate process, to measure its memory alone."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (what, store.address))


def _measured(what: str, address: str) -> Load:
    rubric = load_rubric(RUBRIC)
    began = time.perf_counter()
    made = measure_all(Store(address), measure=Analytics(), rubric=rubric)
    wall_s = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    calls = sum(made["measured"].column("calls").to_pylist()) if made else 0
    return Load(what, calls, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
