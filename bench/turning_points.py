"""Measures turning points, recovery and holds on the training calls, judged by heads that saw none of a call's people.

Run `python -m bench.turning_points --json OUT`. People labelled how a call begins and ends, the sentiment of every
turn, and which turns announce a hold or come back from one.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench.caching_encoder import CachingEncoder
from models.fitting.fit import fit
from models.fitting.held_out import HeldOut
from models.heads import SENTIMENTS
from models.use import UseEncoder
from pipeline.enrich.effort import effort_of
from pipeline.enrich.turning_points import mood_of, stretches_of
from pipeline.enriched import Conduct, Mood, TurnSentiment
from pipeline.evaluate.agreement import kappa
from pipeline.evaluate.labelled import LabelledCall, read_labelled

TRAINING = Path(__file__).parent.parent / "models" / "training"
# People's sentiments on either side of a turning point differ at least by this much if it is one: a quarter of the way
# from neutral to negative.
FELT = 0.25


def main() -> None:
    """Measures, prints and writes JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    report = {name: report_on(judged) for name, judged in _held_out().items()}
    text = json.dumps(report, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text, "utf-8")


def _held_out() -> dict[str, Sequence[HeldOut]]:
    """The calls as written and as they might be misheard."""
    calls = [call for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    kept: dict[str, Sequence[HeldOut]] = {}

    def keep(originals: Sequence[HeldOut], misheard: Sequence[HeldOut]) -> Mapping[str, Any]:
        kept.update(written=originals, misheard=misheard)
        return {}

    fit(calls, encoder=CachingEncoder(UseEncoder()), reliability=keep)
    return kept


def report_on(judged: Sequence[HeldOut]) -> dict[str, Any]:
    """All figures, by language and together."""
    parts: dict[str, Sequence[HeldOut]] = {
        language: [each for each in judged if each.call.transcript.language == language]
        for language in sorted({each.call.transcript.language for each in judged})
    }
    parts["both"] = judged
    return {name: _figures(part) for name, part in parts.items()}


def _figures(judged: Sequence[HeldOut]) -> dict[str, Any]:
    start = time.process_time()
    moods = [mood_of(each.call.transcript, sentiments_of(each)) for each in judged]
    mood_s = time.process_time() - start
    efforts = [effort_of(each.call.transcript, vectors=each.vectors, conduct=Conduct()) for each in judged]
    effort_s = time.process_time() - start - mood_s
    calls = [each.call for each in judged]
    return {
        "calls": len(calls),
        **_ends(calls, moods),
        **_agreeing(judged, moods),
        "recovered_kappa": _recovered_kappa(calls, moods),
        "holds": _holds(calls, [effort.holds or 0 for effort in efforts]),
        "calls_with_repetitions": sum(1 for effort in efforts if effort.repetitions),
        "cpu_s_per_1000_calls": {
            "mood": round(1000 * mood_s / len(calls), 2),
            "effort": round(1000 * effort_s / len(calls), 2),
        },
    }


def sentiments_of(judged: HeldOut) -> list[TurnSentiment]:
    """The customer's sentiments as held-out heads judged them; others are neutral."""
    shares = zip(*(judged.acts[name].tolist() for name in SENTIMENTS), strict=True)
    return [
        TurnSentiment(*row) if turn.role == "customer" else TurnSentiment(0.0, 1.0, 0.0)
        for turn, row in zip(judged.call.transcript.turns, shares, strict=True)
    ]


def _ends(calls: Sequence[LabelledCall], moods: Sequence[Mood]) -> dict[str, str]:
    """Calls that end otherwise than they begin in which the turn is found; calls that do not in which one is."""
    found: dict[str, list[bool]] = {"better_found": [], "worse_found": [], "found_where_ends_agree": []}
    for call, mood in zip(calls, moods, strict=True):
        start, end = call.labels["sentiment_start"], call.labels["sentiment_end"]
        directions = {point.direction for point in mood.turning_points if point.role == "customer"}
        if start == end:
            found["found_where_ends_agree"].append(bool(directions))
        elif "negative" in (start, end):
            direction = "better" if start == "negative" else "worse"
            found[f"{direction}_found"].append(direction in directions)
    return {name: _share(hits) for name, hits in found.items()}


def _agreeing(judged: Sequence[HeldOut], moods: Sequence[Mood]) -> dict[str, str]:
    """Turning points on whose sides people's labels of the turns differ likewise, and those where nothing turns.

    Nothing turns where the labels themselves, read by the same rule, have no turning point.
    """
    right, alarms = [], []
    for each, mood in zip(judged, moods, strict=True):
        felt = _felt(each.call)
        stretches = stretches_of(each.call.transcript, sentiments_of(each), role="customer")
        sides = {after.turns[0]: (before, after) for before, after in pairwise(stretches)}
        points = [point for point in mood.turning_points if point.role == "customer"]
        for point in points:
            before, after = (np.mean([felt[turn].score for turn in side.turns]) for side in sides[point.turn])
            right.append(bool(after - before >= FELT if point.direction == "better" else before - after >= FELT))
        if not mood_of(each.call.transcript, felt).turning_points:
            alarms.append(bool(points))
    return {"agree_with_turn_labels": _share(right), "false_where_turn_labels_never_turn": _share(alarms)}


def _felt(call: LabelledCall) -> list[TurnSentiment]:
    """People's labels as sentiments that are all but certain."""
    return [
        TurnSentiment(*(0.98 if name == (label or "neutral") else 0.01 for name in SENTIMENTS))
        for label in call.turn_sentiment
    ]


def _recovered_kappa(calls: Sequence[LabelledCall], moods: Sequence[Mood]) -> float:
    """Agreement with what follows from people's labels of the turns: recovered, not recovered, never negative."""
    right = [str(mood_of(call.transcript, _felt(call)).recovered) for call in calls]
    return round(kappa(right, [str(mood.recovered) for mood in moods]).kappa, 3)


def _holds(calls: Sequence[LabelledCall], found: Sequence[int]) -> dict[str, int]:
    """Holds as people marked them: announced, and come back from."""
    right = []
    for call in calls:
        count, announced = 0, False
        for acts in call.acts:
            if announced and "returns_from_hold" in acts:
                count, announced = count + 1, False
            announced = announced or "announces_hold" in acts
        right.append(count)
    both = sum(min(pair) for pair in zip(right, found, strict=True))
    return {"labelled": sum(right), "found": sum(found), "both": both}


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits)} of {len(hits)} ({sum(hits) / max(len(hits), 1):.2f})"


if __name__ == "__main__":
    main()
