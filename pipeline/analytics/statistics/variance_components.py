"""Variance components: how much of the variance of failing is between agents, between topics and between queues.

A single answer is almost a coin toss, so little of the observed variance is between groups. The shares are those of a
latent tendency to fail, as in a probit model (Goldstein, Browne and Rasbash 2002, Understanding Statistics 1, 223-231),
so that rare and frequent failures compare. Agents, topics and queues are crossed random effects whose variances are
estimated jointly: if only one agent handles a topic, the failures cannot be attributed, and the intervals are wide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipeline.analytics.statistics.intervals import CONFIDENCE, Interval
from pipeline.analytics.statistics.mixed_model import COLLINEAR, Codes, Floats, Sums, absorbed, sums_of

LEVELS = ("agent", "topic", "queue")
REST = "rest"
# With fewer members of a level its standard deviation cannot be estimated.
FEWEST_LEVELS = 3
LOWEST, HIGHEST = 1e-6, 10.0
# Grid points per level: while searching for the likelihood, in the final grid, and interpolated by splines.
LOOK, POINTS, FINE = 7, 11, 41
# Ratios below this log likelihood, relative to the best, change no interval.
UNLIKELY = -9.0
MOST_LOOKS = 7
# Quadrature nodes for the integral over one level's effects.
HERMITE = 40
# The search stops when a step keeps more than this share of the range.
NARROWED = 0.7


@dataclass(frozen=True, slots=True)
class Question:
    """One question's judged and failed answers by cell, and the code of each cell at each level.

    `other` holds codes to adjust for without a share: the language. All arrays are [cells].
    """

    judged: Codes
    failed: Codes
    levels: Mapping[str, Codes]
    other: Sequence[Codes] = ()


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """The result for one question.

    Attributes:
        shares: Share of each level that can be estimated, and of the rest.
        largest: Probability that a level has the largest share.
        effects: Shrunken effects of each level by code, as differences in the failure rate.
    """

    shares: Mapping[str, Interval]
    largest: Mapping[str, float]
    effects: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class _Design:
    """Sums by agent, with columns for each topic, then the fixed ones, then those for each queue."""

    sums: Sums
    topics: int
    fixed: int
    queues: int


def variance_components_of(question: Question) -> VarianceComponents:
    """Estimate the shares for one question, which needs both failed and passed answers. Deterministic."""
    estimable = [name for name in LEVELS if _count(question.levels[name]) >= FEWEST_LEVELS]
    design = _design(question, estimable)
    axes = _range(design, estimable)
    likelihood = _likelihoods(design, axes)
    fine, weights = _between(axes, likelihood, estimable)
    total = int(question.judged.sum())
    rate = float(question.failed.sum()) / total
    latent = _latent_shares(fine, rate=rate)
    rest = 1 - latent.sum(axis=0)
    shares = {
        name: _widened(_interval(share, weights, n=total), rate=rate)
        for name, share in zip(LEVELS, latent, strict=True)
    }
    largest = {
        name: float(weights[latent.argmax(axis=0) == place].sum())
        for place, name in enumerate(LEVELS)
        if name in estimable
    }
    best = np.unravel_index(int(likelihood.argmax()), likelihood.shape)
    ratios = [float(axis[place]) for axis, place in zip(axes, best, strict=True)]
    return VarianceComponents(
        {**{name: shares[name] for name in estimable}, REST: _interval(rest, weights, n=total)},
        largest,
        dict(zip(LEVELS, _effects(design, ratios), strict=True)),
    )


def latent_share(covariance: Floats, *, rate: float) -> Floats:
    """Convert the covariance of two failures to the correlation of the latent tendencies.

    Source: Plackett 1954, Biometrika 41. For a threshold h that the latent variable exceeds at this rate, the
    covariance is the integral of the bivariate normal density at (h, h) over the correlation, starting at 0.
    """
    h = NormalDist().inv_cdf(rate)
    correlation = np.linspace(0.0, 0.999, 1000)
    density = np.exp(-(h**2) / (1 + correlation)) / (2 * np.pi * np.sqrt(1 - correlation**2))
    steps = (density[1:] + density[:-1]) / 2 * np.diff(correlation)
    return np.interp(covariance, np.concatenate([[0.0], np.cumsum(steps)]), correlation)


def _count(codes: Codes) -> int:
    return len(np.unique(codes))


def _design(question: Question, estimable: Sequence[str]) -> _Design:
    from scipy.sparse import csr_array, hstack

    rows = np.arange(len(question.judged))
    blocks = [csr_array((len(rows), 0)), csr_array((len(rows), 0))]
    plain = list(question.other)
    for name in LEVELS:
        codes = question.levels[name]
        if name not in estimable:
            plain.append(codes)
        elif name != "agent":
            block = csr_array((np.ones(len(rows)), (rows, codes)), shape=(len(rows), int(codes.max()) + 1))
            blocks[LEVELS.index(name) - 1] = block
    fixed = _fixed(plain, weights=question.judged)
    sums = sums_of(
        csr_array(hstack([blocks[0], csr_array(fixed), blocks[1]]).tocsr()),
        agents=question.levels["agent"],
        n=question.judged,
        totals=question.failed.astype(float),
        squares=question.failed.astype(float),
    )
    return _Design(sums, blocks[0].shape[1], fixed.shape[1], blocks[1].shape[1])


def _fixed(plain: Sequence[Codes], *, weights: Codes) -> Floats:
    """Return ones and a column for each code without a share, reduced to linearly independent columns."""
    columns = [np.ones(len(weights))]
    for codes in plain:
        columns += [(codes == code).astype(float) for code in np.unique(codes)[1:]]
    values = np.stack(columns, axis=1)
    found, vectors = np.linalg.eigh(values.T @ (values * weights[:, None]))
    kept = found > COLLINEAR * found[-1]
    return np.asarray(values @ (vectors[:, kept] / np.sqrt(found[kept])))


def _range(design: _Design, estimable: Sequence[str]) -> list[Floats]:
    """Return a grid of plausible ratios of each level's variance to the residual, with equal steps in the logarithm."""
    ends = [(LOWEST, HIGHEST) if name in estimable else (0.0, 0.0) for name in LEVELS]
    for _ in range(MOST_LOOKS):
        axes = [_axis(low, high, LOOK) for low, high in ends]
        logs = _log_posterior(_likelihoods(design, axes), axes)
        nearer = [_near(axis, logs, place) for place, axis in enumerate(axes)]
        if all(_narrowed(new, old) > NARROWED for new, old in zip(nearer, ends, strict=True)):
            break
        ends = nearer
    return [_axis(low, high, POINTS) for low, high in ends]


