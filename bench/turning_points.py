"""Measure turning points, recovery and holds on the training calls, predicted by held-out heads.

Run `python -m bench.turning_points --json OUT`. The heads saw no call of the same agent or customer. The labels are the
sentiment at the start and end of a call, the sentiment of every turn, and the turns that announce or end a hold.
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
# A turning point is right if the mean labelled sentiment before and after it differs by at least this: a quarter of the
# distance from neutral to negative.
LABELLED_CHANGE = 0.25


def main() -> None:
    """Print the figures and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    report = {name: report_on(held_out) for name, held_out in _held_out().items()}
    text = json.dumps(report, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text, "utf-8")


def _held_out() -> dict[str, Sequence[HeldOut]]:
    """Held-out predictions for the calls as written, and for their misheard copies."""
    calls = [call for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    kept: dict[str, Sequence[HeldOut]] = {}

    def keep(originals: Sequence[HeldOut], misheard: Sequence[HeldOut]) -> Mapping[str, Any]:
        kept.update(written=originals, misheard=misheard)
        return {}

    fit(calls, encoder=CachingEncoder(UseEncoder()), reliability=keep)
    return kept


def report_on(held_out: Sequence[HeldOut]) -> dict[str, Any]:
    """All figures, by language and for both languages together."""
    parts: dict[str, Sequence[HeldOut]] = {
        language: [one for one in held_out if one.call.transcript.language == language]
        for language in sorted({one.call.transcript.language for one in held_out})
    }
    parts["both"] = held_out
    return {name: _figures(part) for name, part in parts.items()}


def _figures(held_out: Sequence[HeldOut]) -> dict[str, Any]:
    start = time.process_time()
    moods = [mood_of(one.call.transcript, sentiments_of(one)) for one in held_out]
    mood_s = time.process_time() - start
    efforts = [effort_of(one.call.transcript, vectors=one.vectors, conduct=Conduct()) for one in held_out]
    effort_s = time.process_time() - start - mood_s
    calls = [one.call for one in held_out]
    return {
        "calls": len(calls),
        **_ends(calls, moods),
        **_agreement_with_turn_labels(held_out, moods),
        "recovered_kappa": _recovered_kappa(calls, moods),
        "holds": _holds(calls, [effort.holds or 0 for effort in efforts]),
        "calls_with_repetitions": sum(1 for effort in efforts if effort.repetitions),
        "cpu_s_per_1000_calls": {
            "mood": round(1000 * mood_s / len(calls), 2),
            "effort": round(1000 * effort_s / len(calls), 2),
        },
    }


def sentiments_of(held_out: HeldOut) -> list[TurnSentiment]:
    """The customer's sentiments as predicted by held-out heads; neutral for other roles."""
    shares = zip(*(held_out.acts[name].tolist() for name in SENTIMENTS), strict=True)
    return [
        TurnSentiment(*row) if turn.role == "customer" else TurnSentiment(0.0, 1.0, 0.0)
        for turn, row in zip(held_out.call.transcript.turns, shares, strict=True)
    ]


def _ends(calls: Sequence[LabelledCall], moods: Sequence[Mood]) -> dict[str, str]:
    """Recall on calls whose labels at start and end differ; false alarms on calls where they agree."""
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


def _agreement_with_turn_labels(held_out: Sequence[HeldOut], moods: Sequence[Mood]) -> dict[str, str]:
    """The share of turning points that the turn labels confirm, and of calls with a false one.

    A turning point is false if the turn labels, by the same rule, have none on that call.
    """
    right, alarms = [], []
    for one, mood in zip(held_out, moods, strict=True):
        labelled = _labelled_sentiments(one.call)
        stretches = stretches_of(one.call.transcript, sentiments_of(one), role="customer")
        sides = {after.turns[0]: (before, after) for before, after in pairwise(stretches)}
        points = [point for point in mood.turning_points if point.role == "customer"]
        for point in points:
            before, after = (np.mean([labelled[turn].score for turn in side.turns]) for side in sides[point.turn])
            change = after - before if point.direction == "better" else before - after
            right.append(bool(change >= LABELLED_CHANGE))
        if not mood_of(one.call.transcript, labelled).turning_points:
            alarms.append(bool(points))
    return {"agree_with_turn_labels": _share(right), "false_where_turn_labels_never_turn": _share(alarms)}


def _labelled_sentiments(call: LabelledCall) -> list[TurnSentiment]:
    """The turn labels as nearly certain sentiments."""
    return [
        TurnSentiment(*(0.98 if name == (label or "neutral") else 0.01 for name in SENTIMENTS))
        for label in call.turn_sentiment
    ]


def _recovered_kappa(calls: Sequence[LabelledCall], moods: Sequence[Mood]) -> float:
    """Kappa of `recovered` (yes, no, never negative) against the same rule on the turn labels."""
    right = [str(mood_of(call.transcript, _labelled_sentiments(call)).recovered) for call in calls]
    return round(kappa(right, [str(mood.recovered) for mood in moods]).kappa, 3)


def _holds(calls: Sequence[LabelledCall], found: Sequence[int]) -> dict[str, int]:
    """Holds found against labelled holds, which are announced and then ended."""
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
