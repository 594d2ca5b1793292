"""Ordinal logit of answers 1 to 5: probabilities, and maximum a posteriori weights given answers and a prior.

P(answer <= k) = logistic(threshold_k - features @ weights), McCullagh 1980, JRSS B 42, 109-142. Arrays are float64:
features [n, p], answers [n] of 0 to 4, cumulative [n, 4].
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Answers = npt.NDArray[np.int64]

CLASSES = 5
GAPS = CLASSES - 2
LEAST_PROBABILITY = 1e-12
MOST_STEPS = 500
STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Ordinal:
    """Thresholds [4], weights [p], and their joint covariance [4 + p, 4 + p]."""

    thresholds: Floats
    weights: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class Prior:
    """Independent normal priors on the lowest threshold, the logarithms of the gaps, and the weights.

    `signs` [p] bounds a weight to at least 0 (1), to at most 0 (-1), or not at all (0).
    """

    thresholds: Floats
    weights: Floats
    level_doubt: float
    gap_doubt: float
    weight_doubts: Floats
    signs: npt.NDArray[np.int64]


def prior_model(prior: Prior) -> Ordinal:
    """Return the model before any answer."""
    parameters, doubts = _mean(prior), _doubts(prior)
    jacobian = _jacobian(parameters)
    return Ordinal(prior.thresholds, prior.weights, jacobian @ np.diag(doubts**2) @ jacobian.T)


def fit(features: Floats, answers: Answers, *, case_weights: Floats, prior: Prior) -> Ordinal:
    """Fit maximum a posteriori weights, with a sandwich covariance that accounts for the case weights.

    The case weights are scaled to sum to the effective sample size (Kish 1965): unequal weights count as fewer cases.
    """
    model = most_probable(features, answers, case_weights=case_weights, prior=prior)
    cases = _effective(case_weights)
    return replace(model, covariance=_covariance(_parameters(model), features, answers, cases, doubts=_doubts(prior)))


def most_probable(
    features: Floats, answers: Answers, *, case_weights: Floats, prior: Prior, start: Ordinal | None = None
) -> Ordinal:
    """Like `fit`, without the covariance (all 0), and faster when started from a similar model."""
    from scipy.optimize import minimize

    cases, mean, doubts = _effective(case_weights), _mean(prior), _doubts(prior)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        value, scores = _log_likelihood(parameters, features, answers, cases)
        distance = (parameters - mean) / doubts
        return -value + 0.5 * float(distance @ distance), -scores + distance / doubts

    begin = mean if start is None else _parameters(start)
    bounds = [(None, None)] * (1 + GAPS) + [_bound(int(sign)) for sign in prior.signs]
    options = {"maxiter": MOST_STEPS, "ftol": 1e-11, "gtol": 1e-4}
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    thresholds, weights = _unpacked(found)
    return Ordinal(thresholds, weights, np.zeros((len(found), len(found))))


def recalibrated(model: Ordinal, thresholds: Floats, *, slope: float) -> Ordinal:
    """Replace the thresholds, and multiply all weights by the slope."""
    scale = np.concatenate([np.ones(CLASSES - 1), np.full(len(model.weights), slope)])
    covariance = model.covariance * np.outer(scale, scale)
    return replace(model, thresholds=thresholds, weights=slope * model.weights, covariance=covariance)


def cumulative(thresholds: Floats, points: Floats) -> Floats:
    """Return P(answer <= k) for k from 1 to 4 [n, 4], for calls with these points [n]."""
    from scipy.special import expit

    return np.asarray(expit(thresholds[None, :] - points[:, None]), np.float64)


def mean_answer(below: Floats) -> Floats:
    """Return the mean answer [n], from 1 to 5.

    >>> mean_answer(np.array([[0.1, 0.2, 0.4, 0.8]])).tolist()
    [3.5]
    """
    return np.asarray(CLASSES - below.sum(1))


def spread(below: Floats) -> Floats:
    """Return the standard deviation of the answer [n]."""
    probabilities = np.diff(below, axis=1, prepend=0.0, append=1.0)
    values = np.arange(1, CLASSES + 1)
    return np.asarray(np.sqrt(np.maximum(probabilities @ values**2 - (probabilities @ values) ** 2, 0.0)))


def standard_error(model: Ordinal, features: Floats, below: Floats) -> Floats:
    """Return the standard error of the mean answer [n] due to the uncertain weights (delta method)."""
    density = below * (1 - below)
    gradient = np.concatenate([-density, features * density.sum(1, keepdims=True)], axis=1)
    return np.asarray(np.sqrt(np.maximum(((gradient @ model.covariance) * gradient).sum(1), 0.0)))


def answer_at(below: Floats, level: float) -> Floats:
    """Return the quantile of the answer [n], from 0.5 to 5.5, spreading answer k evenly over k - 0.5 to k + 0.5."""
    place = (below < level).sum(1)
    edges = np.concatenate([np.zeros((len(below), 1)), below, np.ones((len(below), 1))], axis=1)
    row = np.arange(len(below))
    under, over = edges[row, place], edges[row, place + 1]
    within = (level - under) / np.maximum(over - under, LEAST_PROBABILITY)
    return np.asarray(place + 0.5 + within)


def whole_answer_at(below: Floats, level: float) -> Floats:
    """Return the quantile as a whole answer [n]: the first with more than this share at or below it."""
    return np.asarray((below <= level).sum(1) + 1.0)


def _effective(case_weights: Floats) -> Floats:
    return np.asarray(case_weights * (case_weights.sum() / (case_weights**2).sum()))


def _mean(prior: Prior) -> Floats:
    return _parameters(Ordinal(prior.thresholds, prior.weights, np.zeros((0, 0))))


def _doubts(prior: Prior) -> Floats:
    return np.concatenate([[prior.level_doubt], np.full(GAPS, prior.gap_doubt), prior.weight_doubts])


def _bound(sign: int) -> tuple[float | None, float | None]:
    return (0.0 if sign > 0 else None, 0.0 if sign < 0 else None)


def _parameters(model: Ordinal) -> Floats:
    """Return the lowest threshold, log gaps and weights; any values of these give ordered thresholds."""
    return np.concatenate([model.thresholds[:1], np.log(np.diff(model.thresholds)), model.weights])


def _unpacked(parameters: Floats) -> tuple[Floats, Floats]:
    lowest, gaps = parameters[:1], np.exp(parameters[1 : 1 + GAPS])
    return np.concatenate([lowest, lowest + np.cumsum(gaps)]), parameters[1 + GAPS :]


def _jacobian(parameters: Floats) -> Floats:
    """Return derivatives of thresholds and weights by parameters [4 + p, 4 + p]."""
    jacobian = np.eye(len(parameters))
    jacobian[: 1 + GAPS, 0] = 1.0
    for gap, width in enumerate(np.exp(parameters[1 : 1 + GAPS]), start=1):
        jacobian[: 1 + GAPS, gap] = np.where(np.arange(1 + GAPS) >= gap, width, 0.0)
    return jacobian


def _slopes(parameters: Floats, features: Floats, answers: Answers) -> tuple[Floats, Floats, Floats]:
    """Return each answer's log probability, and its derivatives by the thresholds above and below it [n]."""
    from scipy.special import expit

    thresholds, weights = _unpacked(parameters)
    points = features @ weights
    edges = np.concatenate([[-np.inf], thresholds, [np.inf]])
    above, below = edges[answers + 1] - points, edges[answers] - points
    # In the upper tail both are near 1, so the difference is taken from the other side to stay exact.
    turned = below > 0
    probability = np.where(turned, expit(-below) - expit(-above), expit(above) - expit(below))
    probability = np.maximum(probability, LEAST_PROBABILITY)
    density_above, density_below = expit(above) * expit(-above), expit(below) * expit(-below)
    return np.log(probability), density_above / probability, -density_below / probability


