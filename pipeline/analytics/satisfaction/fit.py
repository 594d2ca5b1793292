"""Fitting satisfaction: cold-start weights, or weights fitted to a centre's own surveys with cross-fitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from pipeline.analytics.satisfaction.cold_start_prior import GAP_DOUBT, LEVEL_DOUBT, THRESHOLDS, WEIGHTS
from pipeline.analytics.satisfaction.survey_response import Response, fit_response, response_weights
from pipeline.analytics.statistics.conformal import Margins, margins_of
from pipeline.analytics.statistics.ordinal import (
    Answers,
    Floats,
    Ordinal,
    Prior,
    answer_at,
    cumulative,
    fit,
    most_probable,
    prior_model,
    recalibrated,
)
from pipeline.fingerprints.fingerprint import fingerprint

COLD = "cold"


@dataclass(frozen=True, slots=True)
class FitRules:
    """When and how the centre's own surveys are fitted.

    Attributes:
        fewest_surveys: With this many held-out answers, the coverage of an interval is known to 3 percentage points
            (the square root of 0.9 x 0.1 / 100). With fewer, a claim of 90 % could not be checked.
        most_surveys: Of more surveys the newest are fitted, by whole days: enough to know a weight to a twentieth of a
            point, and recent.
        folds: Parts for cross-fitting.
        coverage: Of the intervals.
        slope_doubt: Prior standard deviation of the recalibration slope about 1.
    """

    fewest_surveys: int = 100
    most_surveys: int = 20_000
    folds: int = 5
    coverage: float = 0.9
    slope_doubt: float = 0.25


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The surveyed calls, and the calls from which the probability of answering is estimated.

    Attributes:
        features: [n, p].
        scores: Answers from 1 to 5 [n].
        customers: Keeps the answers of one customer in one fold [n].
        frame: Features of all calls of the same days, or of a sample of them [m, p].
        frame_answered: Whether each was answered [m].
        frame_weights: The number of calls that each represents [m].
    """

    features: Floats
    scores: Floats
    customers: Sequence[str]
    frame: Floats
    frame_answered: npt.NDArray[np.bool_]
    frame_weights: Floats


@dataclass(frozen=True, slots=True)
class Estimator:
    """Estimates satisfaction from a call's features.

    Attributes:
        name: `cold`, or a fingerprint of the fit.
        model: Thresholds and weights.
        held_out: Points of each surveyed call from a fit without any survey of its customer [n]. None, like `margins`
            and `response`, before there are enough surveys.
        margins: Widens the intervals to their coverage.
        response: Who answers surveys.
    """

    name: str
    model: Ordinal
    held_out: Floats | None = None
    margins: Margins | None = None
    response: Response | None = None


def prior() -> Prior:
    """Return the cold-start weights as a prior."""
    return Prior(
        thresholds=np.array(THRESHOLDS),
        weights=np.array([weight.points for weight in WEIGHTS]),
        level_doubt=LEVEL_DOUBT,
        gap_doubt=GAP_DOUBT,
        weight_doubts=np.array([weight.doubt for weight in WEIGHTS]),
        signs=np.array([np.sign(weight.points) if weight.keeps_sign else 0 for weight in WEIGHTS], np.int64),
    )


def cold_start() -> Estimator:
    """Return the estimator of a centre without surveys."""
    return Estimator(COLD, prior_model(prior()))


def fitted(surveyed: Surveyed, *, rules: FitRules) -> Estimator:
    """Fit an estimator to surveys; with too few, return the cold-start estimator."""
    if len(surveyed.scores) < rules.fewest_surveys:
        return cold_start()
    answers = answers_of(surveyed.scores)
    response = fit_response(surveyed.frame, surveyed.frame_answered, case_weights=surveyed.frame_weights)
    weights = response_weights(response, surveyed.features)
    whole = fit(surveyed.features, answers, case_weights=weights, prior=prior())
    points = _held_out(surveyed, answers, weights, start=whole, folds=rules.folds)
    thresholds, slope = _calibration(points, answers, weights, whole.thresholds, slope_doubt=rules.slope_doubt)
    model = recalibrated(whole, thresholds, slope=slope)
    held_out = slope * points
    low, high = interval(cumulative(thresholds, held_out), coverage=rules.coverage)
    margins = margins_of(surveyed.scores, low, high, weights=weights)
    return Estimator(_name(model, margins), model, held_out, margins, response)


def answers_of(scores: Floats) -> Answers:
    """Convert scores from 1 to 5 to classes 0 to 4; halves round up.

    >>> answers_of(np.array([1.0, 2.5, 5.0])).tolist()
    [0, 2, 4]
    """
    return np.clip(np.floor(scores + 0.5).astype(np.int64) - 1, 0, 4)


def interval(below: Floats, *, coverage: float) -> tuple[Floats, Floats]:
    """Return the model's own interval [n], with equal tail probabilities."""
    tail = (1 - coverage) / 2
    return answer_at(below, tail), answer_at(below, 1 - tail)


def _held_out(surveyed: Surveyed, answers: Answers, weights: Floats, *, start: Ordinal, folds: int) -> Floats:
    """Return each call's points by the weights fitted on the other folds."""
    part = np.array([crc32(customer.encode()) % folds for customer in surveyed.customers])
    points = np.zeros(len(answers))
    for fold in range(folds):
        inside, outside = part == fold, part != fold
        seen, given, counted = surveyed.features[outside], answers[outside], weights[outside]
        model = most_probable(seen, given, case_weights=counted, prior=prior(), start=start)
        points[inside] = surveyed.features[inside] @ model.weights
    return points


def _calibration(
    points: Floats, answers: Answers, weights: Floats, thresholds: Floats, *, slope_doubt: float
) -> tuple[Floats, float]:
    """Recalibrate thresholds and slope on held-out points (Cox 1958, for ordered answers)."""
    slope_prior = Prior(
        thresholds=thresholds,
        weights=np.ones(1),
        level_doubt=LEVEL_DOUBT,
        gap_doubt=GAP_DOUBT,
        weight_doubts=np.array([slope_doubt]),
        signs=np.ones(1, np.int64),
    )
    found = most_probable(points[:, None], answers, case_weights=weights, prior=slope_prior)
    return found.thresholds, float(found.weights[0])


def _name(model: Ordinal, margins: Margins) -> str:
    """Return a fingerprint that changes with anything that changes an estimate by more than rounding."""
    figures = [
        *model.thresholds,
        *model.weights,
        *np.quantile(margins.distances, (0.1, 0.5, 0.9)),
        len(margins.distances),
    ]
    return fingerprint([round(float(figure), 4) for figure in figures])