def _axis(low: float, high: float, points: int) -> Floats:
    return np.geomspace(low, high, points) if low else np.zeros(1)


def _narrowed(new: tuple[float, float], old: tuple[float, float]) -> float:
    """Return the share of the range that is left."""
    return float(np.log(new[1] / new[0]) / np.log(old[1] / old[0])) if old[0] else 1.0


def _near(axis: Floats, logs: Floats, place: int) -> tuple[float, float]:
    """Return the range of one level outside which the likelihood is negligible."""
    highest = logs.max(axis=tuple(other for other in range(logs.ndim) if other != place))
    kept = np.flatnonzero(highest > UNLIKELY)
    return float(axis[max(kept[0] - 1, 0)]), float(axis[min(kept[-1] + 1, len(axis) - 1)])


def _log_posterior(likelihoods: Floats, axes: Sequence[Floats]) -> Floats:
    """Add the log of a uniform prior on standard deviations, and shift the maximum to 0."""
    logs = likelihoods.copy()
    for place, axis in enumerate(axes):
        if axis[0]:
            shape = [1] * logs.ndim
            shape[place] = -1
            logs += np.log(axis).reshape(shape) / 2
    return np.asarray(logs - logs.max())


def _between(axes: Sequence[Floats], likelihoods: Floats, estimable: Sequence[str]) -> tuple[Floats, Floats]:
    """Interpolate to a finer grid: return ratios [levels, points] and weights [points] that sum to 1."""
    from scipy.ndimage import zoom

    logs = _log_posterior(likelihoods, axes)
    sizes = [FINE if name in estimable else 1 for name in LEVELS]
    finer = zoom(logs, [size / len(axis) for size, axis in zip(sizes, axes, strict=True)], order=3, mode="nearest")
    weights = np.exp(finer - finer.max()).ravel()
    fine = [_axis(float(axis[0]), float(axis[-1]), size) for size, axis in zip(sizes, axes, strict=True)]
    grid = np.stack([values.ravel() for values in np.meshgrid(*fine, indexing="ij")])
    return grid, weights / weights.sum()


