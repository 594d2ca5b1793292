"""Fit heads on labelled calls: dialogue acts and sentiment of turns, then call labels on top of them.

Call labels are stacked on out-of-fold act probabilities, so they train on turns predicted as for unseen calls. No fold
holds out a call while another of its agent or customer is trained on. Every call has an augmented copy, long-winded and
with recognition errors, which weighs less and stays in its fold.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.call_features import Probabilities, call_features
from models.call_label_forms import FORMS
from models.fitting.augmentation import augmented_copies
from models.fitting.fit_turns import TurnFit, fit_turns
from models.fitting.folds import data_sha256, grouped_folds
from models.fitting.held_out import HeldOut, most_probable
from models.heads import CallLabelHead, FittedHeads, softmax
from models.turn_features import ROLES, TurnFeatures, turn_features
from pipeline.errors import ConfigError
from pipeline.evaluate.agreement import kappa
from pipeline.evaluate.labelled import LabelledCall
from pipeline.ports import TextEncoder
from pipeline.text.chinese_script import simplified
from pipeline.transcript import Role

logger = logging.getLogger(__name__)

FOLDS = 5
INVERSE_PENALTY = 0.3
MIN_CALLS = 20
COPY_WEIGHT = 0.25
# The training calls have these options about twice as often as real calls: subtract this from their log-odds.
PRIOR_SHIFT = 0.3
RARE = {
    "churn_risk": "yes",
    "escalation_request": "yes",
    "no_prohibited": "no",
    "recording_notice": "yes",
    "repeat_contact": "yes",
}

Calls = Sequence[LabelledCall]
Matrix = npt.NDArray[np.float64]
Answers = npt.NDArray[np.str_]
# By call label, the probability of each option.
Shares = dict[str, dict[str, float]]


# From held-out predictions for calls and for their misheard copies to a part of the card.
ReliabilityMeasure = Callable[[Sequence[HeldOut], Sequence[HeldOut]], Mapping[str, Any]]


def fit(
    calls: Calls, *, encoder: TextEncoder, seed: int = 0, reliability: ReliabilityMeasure | None = None
) -> FittedHeads:
    """Fit heads on all calls; their card has the data's hash and cross-validated figures.

    Calls without acts only train the call labels. The result of `reliability` goes into the card under that name; it
    changes no weight. Raises ConfigError if there are too few calls.
    """
    _check_enough(calls)
    folds = grouped_folds(calls, folds=FOLDS, seed=seed)
    misheard = augmented_copies(calls, folds=folds, seed=seed + 1, long=False) if reliability else []
    all_calls = [*calls, *augmented_copies(calls, folds=folds, seed=seed), *misheard]
    weights = np.repeat([1.0, COPY_WEIGHT, 0.0], len(calls))[: len(all_calls)]
    vectors = [encoder.encode([simplified(turn.text) for turn in call.transcript.turns]) for call in all_calls]
    folds = np.tile(folds, 3)[: len(all_calls)]
    features = [turn_features(call.transcript.turns, rows) for call, rows in zip(all_calls, vectors, strict=True)]
    parts, call_labels, acts, shares = _fit_features(all_calls, features, folds=folds, weights=weights)
    predictions = [HeldOut(*each) for each in zip(all_calls, vectors, acts, shares, strict=True)]
    originals, copies, misheard_copies = (
        predictions[place * len(calls) : (place + 1) * len(calls)] for place in range(3)
    )
    card = {
        **_data_card(calls, seed=seed),
        "acts_average_precision": {name: value for part in parts.values() for name, value in part.figures.items()},
        "verdicts_kappa": kappas(originals, call_labels),
        "rough_verdicts_kappa": kappas(copies, call_labels),
        **({"reliability": reliability(originals, misheard_copies)} if reliability else {}),
    }
    heads = FittedHeads(
        {role: part.head for role, part in parts.items()}, call_labels, encoder=encoder.fingerprint, card=card
    )
    logger.info("fitted %s on %d calls", heads.fingerprint, len(calls))
    return heads


def _check_enough(calls: Calls) -> None:
    if sum(bool(call.acts) for call in calls) < MIN_CALLS:
        raise ConfigError(
            f"fewer than {MIN_CALLS} calls have `acts` labels",
            remedy="Add the calls in models/training to the files you fit on",
        )


def _data_card(calls: Calls, *, seed: int) -> dict[str, Any]:
    """The card's account of the data and the folds."""
    return {
        "data_sha256": data_sha256(calls),
        "calls": len(calls),
        "turns": sum(len(call.transcript.turns) for call in calls),
        "folds": FOLDS,
        "seed": seed,
    }


def fit_features(
    calls: Calls,
    features: Sequence[Mapping[Role, TurnFeatures]],
    *,
    folds: npt.NDArray[np.intp],
    weights: Matrix,
) -> tuple[dict[Role, TurnFit], dict[str, CallLabelHead], dict[str, Answers]]:
    """Turn fits, call-label heads, and the held-out answer to each label; empty where a call lacks it.

    Calls of weight 0 are only predicted; calls of weight 1 are originals.
    """
    parts, heads, _, shares = _fit_features(calls, features, folds=folds, weights=weights)
    return (
        parts,
        heads,
        {name: np.asarray([most_probable(each.get(name, {})) for each in shares], "U16") for name in heads},
    )


