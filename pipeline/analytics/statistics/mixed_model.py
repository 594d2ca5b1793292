"""Mixed model: what agents differ by once it is taken into account what they are dealt.

A call's figure is a sum of its fixed columns' effects (topic, language, queue), its agent's random effect and a rest.
All that the likelihood asks of a million calls are some sums by agent, so that it is the same from cells as from calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

# Columns whose share of all that varies is less than this are sums of others: queues within languages, for one.
COLLINEAR = 1e-9
# The variance between agents over that within, from all but none to more than any centre has.
RATIOS = np.geomspace(1e-6, 10.0, 15)
# Where nothing varies within agents no ratio is the greatest; this one leaves an agent's own mean as it is.
HIGHEST_RATIO = 1e12


@dataclass(frozen=True, slots=True)
class Sums:
    """Weighted sums of `n` calls.

    By agent: `weights` and `totals` (agents,), and `moments`, the sums of their columns (agents, columns). Of all:
    the columns with each other, `cross` (columns, columns), and with the values, `products` (columns,), and `squares`.
    """

    n: int
    weights: Floats
    totals: Floats
    moments: Floats
    cross: Floats
    products: Floats
    squares: float


@dataclass(frozen=True, slots=True)
class Solution:
    """The model at one ratio of variances: Henderson's equations solved (Henderson 1975, Biometrics 31, 423-447).

    `coefficients` (columns,); `root` (columns, columns) is the inverse of their equations' Cholesky factor; `shrink`
    (agents,) is the agents' variance given the rest, and with `root` it is in units of `scale`, the variance within.
    """

    ratio: float
    likelihood: float
    scale: float
    coefficients: Floats
    root: Floats
    shrink: Floats


def sums_of(
    design: csr_array, *, agents: Codes, n: Codes, totals: Floats, squares: Floats, weights: Floats | None = None
) -> Sums:
    """Sum up cells of calls that share an agent and a row of the design; `weights` are by agent, of one call."""
    from scipy.sparse import csr_array

    count = int(agents.max()) + 1
    by_agent = np.ones(count) if weights is None else weights
    each = by_agent[agents]
    of_agent = csr_array((each * n, (agents, np.arange(len(agents)))), shape=(count, len(agents)))
    weighted = design.multiply((each * n)[:, None]).tocsr()
    return Sums(
        n=int(n.sum()),
        weights=np.bincount(agents, each * n, count).astype(np.float64),
        totals=np.bincount(agents, each * totals, count).astype(np.float64),
        moments=(of_agent @ design).toarray(),
        cross=(design.T @ weighted).toarray(),
        products=np.asarray(design.T @ (each * totals)),
        squares=float((each * squares).sum()),
    )


def independent(sums: Sums) -> tuple[Sums, Floats]:
    """The sums in as many columns as are independent of each other, and the basis (columns, independent) to them."""
    found, vectors = np.linalg.eigh(sums.cross)
    kept = found > COLLINEAR * found[-1]
    basis = vectors[:, kept] / np.sqrt(found[kept])
    turned = Sums(
        n=sums.n,
        weights=sums.weights,
        totals=sums.totals,
        moments=sums.moments @ basis,
        cross=basis.T @ sums.cross @ basis,
        products=basis.T @ sums.products,
        squares=sums.squares,
    )
    return turned, basis


def absorbed(sums: Sums, ratio: float) -> tuple[Floats, Floats, float, float]:
    """The columns' equations, their right side and the squares with agents' effects taken out, and their penalty."""
    shrink = ratio / (1 + ratio * sums.weights)
    cross = sums.cross - (sums.moments * shrink[:, None]).T @ sums.moments
    products = sums.products - sums.moments.T @ (shrink * sums.totals)
    squares = sums.squares - float(shrink @ sums.totals**2)
    return cross, products, squares, float(np.log1p(ratio * sums.weights).sum())


def solve(sums: Sums, ratio: float) -> Solution:
    """The model at this ratio of the variance between agents over that within, with its restricted likelihood."""
    from scipy.linalg import solve_triangular

    cross, products, squares, penalty = absorbed(sums, ratio)
    factor = np.linalg.cholesky(cross)
    root = solve_triangular(factor, np.eye(len(factor)), lower=True)
    half = root @ products
    freedom = sums.n - len(products)
    rest = max(squares - float(half @ half), np.finfo(float).tiny)
    penalty += 2 * float(np.log(np.diag(factor)).sum())
    return Solution(
        ratio=ratio,
        likelihood=-(penalty + freedom * np.log(rest)) / 2,
        scale=rest / freedom,
        coefficients=root.T @ half,
        root=root,
        shrink=ratio / (1 + ratio * sums.weights),
    )


def fit(sums: Sums) -> Solution:
    """The model at the ratio at which the restricted likelihood is greatest; 0 where agents do not differ at all.

    The best of `RATIOS`, refined by a bounded search between its neighbours, or up to `HIGHEST_RATIO` from the last.
    """
    from scipy.optimize import minimize_scalar

    tried = [solve(sums, ratio).likelihood for ratio in RATIOS]
    best = int(np.argmax(tried))
    if best == 0:
        alike = solve(sums, 0.0)
        if alike.likelihood >= tried[0]:
            return alike
    low, high = RATIOS[max(best - 1, 0)], [*RATIOS, HIGHEST_RATIO][best + 1]
    found = minimize_scalar(
        lambda log: -solve(sums, float(np.exp(log))).likelihood, bounds=(np.log(low), np.log(high)), method="bounded"
    )
    return solve(sums, float(np.exp(found.x)))
