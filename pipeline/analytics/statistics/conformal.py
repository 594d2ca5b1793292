"""Conformal intervals: as much wider than the model's own as held-out answers show that they must be.

Conformalized quantile regression (Romano, Patterson & Candès 2019, NeurIPS), with the held-out answers weighted to the
calls that they are for (Tibshirani, Barber, Candès & Ramdas 2019, NeurIPS) and taken crosswise (Vovk 2015, Annals of
Mathematics and Artificial Intelligence 74, 9-28). What it promises is that on the whole so many answers lie within.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Margins:
    """How far held-out answers lay outside their interval (below 0: inside) [n], rising, and their weights summed."""

    distances: Floats
    summed_weights: Floats


def margins_of(answers: Floats, low: Floats, high: Floats, *, weights: Floats) -> Margins:
    """From held-out answers and the model's intervals for them [n]."""
    distances = np.maximum(low - answers, answers - high)
    order = np.argsort(distances, kind="stable")
    return Margins(distances[order], np.cumsum(weights[order]))


def margin(margins: Margins, weights: Floats, *, coverage: float) -> Floats:
    """What to add at either end for calls of these weights [n]; infinite where too few answers speak for the call."""
    total = margins.summed_weights[-1]
    place = np.searchsorted(margins.summed_weights, coverage * (total + weights), side="left")
    distances = np.append(margins.distances, np.inf)
    return np.asarray(distances[place])
