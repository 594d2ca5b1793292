"""Fit one role's turn heads: logistic regressions on kernel coordinates, calibrated on held-out turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from models.call_features import role_of
from models.heads import SENTIMENTS, TurnHead, act_shares
from models.turn_features import TurnFeatures, dense_groups
from models.turn_words import BUCKETS, Floats
from pipeline.evaluate.labelled import LabelledCall
from pipeline.transcript import Role

GROUP_WEIGHTS = {"vector": 1.0, "neighbours": 0.5, "position": 0.3, "cues": 0.3, "neighbour_cues": 0.2}
COMPONENTS = 600
INVERSE_PENALTY = 3.0
MIN_TURNS = 5

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TurnFit:
    """One role's head, and for each of the role's turns its call, its index there and its held-out probabilities."""

    head: TurnHead
    call: npt.NDArray[np.intp] = field(repr=False)
    turn: npt.NDArray[np.intp] = field(repr=False)
    held_out: Floats = field(repr=False)
    figures: dict[str, float] = field(default_factory=dict)


def fit_turns(
    calls: Sequence[LabelledCall],
    found: Sequence[TurnFeatures],
    *,
    folds: npt.NDArray[np.intp],
    weights: Matrix,
    role: Role,
) -> TurnFit:
    """Fit the head of one role on all its labelled turns.

    `weights` are the weights of calls; the axes come from calls of weight 1 only. A call without labels for a role's
    turns does not train its head.
    """
    call = np.repeat(np.arange(len(calls)), [len(features.turns) for features in found])
    turn = np.concatenate([np.asarray(features.turns, dtype=np.intp) for features in found])
    acts = _acts([each for each, weight in zip(calls, weights, strict=True) if weight > 0], role)
    truth = _truth(calls, call, turn, acts)
    dense, grams = _dense(found), _grams(found)
    shares = weights[call]
    training = (shares == 1.0) & ~np.isnan(truth).all(axis=1)
    axes, gram_axes = _axes(dense[training], grams[training])
    coordinates = dense @ axes + grams @ gram_axes
    scores = _held_out_scores(coordinates, truth, folds[call], shares)
    slopes, offsets = _calibration(scores, truth, acts, shares)
    weight, bias = _weights(coordinates, truth, shares)
    primal = weight @ slopes
    head = TurnHead(
        acts=acts,
        dense=(_scales(dense.shape[1])[:, None] * (axes @ primal)).astype(np.float32),
        grams=np.asarray(gram_axes @ primal, dtype=np.float32),
        bias=(bias @ slopes + offsets).astype(np.float32),
    )
    held_out = act_shares(acts, (scores @ slopes + offsets).astype(np.float32))
    return TurnFit(
        head, call=call, turn=turn, held_out=held_out, figures=_figures(held_out[training], truth[training], acts)
    )


def _acts(calls: Sequence[LabelledCall], role: Role) -> tuple[str, ...]:
    """Acts of a role that enough turns perform, sorted; the customer's end with the three sentiments."""
    counts: dict[str, int] = {}
    for call in calls:
        for act in (act for acts in call.acts for act in acts if role_of(act) == role):
            counts[act] = counts.get(act, 0) + 1
    acts = tuple(sorted(act for act, count in counts.items() if count >= MIN_TURNS))
    return acts + SENTIMENTS if role == "customer" else acts


def _truth(
    calls: Sequence[LabelledCall], call: npt.NDArray[np.intp], turn: npt.NDArray[np.intp], acts: Sequence[str]
) -> Matrix:
    """1 where a turn performs an act, else 0; NaN where the call has no label; float64 [turns, acts]."""
    truth = np.full((len(call), len(acts)), np.nan)
    for row, (number, index) in enumerate(zip(call, turn, strict=True)):
        labelled = calls[number]
        performed: set[str] = set(labelled.acts[index]) if labelled.acts else set()
        sentiment = labelled.turn_sentiment[index] if labelled.turn_sentiment else None
        for column, act in enumerate(acts):
            if act in SENTIMENTS:
                truth[row, column] = np.nan if sentiment is None else float(act == sentiment)
            elif labelled.acts:
                truth[row, column] = float(act in performed)
    return truth


