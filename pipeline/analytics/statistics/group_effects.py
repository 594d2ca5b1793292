"""Group effects: each agent's level at the centre's case mix, its uncertainty, and which agents really differ.

How much agents differ at all is uncertain, especially with few agents. So the intervals are averaged over all plausible
variance ratios, and keep their coverage even if the most likely ratio is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipeline.analytics.statistics.intervals import CONFIDENCE
from pipeline.analytics.statistics.mixed_model import RATIOS, Floats, Solution, Sums, solve

Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# Agents differ if twice the gain in log likelihood exceeds the 95 % point of an even mixture of chi squared
# distributions with zero and one degree of freedom (Self and Liang 1987, JASA 82, 605-610).
AGENTS_DIFFER = NormalDist().inv_cdf(CONFIDENCE) ** 2
# Ratios below this log likelihood, relative to the best, change no interval; this many points suffice for the sum.
UNLIKELY = -9.0
POINTS = 21


@dataclass(frozen=True, slots=True)
class GroupEffects:
    """Levels of agents, and their prediction errors.

    Attributes:
        estimates: Levels at the fitted ratio [agents].
        variances: Variances of their errors [agents].
        differ: Whether agents differ at all.
        weights: Posterior weight of each ratio tried [ratios].
        tried: Levels at each ratio [ratios, agents].
        own: Variance of each agent's own effect [ratios, agents].
        shared: Error that levels share through the fixed effects [ratios, agents, columns].
    """

    estimates: Floats
    variances: Floats
    differ: bool
    weights: Floats
    tried: Floats
    own: Floats
    shared: Floats

    def of_differences(self, agent: int) -> Floats:
        """Return the error variance of the difference between this agent's level and every agent's [agents]."""
        apart = np.square(self.shared - self.shared[:, agent : agent + 1]).sum(axis=2)
        moved = (self.tried - self.estimates) - (self.tried[:, agent : agent + 1] - self.estimates[agent])
        return np.asarray(self.weights @ (self.own + self.own[:, agent : agent + 1] + apart + moved**2))


def group_effects_of(sums: Sums, *, mix: Floats, ratio: float) -> GroupEffects:
    """Estimate levels at the fitted ratio for calls whose mean columns are `mix`, with their prediction errors."""
    ratios, weights = possible_ratios(sums)
    fitted = solve(sums, ratio)
    estimates, _ = _level(sums, fitted, mix)
    solutions = [solve(sums, tried) for tried in ratios]
    found = [_level(sums, solution, mix) for solution in solutions]
    tried = np.array([level for level, _ in found])
    shared = np.array([error for _, error in found])
    own = np.array([solution.scale * solution.shrink for solution in solutions])
    variances = weights @ (own + np.square(shared).sum(axis=2) + np.square(tried - estimates))
    gain = 2 * (fitted.likelihood - solve(sums, 0.0).likelihood)
    return GroupEffects(estimates, variances, gain > AGENTS_DIFFER, weights, tried, own, shared)


def possible_ratios(sums: Sums) -> tuple[Floats, Floats]:
    """Return plausible ratios of the variance between agents to that within, and their weights, which sum to 1.

    The prior is uniform on the variance between agents, within the bounds of `RATIOS`: with few agents this gives
    intervals their nominal coverage (Morris and Tang 2011, Statistical Science 26, 271-287).
    """
    coarse = _log_weights(sums, RATIOS)
    kept = np.flatnonzero(coarse > coarse.max() + UNLIKELY)
    low, high = RATIOS[max(kept[0] - 1, 0)], RATIOS[min(kept[-1] + 1, len(RATIOS) - 1)]
    ratios = np.geomspace(low, high, POINTS)
    weights = np.exp(_log_weights(sums, ratios))
    return ratios, weights / weights.sum()


def bands_of(levels: GroupEffects, *, order: Sequence[int]) -> list[int]:
    """Return the band of each of these agents, given best first; 1 is the best band.

    A band begins with the first agent who differs significantly from the agent at the start of the previous band: the
    95 % interval of their difference excludes 0. Levels are shrunken towards the mean, which protects multiple
    comparisons from false differences (Gelman, Hill and Yajima 2012, J. Res. Educ. Eff. 5, 189-211). There is a single
    band if agents do not differ at all.
    """
    bands = [1] * len(order)
    if not levels.differ or not order:
        return bands
    ordered = np.asarray(order)
    opens = 0
    while True:
        leader = ordered[opens]
        reach = Z * np.sqrt(levels.of_differences(leader)[ordered])
        apart = np.abs(levels.estimates[ordered] - levels.estimates[leader]) > reach
        apart[: opens + 1] = False
        if not apart.any():
            return bands
        opens = int(np.argmax(apart))
        bands[opens:] = [bands[opens] + 1] * (len(bands) - opens)


def _level(sums: Sums, solution: Solution, mix: Floats) -> tuple[Floats, Floats]:
    """Return each agent's level, and the part of its error due to the fixed effects [agents, columns]."""
    effects = solution.shrink * (sums.totals - sums.moments @ solution.coefficients)
    lever = mix - solution.shrink[:, None] * sums.moments
    return effects + float(mix @ solution.coefficients), lever @ solution.root.T * np.sqrt(solution.scale)


def _log_weights(sums: Sums, ratios: Floats) -> Floats:
    """Return log weights on a grid with equal steps in the logarithm."""
    logs = np.array([solve(sums, ratio).likelihood + np.log(ratio) for ratio in ratios])
    return np.asarray(logs - logs.max())