def _latent_shares(ratios: Floats, *, rate: float) -> Floats:
    """Return shares of the latent variance [levels, points], at most 1 in total."""
    seen = ratios / (1 + ratios.sum(axis=0)) * rate * (1 - rate)
    shares = latent_share(seen, rate=rate)
    return np.asarray(shares / np.maximum(shares.sum(axis=0), 1.0))


def _interval(values: Floats, weights: Floats, *, n: int) -> Interval:
    """Return the weighted median with the interval that holds 95 % of the weight."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    tail = (1 - CONFIDENCE) / 2
    low, middle, high = np.interp([tail, 0.5, 1 - tail], below, values[order])
    return Interval(float(middle), float(low), float(high), n)


def _widened(interval: Interval, *, rate: float) -> Interval:
    """Widen the interval for skewed rates, such as those of rare failures.

    The relative variance of a variance from J members is (2 + excess kurtosis) / J; the likelihood assumed normal
    rates, with an excess kurtosis of 0.
    """
    share = min(interval.estimate, 0.999)
    if not share:
        return interval
    nodes, weights = np.polynomial.hermite_e.hermegauss(HERMITE)
    weights = weights / weights.sum()
    h, normal = NormalDist().inv_cdf(rate), NormalDist()
    rates = np.array([normal.cdf((h + node * share**0.5) / (1 - share) ** 0.5) for node in nodes])
    off = rates - weights @ rates
    excess = float(weights @ off**4) / float(weights @ off**2) ** 2 - 3
    wider = max(1.0, (1 + excess / 2) ** 0.5)
    low, high = share * (interval.low / share) ** wider, share * (interval.high / share) ** wider
    return Interval(interval.estimate, low, min(high, 1.0), interval.n)


def _likelihoods(design: _Design, axes: Sequence[Floats]) -> Floats:
    """Return the restricted log likelihood at every combination of ratios [agents, topics, queues]."""
    found = np.empty([len(axis) for axis in axes])
    for place, ratio in enumerate(axes[0]):
        cross, products, squares, penalty = absorbed(design.sums, ratio)
        for other, of_topics in enumerate(axes[1]):
            found[place, other] = _by_queue(
                design, cross, products, squares, of_topics=of_topics, of_queues=axes[2], penalty=penalty
            )
    return found


def _by_queue(
    design: _Design,
    cross: Floats,
    products: Floats,
    squares: float,
    *,
    of_topics: float,
    of_queues: Floats,
    penalty: float,
) -> Floats:
    """Return the restricted log likelihood by the queues' ratio, from one eigendecomposition of their equations."""
    from scipy.linalg import solve_triangular

    first = design.topics + design.fixed
    block = cross[:first, :first].copy()
    block[np.arange(design.topics), np.arange(design.topics)] += 1 / of_topics if of_topics else 0.0
    factor = np.linalg.cholesky(block)
    half = solve_triangular(factor, np.column_stack([cross[:first, first:], products[:first]]), lower=True)
    values, vectors = np.linalg.eigh(cross[first:, first:] - half[:, :-1].T @ half[:, :-1])
    turned = vectors.T @ (products[first:] - half[:, :-1].T @ half[:, -1])
    steps = np.outer(of_queues, np.maximum(values, 0.0))
    explained = (of_queues[:, None] * turned**2 / (1 + steps)).sum(axis=1)
    rest = np.maximum(squares - half[:, -1] @ half[:, -1] - explained, np.finfo(float).tiny)
    penalty += 2 * float(np.log(np.diag(factor)).sum()) + (design.topics * np.log(of_topics) if of_topics else 0.0)
    return np.asarray(-(penalty + np.log1p(steps).sum(axis=1) + (design.sums.n - design.fixed) * np.log(rest)) / 2)


def _effects(design: _Design, ratios: Sequence[float]) -> list[Floats]:
    """Return the shrunken effects of agents, topics and queues at these ratios, by code."""
    cross, products, _, _ = absorbed(design.sums, ratios[0])
    penalty = np.zeros(len(products))
    first = design.topics + design.fixed
    penalty[: design.topics] = 1 / ratios[1] if ratios[1] else 0.0
    penalty[first:] = 1 / ratios[2] if ratios[2] else 0.0
    found = np.linalg.solve(cross + np.diag(penalty), products)
    shrink = ratios[0] / (1 + ratios[0] * design.sums.weights)
    agents = shrink * (design.sums.totals - design.sums.moments @ found)
    return [np.asarray(part) for part in (agents, found[: design.topics], found[first:])]
