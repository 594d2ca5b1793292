"""Fits heads on labelled calls: acts and sentiment of turns, then verdicts on top of them.

Verdicts are stacked on out-of-fold act probabilities, so that they learn from turns judged as unseen calls' turns are.
No fold ever holds out a call while another of its agent or customer is trained on. Every call is joined by a copy
as it might be heard, long-winded and misrecognised, which counts less and stays in its fold.
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
from models.fitting.held_out import HeldOut, best
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
# The training calls threaten, complain and so on about twice as often as life does: log-odds taken off those options.
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
# By verdict, the probability of each option.
Shares = dict[str, dict[str, float]]


# From calls that were judged held out, and their misheard copies judged likewise, to a part of the card.
Measure = Callable[[Sequence[HeldOut], Sequence[HeldOut]], Mapping[str, Any]]


def fit(calls: Calls, *, encoder: TextEncoder, seed: int = 0, reliability: Measure | None = None) -> FittedHeads:
    """Heads fitted on all calls; their card has the data's hash and the cross-validated figures.

    Calls without acts take part in the verdicts alone. `reliability` measures what goes into the card under its name;
    it changes no weight. Raises ConfigError when there is too little to fit on.
    """
    if len([call for call in calls if call.acts]) < MIN_CALLS:
        raise ConfigError(
            f"fewer than {MIN_CALLS} calls say which acts their turns perform",
            remedy="Add the calls in models/training to the files you fit on",
        )
    folds = grouped_folds(calls, folds=FOLDS, seed=seed)
    misheard = augmented_copies(calls, folds=folds, seed=seed + 1, long=False) if reliability else []
    everything = [*calls, *augmented_copies(calls, folds=folds, seed=seed), *misheard]
    weights = np.repeat([1.0, COPY_WEIGHT, 0.0], len(calls))[: len(everything)]
    vectors = [encoder.encode([simplified(turn.text) for turn in call.transcript.turns]) for call in everything]
    folds = np.tile(folds, 3)[: len(everything)]
    features = [turn_features(call.transcript.turns, rows) for call, rows in zip(everything, vectors, strict=True)]
    parts, call_labels, acts, shares = _fit_features(everything, features, folds=folds, weights=weights)
    judged = [HeldOut(*each) for each in zip(everything, vectors, acts, shares, strict=True)]
    originals, rough, others = (judged[place * len(calls) : (place + 1) * len(calls)] for place in range(3))
    card = {
        "data_sha256": data_sha256(calls),
        "calls": len(calls),
        "turns": sum(len(call.transcript.turns) for call in calls),
        "folds": FOLDS,
        "seed": seed,
        "acts_average_precision": {name: value for part in parts.values() for name, value in part.figures.items()},
        "verdicts_kappa": kappas(originals, call_labels),
        "rough_verdicts_kappa": kappas(rough, call_labels),
        **({"reliability": reliability(originals, others)} if reliability else {}),
    }
    heads = FittedHeads(
        {role: part.head for role, part in parts.items()}, call_labels, encoder=encoder.fingerprint, card=card
    )
    logger.info("fitted %s on %d calls", heads.fingerprint, len(calls))
    return heads


def fit_features(
    calls: Calls,
    features: Sequence[Mapping[Role, TurnFeatures]],
    *,
    folds: npt.NDArray[np.intp],
    weights: Matrix,
) -> tuple[dict[Role, TurnFit], dict[str, CallLabelHead], dict[str, Answers]]:
    """Turn fits, verdict heads, and the held-out answers to each verdict; empty where a call does not label it.

    A call of weight 0 is only answered; one of weight 1 is an original.
    """
    parts, heads, _, shares = _fit_features(calls, features, folds=folds, weights=weights)
    return parts, heads, {name: np.asarray([best(each.get(name, {})) for each in shares], "U16") for name in heads}


def kappas(judged: Sequence[HeldOut], call_labels: Iterable[str]) -> dict[str, dict[str, float | None]]:
    """Kappa by verdict and language; None where it is not defined."""
    languages = sorted({each.call.transcript.language for each in judged})
    figures: dict[str, dict[str, float | None]] = {}
    for name in call_labels:
        figures[name] = {}
        for language in languages:
            own = [each for each in judged if each.call.transcript.language == language and each.best(name)]
            value = kappa([each.call.labels[name] for each in own], [each.best(name) for each in own]).kappa
            figures[name][language] = None if math.isnan(value) else round(value, 3)
    return figures


def _fit_features(
    calls: Calls,
    features: Sequence[Mapping[Role, TurnFeatures]],
    *,
    folds: npt.NDArray[np.intp],
    weights: Matrix,
) -> tuple[dict[Role, TurnFit], dict[str, CallLabelHead], list[dict[str, Probabilities]], list[Shares]]:
    """Turn fits, verdict heads, and by call the acts and the verdicts as heads of the other folds judge them."""
    parts = {
        role: fit_turns(calls, [each[role] for each in features], folds=folds, weights=weights, role=role)
        for role in ROLES
    }
    acts = _held_out(calls, parts.values())
    heads, shares = _fit_verdicts(calls, acts, folds, weights)
    return parts, heads, acts, shares


def _held_out(calls: Calls, parts: Any) -> list[dict[str, Probabilities]]:
    """By call, each act's probabilities by turn, from heads that saw neither the call nor its agent or customer."""
    by_call: list[dict[str, Probabilities]] = [{} for _ in calls]
    for part in parts:
        _spread(part, by_call, calls)
    return by_call


