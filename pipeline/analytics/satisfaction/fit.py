"""The estimate of satisfaction: by the cold weights, or fitted on a centre's own surveys, held out part by part."""

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
    believed,
    cumulative,
    fit,
    most_probable,
    recalibrated,
)
from pipeline.fingerprint import fingerprint

COLD = "cold"


@dataclass(frozen=True, slots=True)
class FitRules:
    """When the centre's own surveys are fitted, and how.

    With `fewest_surveys` held-out answers the share that an interval covers is known to 3 points of a hundred
    (the square root of 0.9 x 0.1 / 100); under that nothing could say that 90 % are covered.
    Of more than `most_surveys` the newest are fitted, by whole days: so many know a weight to a twentieth of a point,
    and show the centre as it is. Held-out points are put on a slope of their own, near 1 by `slope_doubt`.
    """

    fewest_surveys: int = 100
    most_surveys: int = 20_000
    folds: int = 5
    coverage: float = 0.9
    slope_doubt: float = 0.25


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The calls with an answer, and those that show who answers.

    `features` [n, p], `scores` [n] on 1 to 5, `customers` [n] keep one person's answers in one part; `frame` [m, p] are
    all calls of the same days or a sample, `frame_answered` and `frame_weights` say who answered and how many each is.
    """

    features: Floats
    scores: Floats
    customers: Sequence[str]
    frame: Floats
    frame_answered: npt.NDArray[np.bool_]
    frame_weights: Floats


@dataclass(frozen=True, slots=True)
class Estimator:
    """What makes an estimate out of a call's features.

    The points `held_out` [n] of each call that was fitted on come from a fit that has not seen its survey, nor its
    customer's others; None, as `margins` and `response`, before there are surveys enough.
    """

    name: str
    model: Ordinal
    held_out: Floats | None = None
    margins: Margins | None = None
    response: Response | None = None


def prior() -> Prior:
    """The cold weights as what is believed before any survey."""
    return Prior(
        thresholds=np.array(THRESHOLDS),
        weights=np.array([weight.points for weight in WEIGHTS]),
        level_doubt=LEVEL_DOUBT,
        gap_doubt=GAP_DOUBT,
        weight_doubts=np.array([weight.doubt for weight in WEIGHTS]),
        signs=np.array([np.sign(weight.points) if weight.keeps_sign else 0 for weight in WEIGHTS], np.int64),
    )


def cold_start() -> Estimator:
    """The estimator of a centre that has no surveys."""
    return Estimator(COLD, believed(prior()))


def fitted(surveyed: Surveyed, *, rules: FitRules) -> Estimator:
    """The estimator of a centre with surveys; the cold one where they are too few."""
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
    """Scores of 1 to 5 as classes 0 to 4; halves go up."""
    return np.clip(np.floor(scores + 0.5).astype(np.int64) - 1, 0, 4)


def interval(below: Floats, *, coverage: float) -> tuple[Floats, Floats]:
    """The model's own interval [n]: equal shares of answers lie under and over it."""
    tail = (1 - coverage) / 2
    return answer_at(below, tail), answer_at(below, 1 - tail)


def _held_out(surveyed: Surveyed, answers: Answers, weights: Floats, *, start: Ordinal, folds: int) -> Floats:
    """Each call's points by the weights that the other parts give."""
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
    """Thresholds and slope that make the held-out cumulative probabilities true: Cox 1958, for ordered answers."""
    believed_slope = Prior(
        thresholds=thresholds,
        weights=np.ones(1),
        level_doubt=LEVEL_DOUBT,
        gap_doubt=GAP_DOUBT,
        weight_doubts=np.array([slope_doubt]),
        signs=np.ones(1, np.int64),
    )
    found = most_probable(points[:, None], answers, case_weights=weights, prior=believed_slope)
    return found.thresholds, float(found.weights[0])


def _name(model: Ordinal, margins: Margins) -> str:
    """Changes with anything that moves an estimate by more than rounding."""
    figures = [
        *model.thresholds,
        *model.weights,
        *np.quantile(margins.distances, (0.1, 0.5, 0.9)),
        len(margins.distances),
    ]
    return fingerprint([round(float(figure), 4) for figure in figures])
