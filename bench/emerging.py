"""False alarms of emerging topics, and how soon a rise is found, on simulated counts.

Run `python -m bench.emerging --json OUT`. A month is 30 days; false alarms are counted over all topics.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from bench.made_counts import Floats, counted, levels_of, made_counts, shuffled, with_rises
from pipeline.analytics.trends.emerging import EmergingRules, emerging_of

Make = Callable[[np.random.Generator], Floats]
MONTHS = 24
MONTH_DAYS = 30
RISING = "t000"


def main() -> None:
    """Measure, print and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--runs", type=int, default=10, help="histories of each kind, of 60 topics over two years")
    options = parser.parse_args()
    text = json.dumps(report(runs=options.runs), indent=1)
    print(text)
    if options.json:
        options.json.write_text(text, "utf-8")


def report(*, runs: int) -> dict[str, dict[str, object]]:
    """Return false alarms per month by kind of history, and the share of rises found by each day."""
    alarms = {name: round(false_alarms_a_month(make, runs=runs), 2) for name, make in histories().items()}
    found = {
        f"level {level}, day to day {alpha**0.5:.0%}": [
            round(share, 2) for share in found_by_day(level=level, alpha=alpha, runs=10 * runs)
        ]
        for level in (2, 5, 10, 30)
        for alpha in (0.0, 0.05, 0.1)
    }
    return {"false_alarms_a_month": dict(alarms), "tripled_found_by_day_1_2_3": dict(found)}


def histories() -> dict[str, Make]:
    """Histories in which nothing emerges; the day-to-day standard deviation beyond chance is the root of alpha."""
    made: dict[str, Make] = {}
    made |= {f"varying by {alpha**0.5:.0%}": partial(made_counts, alpha=alpha) for alpha in (0.0, 0.1, 0.5, 1.0)}
    made |= {f"busy days in a row, {p}": partial(made_counts, persistence=p) for p in (0.5, 0.8)}
    made |= {f"{topics} topics": partial(made_counts, topics=topics) for topics in (5, 200)}
    made["a call in 1 to 100 days"] = partial(made_counts, levels=np.geomspace(0.01, 1, 60))
    for how in ("together", "weekday", "apart"):
        made[f"shuffled {how}"] = partial(shuffled_history, make=made_counts, how=how)
        made[f"shuffled {how}, with rises"] = partial(shuffled_history, make=with_rises, how=how)
    return made


def shuffled_history(rng: np.random.Generator, *, make: Make, how: str) -> Floats:
    """Return a history with shuffled days."""
    return shuffled(rng, make(rng), how=how)


def false_alarms_a_month(make: Make, *, runs: int) -> float:
    """Return the mean alarms per month over all topics; each run tests 24 months."""
    rules = EmergingRules(days_kept=MONTHS * MONTH_DAYS)
    found = [emerging_of(counted(make(np.random.default_rng(seed))), rules=rules) for seed in range(runs)]
    return sum(int(np.sum(rows["emerging"].to_numpy())) for rows in found) / runs / MONTHS


def found_by_day(*, level: float, alpha: float, runs: int, factor: float = 3.0, days: int = 3) -> list[float]:
    """Return the share of rises by `factor` that are found by each day, among 59 constant topics.

    The start rotates over weekdays.
    """
    hits = np.zeros(days)
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        length = 110 + seed % 7
        levels, rise = levels_of(rng, 60), np.ones((60, length))
        levels[0], rise[0, -days:] = level, factor
        calls = made_counts(rng, days=length, levels=levels, alpha=alpha, rise=rise)
        rows = emerging_of(counted(calls), rules=EmergingRules(days_kept=days)).to_pylist()
        alarms = [row["emerging"] for row in rows if row["topic_id"] == RISING]
        hits += np.maximum.accumulate(alarms)
    return [float(share) for share in hits / runs]


if __name__ == "__main__":
    main()