def _spread(part: TurnFit, by_call: Sequence[dict[str, Probabilities]], calls: Calls) -> None:
    for number, call in enumerate(calls):
        own = part.call == number
        for column, act in enumerate(part.head.acts):
            line = np.zeros(len(call.transcript.turns), dtype=np.float32)
            line[part.turn[own]] = part.held_out[own, column]
            by_call[number][act] = line


def _fit_verdicts(
    calls: Calls, probabilities: Sequence[dict[str, Probabilities]], folds: npt.NDArray[np.intp], weights: Matrix
) -> tuple[dict[str, CallLabelHead], list[Shares]]:
    """A head for each verdict that the calls label in more than one way, and by call its held-out distributions."""
    heads: dict[str, CallLabelHead] = {}
    shares: list[Shares] = [{} for _ in calls]
    for name, form in FORMS.items():
        own = [number for number, call in enumerate(calls) if call.labels.get(name) in form.options]
        right = np.asarray([calls[number].labels[name] for number in own])
        if np.sum(weights[own] > 0) < MIN_CALLS or len(set(right)) < 2:
            continue
        features = np.stack(
            [call_features(form.features, calls[number].transcript.turns, probabilities[number]) for number in own]
        )
        heads[name] = _verdict_head(name, features, right, weights[own])
        for number, found in zip(own, _cross_validated(name, features, right, folds[own], weights[own]), strict=True):
            shares[number][name] = found
    return heads, shares


def _verdict_head(name: str, features: Matrix, right: Answers, weights: Matrix) -> CallLabelHead:
    """Logistic regression on standardised features, with the scaling folded into its weights."""
    from sklearn.linear_model import LogisticRegression

    used = weights > 0
    features, right, weights = features[used], right[used], weights[used]
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
    model.fit((features - mean) / scale, right, sample_weight=weights)
    slopes, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        slopes, bias = np.stack([-slopes[0], slopes[0]]) / 2, np.asarray([-bias[0], bias[0]]) / 2
    scaled = (slopes / scale).T
    shift = PRIOR_SHIFT * (model.classes_ == RARE.get(name, ""))
    return CallLabelHead(
        features=FORMS[name].features, options=tuple(model.classes_), weights=scaled, bias=bias - mean @ scaled - shift
    )


def _cross_validated(
    name: str, features: Matrix, right: Answers, folds: npt.NDArray[np.intp], weights: Matrix
) -> list[dict[str, float]]:
    """The distribution for each call by a head fitted on the other folds."""
    found: list[dict[str, float]] = [{} for _ in right]
    for fold in np.unique(folds):
        held = folds == fold
        learnt = ~held & (weights > 0)
        if len(set(right[learnt])) < 2:
            options, shares = [str(right[learnt][0])], np.ones((int(held.sum()), 1))
        else:
            head = _verdict_head(name, features[learnt], right[learnt], weights[learnt])
            options, shares = (
                [str(option) for option in head.options],
                softmax(features[held] @ head.weights + head.bias),
            )
        for number, row in zip(np.flatnonzero(held), shares.tolist(), strict=True):
            found[number] = dict(zip(options, row, strict=True))
    return found
