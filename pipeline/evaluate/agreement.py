"""How far Everycall agrees with a careful person: Cohen's kappa by question, with its interval, and the evidence."""

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
    """Cohen's kappa with its 95 % interval, all nan where it is not defined, and the plain share of agreement."""

    kappa: float
    low: float
    high: float
    agreement: float


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """One question over all calls; nan where nothing can be said.

    `evidence_hit` is the share of answers with labelled evidence whose own evidence names at least one of those turns,
    `unsure` the share of answers left to a person, `agreement_sure` the agreement among the others.
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
    """All questions. `macro_kappa` is the mean over those whose kappa is defined, nan when there is none."""

    macro_kappa: float
    calls: int
    labels: Mapping[str, LabelAgreement]

    def to_json(self) -> str:
        """The figures as JSON; what is not defined is null."""
        labels = {
            name: {column: _finite(getattr(label, column)) for column in LabelAgreement.__dataclass_fields__}
            for name, label in self.labels.items()
        }
        record = {"macro_kappa": _finite(self.macro_kappa), "calls": self.calls, "labels": labels}
        return json.dumps(record, indent=2, allow_nan=False)


def kappa(truth: Sequence[str], found: Sequence[str]) -> Kappa:
    """Cohen's kappa of two answers a call.

    The interval is the large-sample one of Fleiss, Cohen and Everitt (1969), Psychological Bulletin 72, 323-327, cut
    off at -1 and 1. When both sides give one and the same answer throughout, chance explains all agreement: kappa is
    not defined. When only one side is constant, it is 0 with no width, which says nothing of what more calls would do.
    """
    if len(truth) != len(found):
        raise ValueError("kappa needs as many answers as labels")
    options = sorted(set(truth) | set(found))
    if len(options) < 2:
        agreement = 1.0 if truth else math.nan
        return Kappa(math.nan, math.nan, math.nan, agreement)
    table = np.zeros((len(options), len(options)))
    for right, answer in zip(truth, found, strict=True):
        table[options.index(right), options.index(answer)] += 1
    shares = table / table.sum()
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, chance = float(np.trace(shares)), float(rows @ columns)
    value = (observed - chance) / (1.0 - chance)
    error = _standard_error(shares, observed=observed, chance=chance, n=len(truth))
    return Kappa(value, max(value - Z_95 * error, -1.0), min(value + Z_95 * error, 1.0), observed)


def _standard_error(shares: np.ndarray[Any, np.dtype[np.float64]], *, observed: float, chance: float, n: int) -> float:
    """Of kappa, when it may differ from 0: equation 13 of Fleiss, Cohen and Everitt (1969)."""
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
    """Agreement by question. Every answer counts by its best option, unsure ones too; calls are matched by id.

    A label that no scorecard answers is left out, as is a call without that label.
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
    right = [call.labels[question] for call, _ in pairs]
    measured = kappa(right, [answer.best for _, answer in pairs])
    sure = [answer.best == call.labels[question] for call, answer in pairs if answer.value != UNSURE]
    hits = [
        bool({piece.turn for piece in answer.evidence} & set(call.evidence[question]))
        for call, answer in pairs
        if call.evidence.get(question)
    ]
    return LabelAgreement(
        n=len(pairs),
        agreement=measured.agreement,
        kappa=measured.kappa,
        kappa_low=measured.low,
        kappa_high=measured.high,
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
