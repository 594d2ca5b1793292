"""Agreement with human labels: Cohen's kappa per question with its interval, and evidence hits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.evaluate.labelled import LabelledCall
from pipeline.scorecard import UNSURE, Answer, Scorecard

QUESTIONS = (
    "greeting_identify",
    "offer_help",
    "recording_notice",
    "identity_check",
    "no_prohibited",
    "empathy",
    "hold_etiquette",
    "outcome",
    "confirm_resolution",
    "anything_else",
    "polite_close",
    "sentiment_start",
    "sentiment_end",
    "repeat_contact",
    "escalation_request",
    "churn_risk",
)
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa with its 95 % interval (NaN where undefined), and the plain share of agreement."""

    kappa: float
    low: float
    high: float
    agreement: float


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """Agreement on one question over all calls; NaN where undefined.

    `evidence_hit` is the share of answers with labelled evidence whose own evidence includes at least one of those
    turns; `unsure` the share of answers left to a person; `agreement_sure` the agreement of all others.
    """

    n: int
    agreement: float
    kappa: float
    kappa_low: float
    kappa_high: float
    evidence_hit: float
    unsure: float
    agreement_sure: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on all questions. `macro_kappa` is the mean of all defined kappas, NaN if there is none."""

    macro_kappa: float
    calls: int
    labels: Mapping[str, LabelAgreement]

    def to_json(self) -> str:
        """The figures as JSON; undefined ones are null."""
        labels = {
            name: {column: _finite(getattr(label, column)) for column in LabelAgreement.__dataclass_fields__}
            for name, label in self.labels.items()
        }
        record = {"macro_kappa": _finite(self.macro_kappa), "calls": self.calls, "labels": labels}
        return json.dumps(record, indent=2, allow_nan=False)


def kappa(truth: Sequence[str], predicted: Sequence[str]) -> Kappa:
    """Cohen's kappa between two sets of labels, one label per call.

    The interval is the large-sample one of Fleiss, Cohen and Everitt (1969), Psychological Bulletin 72, 323-327,
    clipped to -1 and 1. Kappa is undefined if both sides give the same single answer throughout, since chance explains
    all agreement. If only one side is constant, kappa is 0 with a width of 0, which says nothing about further calls.

    >>> found = kappa(["yes", "yes", "no", "no"], ["yes", "no", "no", "no"])
    >>> found.kappa, found.agreement
    (0.5, 0.75)
    """
    if len(truth) != len(predicted):
        raise ValueError(f"kappa needs as many answers as labels, got {len(predicted)} and {len(truth)}")
    options = sorted(set(truth) | set(predicted))
    if len(options) < 2:
        agreement = 1.0 if truth else math.nan
        return Kappa(math.nan, math.nan, math.nan, agreement)
    table = np.zeros((len(options), len(options)))
    for label, answer in zip(truth, predicted, strict=True):
        table[options.index(label), options.index(answer)] += 1
    shares = table / table.sum()
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, chance = float(np.trace(shares)), float(rows @ columns)
    value = (observed - chance) / (1.0 - chance)
    error = _standard_error(shares, observed=observed, chance=chance, n=len(truth))
    return Kappa(value, max(value - Z_95 * error, -1.0), min(value + Z_95 * error, 1.0), observed)


def _standard_error(shares: np.ndarray[Any, np.dtype[np.float64]], *, observed: float, chance: float, n: int) -> float:
    """Standard error of kappa where it may differ from 0: equation 13 of Fleiss, Cohen and Everitt (1969)."""
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    diagonal = np.diag(shares)
    within = float(np.sum(diagonal * ((1 - chance) - (rows + columns) * (1 - observed)) ** 2))
    mixed = shares * (columns[:, None] + rows[None, :]) ** 2
    across = (1 - observed) ** 2 * float(mixed.sum() - np.trace(mixed))
    constant = (observed * chance - 2 * chance + observed) ** 2
    return math.sqrt(max(within + across - constant, 0.0) / n) / (1 - chance) ** 2


def evaluate(
    labelled: Sequence[LabelledCall], scorecards: Sequence[Scorecard], *, questions: Sequence[str] = QUESTIONS
) -> Agreement:
    """Agreement per question, matching calls by id. Every answer counts by its best option, unsure ones too.

    Skips labels that no scorecard answers, and calls without the label.
    """
    by_call = {scorecard.call_id: scorecard for scorecard in scorecards}
    labels: dict[str, LabelAgreement] = {}
    for question in questions:
        pairs = [
            (call, answer)
            for call in labelled
            if question in call.labels and (answer := _answer(by_call.get(call.transcript.call_id), question))
        ]
        if pairs:
            labels[question] = _label_agreement(question, pairs)
    defined = [label.kappa for label in labels.values() if not math.isnan(label.kappa)]
    return Agreement(macro_kappa=_mean(defined), calls=len(labelled), labels=labels)


def _label_agreement(question: str, pairs: Sequence[tuple[LabelledCall, Answer]]) -> LabelAgreement:
    labels = [call.labels[question] for call, _ in pairs]
    result = kappa(labels, [answer.best for _, answer in pairs])
    sure = [answer.best == call.labels[question] for call, answer in pairs if answer.value != UNSURE]
    hits = [
        bool({piece.turn for piece in answer.evidence} & set(call.evidence[question]))
        for call, answer in pairs
        if call.evidence.get(question)
    ]
    return LabelAgreement(
        n=len(pairs),
        agreement=result.agreement,
        kappa=result.kappa,
        kappa_low=result.low,
        kappa_high=result.high,
        evidence_hit=_mean(hits),
        unsure=1.0 - len(sure) / len(pairs),
        agreement_sure=_mean(sure),
    )


def _answer(scorecard: Scorecard | None, question: str) -> Answer | None:
    if scorecard is None:
        return None
    try:
        return scorecard.answer(question)
    except KeyError:
        return None


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _finite(value: float) -> float | None:
    return None if math.isnan(value) else value
