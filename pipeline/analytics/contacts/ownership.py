"""Ownership: what it costs in time, and saves in repeats, when one agent keeps an issue from start to end.

Whole chains must not be compared: customers who call often meet many agents. Each arrival is judged when it ends (a
landmark analysis; Anderson, Cain and Gelber 1983, Journal of Clinical Oncology 1, 710-719): did one agent have the
issue so far, and what came after? Figures are standardised to the topic and to the position of the contact in its
chain. The comparison is observational: harder issues within a topic may be transferred more often.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.analytics.contacts.arrivals import DEFAULT_RULES, RepeatRules
from pipeline.analytics.contacts.follow_up import FOLLOW_UP
from pipeline.analytics.measure.figure_rows import FEWEST_RANKED, figure_rows, sorted_figures
from pipeline.analytics.measure.working_tables import working_tables
from pipeline.analytics.statistics.intervals import CONFIDENCE, Interval

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DIMENSION = "ownership"
ONE_OWNER, HANDED_ON = "one_owner", "handed_on"
# Third and later contacts form one stratum, because there are few.
MOST_CONTACTS = 3
# With fewer arrivals on either side, the variance of a stratum is unknown.
FEWEST_IN_STRATUM = 2

Floats = npt.NDArray[np.float64]

# Single arrivals skip the window functions, which at a million calls are most of the work. The time is that of the
# arrival and of all that follow within the window; only arrivals followed up for that long are compared.
STRATA = f"""
with landmarks as (
    select topic_id, least(row_number() over chain, {MOST_CONTACTS}) as contact,
        bool_and(owners_known) over chain as owners_known,
        coalesce(bool_and(len(agents) = 1 and agents[1] = owner) over chain, false) as one_owner,
        days_until is not null as again, watched_days >= $window_days as watched,
        sum(handle_s) over (
            partition by chain_id order by first_at
            range between current row and to_microseconds($window) following
        ) as handle_s
    from (select *, first_value(agents[1]) over (partition by chain_id order by first_at, arrival_id) as owner
        from follow_up where days_since is not null or days_until is not null)
    window chain as (partition by chain_id order by first_at, arrival_id rows unbounded preceding)
    union all
    select topic_id, 1, owners_known, len(agents) = 1, false, watched_days >= $window_days, handle_s
    from follow_up where days_since is null and days_until is null
)
select topic_id, contact, one_owner, count(*) filter (watched) as n, count(*) filter (not watched) as censored,
    count(*) filter (watched and again) as again, count(handle_s) filter (watched) as timed,
    avg(handle_s) filter (watched) as mean, var_samp(handle_s) filter (watched) as variance
from landmarks where owners_known group by all order by all"""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One side of a stratum: the number of arrivals, and their mean and variance."""

    n: int
    mean: float
    variance: float


def ownership_figures(
    connection: DuckDBPyConnection, *, rules: RepeatRules = DEFAULT_RULES, fewest_ranked: int = FEWEST_RANKED
) -> pa.Table:
    """Return rows of `figures` of the dimension `ownership`, from `arrivals` and `contacts`.

    `repeat_rate` and `handle_s` have the keys `one_owner` and `handed_on`. `repeat_rate_difference` and
    `handle_s_difference` (one owner minus handed on) have the key `one_owner`. No rows if no stratum has both sides.
    """
    window = {"window_days": rules.window_days, "window": int(rules.window_days * 86_400e6)}
    with working_tables(connection, (FOLLOW_UP,)):
        rows = connection.execute(STRATA, window).fetchall()
    again: dict[tuple[str, int], dict[bool, Stratum]] = {}
    timed: dict[tuple[str, int], dict[bool, Stratum]] = {}
    censored = {True: 0, False: 0}
    for topic_id, contact, one_owner, n, young, repeats, with_time, mean, variance in rows:
        censored[one_owner] += young
        if n >= FEWEST_IN_STRATUM:
            again.setdefault((topic_id, contact), {})[one_owner] = Stratum(n, repeats / n, math.nan)
        if with_time >= FEWEST_IN_STRATUM:
            timed.setdefault((topic_id, contact), {})[one_owner] = Stratum(with_time, mean, variance)
    return sorted_figures(
        [
            *_compared("repeat_rate", [sides for sides in again.values() if len(sides) == 2], censored, fewest_ranked),
            *_compared("handle_s", [sides for sides in timed.values() if len(sides) == 2], censored, fewest_ranked),
        ]
    )


