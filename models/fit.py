"""Fits heads on labelled calls: acts and sentiment of turns, then verdicts on top of them.

Verdicts are stacked on out-of-fold act probabilities, so that they learn from turns judged as unseen calls' turns are.
No fold ever holds out a call while another of its agent or customer is trained on.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.call_features import Probabilities, call_features
from models.fit_turns import TurnFit, fit_turns
from models.folds import data_sha256, grouped_folds
from models.heads import FittedHeads, VerdictHead
from models.turn_features import ROLES, turn_features
from models.verdict_forms import FORMS
from pipeline.agreement import kappa
from pipeline.errors import ConfigError
from pipeline.labelled import LabelledCall
from pipeline.ports import TextEncoder

logger = logging.getLogger(__name__)

FOLDS = 5
INVERSE_PENALTY = 0.3
FEWEST_CALLS = 20

Calls = Sequence[LabelledCall]
Matrix = npt.NDArray[np.float64]


def fit(calls: Calls, *, encoder: TextEncoder, seed: int = 0) -> FittedHeads:
    """Heads fitted on all calls; their card has the data's hash and the cross-validated figures.

    Calls without acts take part in the verdicts alone. Raises ConfigError when there is too little to fit on.
    """
    if len([call for call in calls if call.acts]) < FEWEST_CALLS:
        raise ConfigError(
            f"fewer than {FEWEST_CALLS} calls say which acts their turns perform",
            remedy="Add the calls in models/training to the files you fit on",
        )
    folds = grouped_folds(calls, folds=FOLDS, seed=seed)
    vectors = [encoder.encode([turn.text for turn in call.transcript.turns]) for call in calls]
    features = [turn_features(call.transcript.turns, rows) for call, rows in zip(calls, vectors, strict=True)]
    parts = {role: fit_turns(calls, [each[role] for each in features], folds=folds, role=role) for role in ROLES}
    verdicts, figures = _fit_verdicts(calls, _held_out(calls, parts.values()), folds)
    card = {
        "data_sha256": data_sha256(calls),
        "calls": len(calls),
        "turns": sum(len(call.transcript.turns) for call in calls),
        "folds": FOLDS,
        "seed": seed,
        "acts_average_precision": {name: value for part in parts.values() for name, value in part.figures.items()},
        "verdicts_kappa": figures,
    }
    heads = FittedHeads(
        {role: part.head for role, part in parts.items()}, verdicts, encoder=encoder.fingerprint, card=card
    )
    logger.info("fitted %s on %d calls", heads.fingerprint, len(calls))
    return heads


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
    calls: Calls, probabilities: Sequence[dict[str, Probabilities]], folds: npt.NDArray[np.intp]
) -> tuple[dict[str, VerdictHead], dict[str, dict[str, float | None]]]:
    """A head for each verdict that the calls label in more than one way, and kappas of held-out folds by language."""
    heads: dict[str, VerdictHead] = {}
    figures: dict[str, dict[str, float | None]] = {}
    for name, form in FORMS.items():
        own = [number for number, call in enumerate(calls) if call.labels.get(name) in form.options]
        right = np.asarray([calls[number].labels[name] for number in own])
        if len(own) < FEWEST_CALLS or len(set(right)) < 2:
            continue
        features = np.stack(
            [call_features(form.features, calls[number].transcript.turns, probabilities[number]) for number in own]
        )
        heads[name] = _verdict_head(name, features, right)
        found = _cross_validated(name, features, right, folds[own])
        figures[name] = _kappas(right, found, [calls[number].transcript.language for number in own])
    return heads, figures


def _verdict_head(name: str, features: Matrix, right: npt.NDArray[np.str_]) -> VerdictHead:
    """Logistic regression on standardised features, with the scaling folded into its weights."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000).fit((features - mean) / scale, right)
    weights, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        weights, bias = np.stack([-weights[0], weights[0]]) / 2, np.asarray([-bias[0], bias[0]]) / 2
    scaled = (weights / scale).T
    return VerdictHead(
        features=FORMS[name].features, options=tuple(model.classes_), weights=scaled, bias=bias - mean @ scaled
    )


def _cross_validated(
    name: str, features: Matrix, right: npt.NDArray[np.str_], folds: npt.NDArray[np.intp]
) -> npt.NDArray[np.str_]:
    """The answer to each call from a head fitted on the other folds."""
    found = np.empty(len(right), dtype=right.dtype)
    for fold in np.unique(folds):
        held = folds == fold
        if len(set(right[~held])) < 2:
            found[held] = right[~held][0]
            continue
        head = _verdict_head(name, features[~held], right[~held])
        found[held] = np.asarray(head.options)[(features[held] @ head.weights + head.bias).argmax(axis=1)]
    return found


def _kappas(
    right: npt.NDArray[np.str_], found: npt.NDArray[np.str_], languages: Sequence[str]
) -> dict[str, float | None]:
    """Kappa by language; None where it is not defined."""
    spoken = np.asarray(languages)
    by_language = {
        language: kappa(list(right[spoken == language]), list(found[spoken == language])).kappa
        for language in sorted(set(languages))
    }
    return {language: None if math.isnan(value) else round(value, 3) for language, value in by_language.items()}
