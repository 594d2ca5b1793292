"""Mixed model: how much agents differ after adjusting for their case mix.

A call's value is the sum of fixed effects (topic, language, queue), a random effect of its agent, and a residual. The
likelihood depends on the calls only through sums by agent, so cells of calls give the same result as single calls.
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

# Columns with a smaller share of the variance are linear combinations of others, such as queues within languages.
COLLINEAR = 1e-9
# Ratios of the variance between agents to that within, from almost none to more than any centre has.
RATIOS = np.geomspace(1e-6, 10.0, 15)
# Where nothing varies within agents no ratio is the greatest; this one leaves an agent's own mean as it is.
HIGHEST_RATIO = 1e12


@dataclass(frozen=True, slots=True)
class Sums:
    """Weighted sums of `n` calls.

    Attributes:
        n: Calls.
        weights: Sums of weights [agents].
        totals: Sums of values [agents].
        moments: Sums of columns [agents, columns].
        cross: Sums of products of columns [columns, columns].
        products: Sums of products of columns and values [columns].
        squares: Sum of squared values.
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
    """The solution of Henderson's equations at one variance ratio (Henderson 1975, Biometrics 31, 423-447).

    Attributes:
        ratio: Variance between agents over that within.
        likelihood: Restricted log likelihood.
        scale: Variance within agents.
        coefficients: Fixed effects [columns].
        root: Inverse Cholesky factor of their equations [columns, columns], in units of `scale`.
        shrink: Posterior variance of each agent's random effect [agents], in units of `scale`.
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
    """Sum cells of calls that share an agent and a row of the design; `weights` [agents] apply to each call."""
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
    """Return the sums in linearly independent columns, and the basis that transforms to them [columns, independent]."""
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
    """Absorb the agents' effects: return the equations of the columns, their right side, squares and penalty."""
    shrink = ratio / (1 + ratio * sums.weights)
    cross = sums.cross - (sums.moments * shrink[:, None]).T @ sums.moments
    products = sums.products - sums.moments.T @ (shrink * sums.totals)
    squares = sums.squares - float(shrink @ sums.totals**2)
    return cross, products, squares, float(np.log1p(ratio * sums.weights).sum())


def solve(sums: Sums, ratio: float) -> Solution:
    """Solve the model at one ratio of the variance between agents to that within."""
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
