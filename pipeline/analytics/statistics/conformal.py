"""Conformal intervals: the model's own intervals, widened until they cover enough held-out answers.

Conformalized quantile regression (Romano, Patterson & Candès 2019, NeurIPS), with held-out answers weighted to the
calls that the intervals are for (Tibshirani, Barber, Candès & Ramdas 2019, NeurIPS) and cross-fitted (Vovk 2015, Annals
of Mathematics and Artificial Intelligence 74, 9-28). Guarantees marginal coverage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Margins:
    """Sorted distances of held-out answers outside their intervals [n], negative if inside, and cumulative weights."""

    distances: Floats
    summed_weights: Floats


def margins_of(answers: Floats, low: Floats, high: Floats, *, weights: Floats) -> Margins:
    """Compute margins from held-out answers and the model's intervals for them [n]."""
    distances = np.maximum(low - answers, answers - high)
    order = np.argsort(distances, kind="stable")
    return Margins(distances[order], np.cumsum(weights[order]))


def margin(margins: Margins, weights: Floats, *, coverage: float) -> Floats:
    """Return what to add at either end for calls with these weights [n]; infinite with too few answers.

    >>> margins = margins_of(np.array([1.0, 5.0]), np.array([2.0, 2.0]), np.array([4.0, 4.0]), weights=np.ones(2))
    >>> margin(margins, np.array([1.0]), coverage=0.5).tolist()
    [1.0]
    """
    total = margins.summed_weights[-1]
    place = np.searchsorted(margins.summed_weights, coverage * (total + weights), side="left")
    distances = np.append(margins.distances, np.inf)
    return np.asarray(distances[place])
