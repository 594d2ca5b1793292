"""Compute the figures of docs/quality.md on held-out calls: agreement, evidence, unsure answers and calibration.

python -m bench.quality            print them
python -m bench.quality --write    write them into docs/quality.md, between the markers
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from everycall.evaluation import scored_files
from models.profile import PROFILES
from pipeline.analytics.statistics.intervals import wilson
from pipeline.evaluate.agreement import QUESTIONS, Agreement, evaluate
from pipeline.evaluate.labelled import LabelledCall
from pipeline.rubric.load import load_rubric
from pipeline.score.by_labels import total_by_labels
from pipeline.score.context.reliability import COVERAGE
from pipeline.scorecard import UNSURE, Scorecard

CORPUS = Path(__file__).parent / "corpus"
PAGE = Path(__file__).parents[1] / "docs" / "quality.md"
LANGUAGES = {"en": "English", "zh": "Chinese"}
BINS = 10
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class AnswerQuality:
    """Figures over all answers.

    Attributes:
        answers: Their number.
        unsure: The share of answers left to a person.
        wrong_when_sure: The share of wrong answers among the others.
        evidence_hit: The share of answers with labelled evidence whose quotes include a labelled turn.
        calibration_error: The expected calibration error.
        covered: The number of calls whose total by the labels is in the scorecard's interval.
    """

    answers: int
    unsure: float
    wrong_when_sure: float
    evidence_hit: float
    calibration_error: float
    covered: int


def main() -> None:
    """Print the tables; with `--write`, update the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    text = tables()
    print(text)
    if write:
        PAGE.write_text(replaced(PAGE.read_text("utf-8"), text), "utf-8")


def replaced(page: str, text: str) -> str:
    """The page with this text between its markers."""
    pattern = re.compile(r"(<!-- agreement -->\n).*?(<!-- /agreement -->)", re.DOTALL)
    return pattern.sub(lambda match: f"{match.group(1)}{text}\n{match.group(2)}", page)


def tables() -> str:
    """Markdown tables with both languages side by side."""
    found = {language: measure_language(language) for language in LANGUAGES}
    heads = [f"{name}: kappa (95 %) | agree | evidence | unsure" for name in LANGUAGES.values()]
    lines = [f"| question | {' | '.join(heads)} |", f"|---|{'---|' * 4 * len(heads)}"]
    for question in QUESTIONS:
        cells = [cell for agreement, _ in found.values() for cell in _cells(agreement, question)]
        lines.append(f"| `{question}` | {' | '.join(cells)} |")
    macros = [f"**{agreement.macro_kappa:.2f}** | | | " for agreement, _ in found.values()]
    lines += [f"| macro | {' | '.join(macros)} |", ""]
    lines += [_sentence(LANGUAGES[language], agreement, quality) for language, (agreement, quality) in found.items()]
    calls = sum(agreement.calls for agreement, _ in found.values())
    covered = sum(quality.covered for _, quality in found.values())
    lines.append(
        f"- Both: the total by the labels lies in the score's {COVERAGE:.0%} interval for {_of(covered, calls)}."
    )
    return "\n".join(lines)


def measure_language(language: str) -> tuple[Agreement, AnswerQuality]:
    """Score the calls of one language with the standard form and the shipped heads."""
    labelled, scorecards = scored_files(
        [CORPUS / f"calls_{language}.jsonl"], rubric="support", profile=PROFILES["embedded"]
    )
    return evaluate(labelled, scorecards), answer_quality(labelled, scorecards)


def answer_quality(labelled: Sequence[LabelledCall], scorecards: Sequence[Scorecard]) -> AnswerQuality:
    """Compute the figures over the answers to the standard questions."""
    truth = {call.transcript.call_id: call for call in labelled}
    pairs = [
        (truth[card.call_id], answer)
        for card in scorecards
        for answer in card.answers
        if answer.question_id in QUESTIONS
    ]
    right = np.asarray([call.labels[answer.question_id] == answer.best for call, answer in pairs])
    sure = np.asarray([answer.value != UNSURE for _, answer in pairs])
    hits = [
        bool({piece.turn for piece in answer.evidence} & set(call.evidence[answer.question_id]))
        for call, answer in pairs
        if call.evidence.get(answer.question_id)
    ]
    probabilities = np.asarray([answer.probability for _, answer in pairs])
    return AnswerQuality(
        answers=len(pairs),
        unsure=float(1 - sure.mean()),
        wrong_when_sure=float(1 - right[sure].mean()),
        evidence_hit=float(np.mean(hits)),
        calibration_error=expected_calibration_error(probabilities, right),
        covered=sum(covers(card, labelled_total(card, truth[card.call_id])) for card in scorecards),
    )


def covers(card: Scorecard, total: float | None) -> bool:
    """Whether the card's interval contains the total. Without a total, True; without an interval, False."""
    if total is None or card.interval is None:
        return total is None
    low, high = card.interval
    return low - ROUNDING <= total <= high + ROUNDING


def labelled_total(card: Scorecard, call: LabelledCall) -> float | None:
    """The total if every question of the card's form were answered by its label."""
    form = load_rubric("support").for_language(call.transcript.language)
    return total_by_labels(form, card.answers, call.labels)


def expected_calibration_error(probabilities: np.ndarray, right: np.ndarray, *, bins: int = BINS) -> float:
    """Mean gap between stated probability and share right, over equal-width bins weighted by their answers.

    Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, AAAI.
    """
    bin_of = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        abs(float(probabilities[bin_of == number].mean()) - float(right[bin_of == number].mean()))
        * int(np.sum(bin_of == number))
        for number in np.unique(bin_of)
    ]
    return sum(gaps) / len(probabilities)


def _cells(agreement: Agreement, question: str) -> tuple[str, ...]:
    label = agreement.labels[question]
    interval = f"{label.kappa:.2f} ({label.kappa_low:.2f} to {label.kappa_high:.2f})"
    shares = (label.agreement, label.evidence_hit, label.unsure)
    return interval, *("–" if math.isnan(share) else f"{share:.0%}" for share in shares)


def _sentence(language: str, agreement: Agreement, quality: AnswerQuality) -> str:
    return (
        f"- {language}: {agreement.calls} calls, {quality.answers} answers; {quality.unsure:.1%} unsure, "
        f"{quality.wrong_when_sure:.1%} wrong among the rest; evidence on a labelled turn for "
        f"{quality.evidence_hit:.1%} of the answers that have one; calibration error (ECE, {BINS} bins) "
        f"{quality.calibration_error:.3f}; the total by the labels lies in the score's {COVERAGE:.0%} interval for "
        f"{_of(quality.covered, agreement.calls)}."
    )


def _of(covered: int, calls: int) -> str:
    """The number and share of calls, with its 95 % Wilson interval."""
    found = wilson(covered, calls)
    return f"{covered} of {calls} calls ({found.estimate:.0%}, 95 % interval {found.low:.0%} to {found.high:.0%})"


if __name__ == "__main__":
    main()
