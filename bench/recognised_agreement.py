"""Measure what recognition errors cost: agreement on recognised speech against agreement on the true transcripts.

First transcribe the calls, with call ids that match the labels:

    everycall run CALLS --metadata calls.csv --store STORE
    python -m bench.recognised_agreement --store STORE labelled.jsonl --json OUT

Also prints how often the interval of a recognised call's total contains the total of the true transcript and the total
of the labels, next to its stated coverage.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.quality import covers
from everycall.evaluation import scored_files
from models.profile import PROFILES
from pipeline.evaluate.agreement import Agreement, evaluate
from pipeline.evaluate.labelled import LabelledCall
from pipeline.ports import rubric_ids
from pipeline.rubric.load import load_rubric
from pipeline.score.by_labels import total_by_labels
from pipeline.score.context.reliability import COVERAGE
from pipeline.scorecard import Scorecard
from pipeline.store import Store, open_duckdb
from pipeline.store.rows.stored_calls import stored_scorecards


@dataclass(frozen=True, slots=True)
class IntervalCoverage:
    """The shares of recognised calls in one language whose interval contains the true and the labelled total.

    `width` is the mean width of the intervals, in points.
    """

    calls: int
    true_total: float
    labelled_total: float
    width: float


def main() -> None:
    """Print both kappas of each label and their difference, the macro kappas, and the coverage of the intervals."""
    options = _options()
    labelled, true_cards = scored_files(options.labelled, rubric=options.rubric, profile=PROFILES["embedded"])
    cards = stored_cards(Store(options.store), labelled, rubric=options.rubric)
    true_by_id = {card.call_id: card for card in true_cards}
    recognised, true = agreement(cards, labelled), agreement(true_by_id, labelled)
    covered = coverage(cards, true_by_id, labelled, rubric=options.rubric)
    print("\n".join([*table(recognised, true), *map(_sentence, covered, covered.values())]))
    if options.json:
        figures = {
            "true": json.loads(true.to_json()),
            "recognised": json.loads(recognised.to_json()),
            "coverage": {language: asdict(intervals) for language, intervals in covered.items()},
        }
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def stored_cards(store: Store, labelled: Sequence[LabelledCall], *, rubric: str) -> dict[str, Scorecard]:
    """The stored scorecard of each labelled call, by call id."""
    names = rubric_ids(load_rubric(rubric))
    with open_duckdb(store) as connection:
        call_ids = [call.transcript.call_id for call in labelled]
        cards = stored_scorecards(connection, call_ids, rubric_ids=names)
    return {call_id: of_call[0] for call_id, of_call in cards.items() if of_call}


def agreement(cards: Mapping[str, Scorecard], labelled: Sequence[LabelledCall]) -> Agreement:
    """Agreement with the labels. Evidence is not compared: recognised and true transcripts have different turns."""
    with_card = [replace(call, evidence={}) for call in labelled if call.transcript.call_id in cards]
    return evaluate(with_card, list(cards.values()))


def coverage(
    recognised: Mapping[str, Scorecard], true: Mapping[str, Scorecard], labelled: Sequence[LabelledCall], *, rubric: str
) -> dict[str, IntervalCoverage]:
    """The coverage of the intervals by language, over the recognised calls."""
    family = load_rubric(rubric)
    found: dict[str, IntervalCoverage] = {}
    for language in sorted({call.transcript.language for call in labelled}):
        form = family.for_language(language)
        own = [call for call in labelled if call.transcript.language == language]
        pairs = [(recognised[id_], call) for call in own if (id_ := call.transcript.call_id) in recognised]
        if not pairs:
            continue
        by_labels = [covers(card, total_by_labels(form, card.answers, call.labels)) for card, call in pairs]
        by_truth = [covers(card, true[card.call_id].total) for card, _ in pairs]
        widths = [card.interval[1] - card.interval[0] for card, _ in pairs if card.interval]
        found[language] = IntervalCoverage(len(pairs), _mean(by_truth), _mean(by_labels), _mean(widths))
    return found


def table(recognised: Agreement, true: Agreement) -> list[str]:
    """One line per label."""
    lines = [f"{'label':20}{'n':>4}{'true text':>11}{'recognised':>12}{'difference':>12}"]
    for name, label in recognised.labels.items():
        written = true.labels[name].kappa
        lines.append(f"{name:20}{label.n:4}{written:11.2f}{label.kappa:12.2f}{label.kappa - written:12.2f}")
    macro, difference = recognised.macro_kappa, recognised.macro_kappa - true.macro_kappa
    return [*lines, f"{'macro':20}{recognised.calls:4}{true.macro_kappa:11.3f}{macro:12.3f}{difference:12.3f}"]


def _sentence(language: str, covered: IntervalCoverage) -> str:
    return (
        f"{language}: of {covered.calls} intervals of {COVERAGE:.0%} from recognised speech, on average "
        f"{covered.width:.0f} points wide, {covered.true_total:.1%} hold the total of the true transcript, "
        f"{covered.labelled_total:.1%} that of the labels"
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+", type=Path)
    parser.add_argument("--store", required=True)
    parser.add_argument("--rubric", default="support")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