def kappas(predictions: Sequence[HeldOut], call_labels: Iterable[str]) -> dict[str, dict[str, float | None]]:
    """Kappa by call label and language; None where undefined."""
    languages = sorted({each.call.transcript.language for each in predictions})
    figures: dict[str, dict[str, float | None]] = {}
    for name in call_labels:
        figures[name] = {}
        for language in languages:
            own = [
                each for each in predictions if each.call.transcript.language == language and each.most_probable(name)
            ]
            value = kappa([each.call.labels[name] for each in own], [each.most_probable(name) for each in own]).kappa
            figures[name][language] = None if math.isnan(value) else round(value, 3)
    return figures


def _fit_features(
    calls: Calls,
    features: Sequence[Mapping[Role, TurnFeatures]],
    *,
    folds: npt.NDArray[np.intp],
    weights: Matrix,
) -> tuple[dict[Role, TurnFit], dict[str, CallLabelHead], list[dict[str, Probabilities]], list[Shares]]:
    """Turn fits, call-label heads, and by call its held-out acts and call labels."""
    parts = {
        role: fit_turns(calls, [each[role] for each in features], folds=folds, weights=weights, role=role)
        for role in ROLES
    }
    acts = _held_out(calls, parts.values())
    heads, shares = _fit_call_labels(calls, acts, folds, weights)
    return parts, heads, acts, shares


def _held_out(calls: Calls, parts: Any) -> list[dict[str, Probabilities]]:
    """By call, each act's probabilities by turn, from heads that saw neither the call nor its agent or customer."""
    by_call: list[dict[str, Probabilities]] = [{} for _ in calls]
    for part in parts:
        _scatter(part, by_call, calls)
    return by_call


def _scatter(part: TurnFit, by_call: Sequence[dict[str, Probabilities]], calls: Calls) -> None:
    for number, call in enumerate(calls):
        own = part.call == number
        for column, act in enumerate(part.head.acts):
            line = np.zeros(len(call.transcript.turns), dtype=np.float32)
            line[part.turn[own]] = part.held_out[own, column]
            by_call[number][act] = line


def _fit_call_labels(
    calls: Calls, probabilities: Sequence[dict[str, Probabilities]], folds: npt.NDArray[np.intp], weights: Matrix
) -> tuple[dict[str, CallLabelHead], list[Shares]]:
    """A head for each call label with more than one value, and by call its held-out distributions."""
    heads: dict[str, CallLabelHead] = {}
    shares: list[Shares] = [{} for _ in calls]
    for name, form in FORMS.items():
        own = [number for number, call in enumerate(calls) if call.labels.get(name) in form.options]
        labels = np.asarray([calls[number].labels[name] for number in own])
        if np.sum(weights[own] > 0) < MIN_CALLS or len(set(labels)) < 2:
            continue
        features = np.stack(
            [call_features(form.features, calls[number].transcript.turns, probabilities[number]) for number in own]
        )
        heads[name] = _fit_call_label(name, features, labels, weights[own])
        for number, found in zip(own, _cross_validated(name, features, labels, folds[own], weights[own]), strict=True):
            shares[number][name] = found
    return heads, shares


def _fit_call_label(name: str, features: Matrix, labels: Answers, weights: Matrix) -> CallLabelHead:
    """Logistic regression on standardised features, with the scaling folded into its weights."""
    from sklearn.linear_model import LogisticRegression

    used = weights > 0
    features, labels, weights = features[used], labels[used], weights[used]
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
    model.fit((features - mean) / scale, labels, sample_weight=weights)
    slopes, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        slopes, bias = np.stack([-slopes[0], slopes[0]]) / 2, np.asarray([-bias[0], bias[0]]) / 2
    scaled = (slopes / scale).T
    shift = PRIOR_SHIFT * (model.classes_ == RARE.get(name, ""))
    return CallLabelHead(
        features=FORMS[name].features, options=tuple(model.classes_), weights=scaled, bias=bias - mean @ scaled - shift
    )


def _cross_validated(
    name: str, features: Matrix, labels: Answers, folds: npt.NDArray[np.intp], weights: Matrix
) -> list[dict[str, float]]:
    """The distribution for each call by a head fitted on the other folds."""
    found: list[dict[str, float]] = [{} for _ in labels]
    for fold in np.unique(folds):
        test = folds == fold
        training = ~test & (weights > 0)
        if len(set(labels[training])) < 2:
            options, shares = [str(labels[training][0])], np.ones((int(test.sum()), 1))
        else:
            head = _fit_call_label(name, features[training], labels[training], weights[training])
            options, shares = (
                [str(option) for option in head.options],
                softmax(features[test] @ head.weights + head.bias),
            )
        for number, row in zip(np.flatnonzero(test), shares.tolist(), strict=True):
            found[number] = dict(zip(options, row, strict=True))
    return found