def _log_likelihood(parameters: Floats, features: Floats, answers: Answers, cases: Floats) -> tuple[float, Floats]:
    """Return the weighted log likelihood and its gradient."""
    logs, by_above, by_below = _slopes(parameters, features, answers)
    above = np.bincount(answers, cases * by_above, CLASSES)[:-1]
    below = np.bincount(answers, cases * by_below, CLASSES)[1:]
    by_weights = -(cases * (by_above + by_below)) @ features
    gradient = np.concatenate([above + below, by_weights]) @ _jacobian(parameters)
    return float(cases @ logs), gradient


def _covariance(parameters: Floats, features: Floats, answers: Answers, cases: Floats, *, doubts: Floats) -> Floats:
    """Return the sandwich covariance from the curvature at the optimum and the weighted scores."""
    curvature = np.diag(doubts**-2.0)
    for place in range(len(parameters)):
        step = np.zeros(len(parameters))
        step[place] = STEP
        upper = _log_likelihood(parameters + step, features, answers, cases)[1]
        lower = _log_likelihood(parameters - step, features, answers, cases)[1]
        curvature[place] -= (upper - lower) / (2 * STEP)
    _, by_above, by_below = _slopes(parameters, features, answers)
    hot = np.eye(CLASSES)[answers]
    by_thresholds = hot[:, :-1] * by_above[:, None] + hot[:, 1:] * by_below[:, None]
    scores = np.concatenate([by_thresholds, -features * (by_above + by_below)[:, None]], axis=1) @ _jacobian(parameters)
    weighted = scores * cases[:, None]
    bread = np.linalg.inv((curvature + curvature.T) / 2)
    inner = bread @ (weighted.T @ weighted + np.diag(doubts**-2.0)) @ bread
    jacobian = _jacobian(parameters)
    return np.asarray(jacobian @ inner @ jacobian.T)
