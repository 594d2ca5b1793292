"""Levels: where each agent would stand with the centre's own mix of calls, how sure that is, and who is told apart.

How much agents differ at all is itself uncertain, most with few of them. So the intervals are averaged over the ratios
of variances that the calls leave possible, and are honest even where the likeliest ratio is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipeline.analytics.statistics.intervals import CONFIDENCE
from pipeline.analytics.statistics.mixed_model import RATIOS, Floats, Solution, Sums, solve

Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# Agents differ at all when twice the gain in likelihood exceeds the 95 % point of an even mixture of chi squared with
# none and with one degree of freedom (Self and Liang 1987, JASA 82, 605-610).
AGENTS_DIFFER = NormalDist().inv_cdf(CONFIDENCE) ** 2
# Ratios less likely than this, by the logarithm, change no interval; so many between them are enough for a sum.
UNLIKELY = -9.0
POINTS = 21


@dataclass(frozen=True, slots=True)
class GroupEffects:
    """Levels of agents (agents,), the variance of their errors, and whether agents differ at all.

    The rest is by ratio tried: its weight, the levels (ratios, agents), the variance of each agent's own effect, and
    what the errors of levels share through the columns' effects (ratios, agents, columns).
    """

    estimates: Floats
    variances: Floats
    differ: bool
    weights: Floats
    tried: Floats
    own: Floats
    shared: Floats

    def of_differences(self, agent: int) -> Floats:
        """The variance of the error of the difference between this agent's level and every agent's."""
        apart = np.square(self.shared - self.shared[:, agent : agent + 1]).sum(axis=2)
        moved = (self.tried - self.estimates) - (self.tried[:, agent : agent + 1] - self.estimates[agent])
        return np.asarray(self.weights @ (self.own + self.own[:, agent : agent + 1] + apart + moved**2))


def group_effects_of(sums: Sums, *, mix: Floats, ratio: float) -> GroupEffects:
    """The levels at the fitted ratio for calls whose mean columns are `mix`, with their prediction errors."""
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
    """Ratios of the variance between agents over that within, and how possible each is; their weights sum to 1.

    Within the bounds of `RATIOS` every variance between agents is held equally possible before the calls: with few
    agents that is what makes intervals hold as often as they say (Morris and Tang 2011, Statistical Science 26,
    271-287).
    """
    coarse = _log_weights(sums, RATIOS)
    kept = np.flatnonzero(coarse > coarse.max() + UNLIKELY)
    low, high = RATIOS[max(kept[0] - 1, 0)], RATIOS[min(kept[-1] + 1, len(RATIOS) - 1)]
    ratios = np.geomspace(low, high, POINTS)
    weights = np.exp(_log_weights(sums, ratios))
    return ratios, weights / weights.sum()


def bands_of(levels: GroupEffects, *, order: Sequence[int]) -> list[int]:
    """The band of each of these agents, who come best first; 1 is the best band.

    A band begins with the first agent who can be told apart from the one that opened the band before: the 95 %
    interval of their difference leaves out 0. Levels are shrunken towards the mean, which is what keeps comparisons
    of many from finding differences that are not there (Gelman, Hill and Yajima 2012, J. Res. Educ. Eff. 5, 189-211);
    and there is one band where agents do not differ at all.
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
    """Each agent's level, and the part of its error that comes from the columns' effects, as a vector by agent."""
    effects = solution.shrink * (sums.totals - sums.moments @ solution.coefficients)
    lever = mix - solution.shrink[:, None] * sums.moments
    return effects + float(mix @ solution.coefficients), lever @ solution.root.T * np.sqrt(solution.scale)


def _log_weights(sums: Sums, ratios: Floats) -> Floats:
    """On a grid of equal steps of the logarithm."""
    logs = np.array([solve(sums, ratio).likelihood + np.log(ratio) for ratio in ratios])
    return np.asarray(logs - logs.max())