def _compared(
    measure: str, strata: list[dict[bool, Stratum]], censored: dict[bool, int], fewest_ranked: int
) -> list[pa.Table]:
    """Standardise both sides to the same mix of strata, and take their difference."""
    if not strata:
        return []
    weights = np.array([sides[True].n + sides[False].n for sides in strata], np.float64)
    weights /= weights.sum()
    standard = standard_rate if measure == "repeat_rate" else standard_mean
    one, other = (standard([sides[side] for sides in strata], weights) for side in (True, False))
    figures = {
        (measure, ONE_OWNER): (one, censored[True]),
        (measure, HANDED_ON): (other, censored[False]),
        (f"{measure}_difference", ONE_OWNER): (difference(one, other), sum(censored.values())),
    }
    return [
        figure_rows(
            name,
            DIMENSION,
            pa.array([key]),
            n=np.array([figure.n + young]),
            censored=np.array([young]),
            estimate=np.array([figure.estimate]),
            low=np.array([figure.low]),
            high=np.array([figure.high]),
            fewest_ranked=fewest_ranked,
        )
        for (name, key), (figure, young) in figures.items()
    ]


def standard_rate(strata: list[Stratum], weights: Floats, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the weighted rate of strata with Wilson's interval at the effective sample size.

    That is the size of a simple sample with the variance of the weighted rate. Each stratum's rate is shrunk slightly
    towards a half first, because a stratum of two without an event is not certain.
    """
    n = np.array([one.n for one in strata], np.float64)
    rates = np.array([one.mean for one in strata])
    rate = float(weights @ rates)
    shrunken = (rates * n + 0.5) / (n + 1)
    pooled = float(weights @ shrunken)
    effective = pooled * (1 - pooled) / float((weights**2 * shrunken * (1 - shrunken) / n).sum())
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (rate + z * z / (2 * effective)) / (1 + z * z / effective)
    half = z * math.sqrt(rate * (1 - rate) / effective + z * z / (4 * effective * effective)) / (1 + z * z / effective)
    return Interval(rate, min(rate, max(0.0, middle - half)), max(rate, min(1.0, middle + half)), int(n.sum()))


def standard_mean(strata: list[Stratum], weights: Floats, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the weighted mean of strata with Student's t interval at Satterthwaite's degrees of freedom (1946)."""
    from scipy.special import stdtrit

    n = np.array([one.n for one in strata], np.float64)
    mean = float(weights @ [one.mean for one in strata])
    parts = weights**2 * np.array([one.variance for one in strata]) / n
    if parts.sum() <= 0:
        return Interval(mean, mean, mean, int(n.sum()))
    freedom = parts.sum() ** 2 / (parts**2 / (n - 1)).sum()
    half = float(stdtrit(freedom, (1 + confidence) / 2)) * math.sqrt(parts.sum())
    return Interval(mean, max(0.0, mean - half), mean + half, int(n.sum()))


def difference(one: Interval, other: Interval) -> Interval:
    """Subtract, with the interval that follows from both (Zou and Donner 2008, Statistics in Medicine 27, 1693)."""
    estimate = one.estimate - other.estimate
    below = math.hypot(one.estimate - one.low, other.high - other.estimate)
    above = math.hypot(one.high - one.estimate, other.estimate - other.low)
    return Interval(estimate, estimate - below, estimate + above, one.n + other.n)