def _scales(width: int) -> Floats:
    """Weight of each dense feature: neighbours and position weigh less than the turn's own vector."""
    groups = dense_groups((width - sum(dense_groups(0).values())) // 3)
    return np.concatenate([np.full(size, GROUP_WEIGHTS[name]) for name, size in groups.items()]).astype(np.float32)


def _dense(found: Sequence[TurnFeatures]) -> Matrix:
    dense = np.concatenate([features.dense for features in found])
    return dense.astype(np.float64) * _scales(dense.shape[1])


def _grams(found: Sequence[TurnFeatures]) -> Any:
    """Hashed n-grams as a sparse matrix, float64 [turns, buckets]."""
    from scipy.sparse import csr_matrix

    lines = [line for features in found for line in features.grams]
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in lines)])
    weights = np.concatenate([weights for _, weights in lines]).astype(np.float64)
    return csr_matrix((weights, np.concatenate([buckets for buckets, _ in lines]), starts), shape=(len(lines), BUCKETS))


def _axes(dense: Matrix, grams: Any) -> tuple[Matrix, Matrix]:
    """Projections of dense features and of n-grams onto the principal axes of the turns' Gram matrix."""
    from scipy.linalg import eigh

    gram = dense @ dense.T + np.asarray((grams @ grams.T).todense())
    count = min(COMPONENTS, len(gram))
    values, axes = eigh(gram, subset_by_index=[len(gram) - count, len(gram) - 1], driver="evr")
    kept = values > 1e-6
    back = axes[:, kept] / np.sqrt(values[kept])
    return dense.T @ back, grams.T @ back


def _weights(coordinates: Matrix, truth: Matrix, shares: Matrix) -> tuple[Matrix, Matrix]:
    """A logistic regression per act: float64 [components, acts] and [acts]."""
    from sklearn.linear_model import LogisticRegression

    weights, bias = np.zeros((coordinates.shape[1], truth.shape[1])), np.full(truth.shape[1], -6.0)
    for column in range(truth.shape[1]):
        known = ~np.isnan(truth[:, column]) & (shares > 0)
        if len(set(truth[known, column])) < 2:
            continue
        model = LogisticRegression(C=INVERSE_PENALTY, max_iter=500, tol=1e-3)
        model.fit(coordinates[known], truth[known, column], sample_weight=shares[known])
        weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return weights, bias


def _held_out_scores(coordinates: Matrix, truth: Matrix, folds: npt.NDArray[np.intp], shares: Matrix) -> Matrix:
    """Log-odds of every turn from regressions on the other folds."""
    scores = np.empty_like(truth)
    for fold in np.unique(folds):
        test = folds == fold
        weights, bias = _weights(coordinates[~test], truth[~test], shares[~test])
        scores[test] = coordinates[test] @ weights + bias
    return scores


def _calibration(scores: Matrix, truth: Matrix, acts: Sequence[str], shares: Matrix) -> tuple[Matrix, Matrix]:
    """Platt scaling on held-out scores: a slope and an offset per act, a small softmax for the sentiments."""
    from sklearn.linear_model import LogisticRegression

    slopes, offsets = np.eye(len(acts)), np.zeros(len(acts))
    sentiment_columns = [column for column, act in enumerate(acts) if act in SENTIMENTS]
    for column in (column for column in range(len(acts)) if column not in sentiment_columns):
        known = ~np.isnan(truth[:, column])
        model = LogisticRegression(C=100.0)
        model.fit(scores[known][:, [column]], truth[known, column], sample_weight=shares[known])
        slopes[column, column], offsets[column] = max(model.coef_[0, 0], 0.0), model.intercept_[0]
    if sentiment_columns:
        known = np.asarray(~np.isnan(truth[:, sentiment_columns]).any(axis=1))
        model = LogisticRegression(C=100.0)
        model.fit(
            scores[known][:, sentiment_columns],
            truth[known][:, sentiment_columns].argmax(axis=1),
            sample_weight=shares[known],
        )
        slopes[np.ix_(sentiment_columns, sentiment_columns)], offsets[sentiment_columns] = (
            model.coef_.T,
            model.intercept_,
        )
    return slopes, offsets


def _figures(shares: Floats, truth: Matrix, acts: Sequence[str]) -> dict[str, float]:
    """Average precision of each act on held-out turns."""
    from sklearn.metrics import average_precision_score

    figures = {}
    for column, act in enumerate(acts):
        known = ~np.isnan(truth[:, column])
        figures[act] = round(float(average_precision_score(truth[known, column], shares[known, column])), 3)
    return figures
