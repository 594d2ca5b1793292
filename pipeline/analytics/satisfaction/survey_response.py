"""Survey response: how probable an answer is for each call, and the weight of each answer.

Answers are weighted by the inverse of that probability (Rosenbaum 1987, JASA 82, 387-394; Little & Rubin 2019, chapter
3), stabilised by the overall share and trimmed (Cole & Hernán 2008, Am. J. Epidemiology 168, 656-664). This corrects
for differences in the features between those who answer and those who do not, but not for unobserved reasons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Prior standard deviation for standardised features: twice this changes the odds by 20 per standard deviation.
COEFFICIENT_DOUBT = 1.5
TRIM_SHARE = 0.01
MOST_STEPS = 50
SETTLED = 1e-8


@dataclass(frozen=True, slots=True)
class Response:
    """Coefficients [1 + p] for centred and scaled features; weights are clipped to `least` and `most`."""

    coefficients: Floats
    centre: Floats
    scale: Floats
    share: float
    least: float = 0.0
    most: float = np.inf


def fit_response(features: Floats, answered: npt.NDArray[np.bool_], *, case_weights: Floats) -> Response:
    """Fit a logistic regression with a wide normal prior by Newton's method, and trim the outer weights.

    Args:
        features: [n, p].
        answered: [n].
        case_weights: The number of calls that each row represents [n].
    """
    from scipy.special import expit

    centre = np.average(features, axis=0, weights=case_weights)
    scale = np.sqrt(np.average((features - centre) ** 2, axis=0, weights=case_weights))
    scale = np.where(scale > 0, scale, 1.0)
    design = _design(features, centre, scale)
    penalty = np.full(design.shape[1], COEFFICIENT_DOUBT**-2)
    penalty[0] = 0.0
    share = float(np.average(answered, weights=case_weights))
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = np.log(share / max(1 - share, 1e-9))
    for _ in range(MOST_STEPS):
        probability = expit(design @ coefficients)
        gradient = design.T @ (case_weights * (answered - probability)) - penalty * coefficients
        information = (design * (case_weights * probability * (1 - probability))[:, None]).T @ design
        step = np.linalg.solve(information + np.diag(penalty + 1e-9), gradient)
        coefficients = coefficients + step
        if float(np.abs(step).max()) < SETTLED:
            break
    untrimmed = Response(coefficients, centre, scale, share)
    least, most = np.quantile(response_weights(untrimmed, features[answered]), (TRIM_SHARE, 1 - TRIM_SHARE))
    return Response(coefficients, centre, scale, share, float(least), float(most))


def response_weights(response: Response, features: Floats) -> Floats:
    """Return the weight of an answer for each call [n], on average about 1."""
    from scipy.special import expit

    probability = expit(_design(features, response.centre, response.scale) @ response.coefficients)
    return np.asarray(np.clip(response.share / np.maximum(probability, 1e-9), response.least, response.most))


def _design(features: Floats, centre: Floats, scale: Floats) -> Floats:
    return np.concatenate([np.ones((len(features), 1)), (features - centre) / scale], axis=1)
