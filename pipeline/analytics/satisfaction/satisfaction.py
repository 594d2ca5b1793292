"""Satisfaction: for each call an estimate from 1 to 5 with its interval and drivers, and hidden dissatisfaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analytics.satisfaction.cold_start_prior import NAMES
from pipeline.analytics.satisfaction.features import matrix, read_features
from pipeline.analytics.satisfaction.fit import Estimator, FitRules, Surveyed, cold_start, fitted, interval
from pipeline.analytics.satisfaction.survey_response import response_weights
from pipeline.analytics.statistics.conformal import margin
from pipeline.analytics.statistics.ordinal import (
    CLASSES,
    cumulative,
    mean_answer,
    spread,
    standard_error,
    whole_answer_at,
)
from pipeline.store.schemas import made_schema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Floats = npt.NDArray[np.float64]

ROWS_AT_ONCE = 100_000
DECIMALS = 4
CLOSED_FINE = frozenset(
    (
        *("resolved", "solved", "closed", "completed", "complete", "done", "fixed", "fine", "ok", "successful"),
        *("已解决", "解决", "已完成", "完成", "已办结", "办结", "已结案", "结案", "已关闭", "关闭"),
        *("已解決", "解決", "已辦結", "辦結", "已結案", "結案", "已關閉", "關閉"),
    )
)


@dataclass(frozen=True, slots=True)
class SatisfactionRules:
    """What an estimate takes into account.

    Attributes:
        fit: How surveys are fitted.
        window_days: A later call within this time changes an estimate, so a night estimates this many days again.
        hidden_from: Probability of a 1 or 2 from which a call is hidden dissatisfaction. At a half, most calls marked
            turn out dissatisfied.
        fine_from: The lowest answer that counts as satisfied: by convention, the top two of five.
        closed_fine: What desks write when they close a call as resolved.
        most_drivers: Drivers to name per call.
        least_effect: A driver with fewer points changes the odds by less than a sixth, and is left out.
        sampled_of: Size of the sample from which the probability of answering is estimated; a share of 5 % is then
            known to a twentieth of itself.
    """

    fit: FitRules = field(default_factory=FitRules)
    window_days: int = 14
    hidden_from: float = 0.5
    fine_from: float = 4.0
    closed_fine: frozenset[str] = CLOSED_FINE
    most_drivers: int = 4
    least_effect: float = 0.15
    sampled_of: int = 100_000


DEFAULT_RULES = SatisfactionRules()


def find_satisfaction(
    connection: DuckDBPyConnection, *, since: Date | None = None, rules: SatisfactionRules = DEFAULT_RULES
) -> pa.Table:
    """Return rows of `satisfaction`, by date and call id: all, or those from `window_days` before `since` on.

    The model is fitted on all surveys, whatever `since`.
    """
    begin = since - timedelta(days=rules.window_days) if since else None
    calls = read_features(connection, since=begin, sampled_of=rules.sampled_of)
    fitted_on = _fitted_on(calls, rules)
    estimator = _estimator(calls, fitted_on, rules)
    blocks = [_rows(block, estimator, rules=rules) for block in _blocks(calls, fitted_on, estimator)]
    return pa.concat_tables([made_schema("satisfaction").empty_table(), *blocks])


def _fitted_on(calls: pa.Table, rules: SatisfactionRules) -> npt.NDArray[np.bool_]:
    """Return which calls to fit [n]: surveyed calls of the newest days that together have enough surveys."""
    surveyed = np.asarray(pc.is_valid(calls.column("surveyed")).to_numpy())
    days = calls.column("date").to_numpy()
    newest = days[surveyed][-rules.fit.most_surveys :]
    return surveyed & (days >= newest[0]) if len(newest) else surveyed


def _estimator(calls: pa.Table, fitted_on: npt.NDArray[np.bool_], rules: SatisfactionRules) -> Estimator:
    own = calls.filter(pa.array(fitted_on))
    if not len(own):
        return cold_start()
    first, last = (own.column("date").to_numpy()[place] for place in (0, -1))
    days = calls.column("date").to_numpy()
    asked = (days >= first) & (days <= last) & (calls.column("stands_for").to_numpy() > 0)
    frame = calls.filter(pa.array(asked))
    surveyed = Surveyed(
        features=matrix(own),
        scores=own.column("surveyed").to_numpy(),
        customers=[customer or call for customer, call in zip(*_texts(own, "customer_id", "call_id"), strict=True)],
        frame=matrix(frame),
        frame_answered=pc.is_valid(frame.column("surveyed")).to_numpy(),
        frame_weights=frame.column("stands_for").to_numpy().astype(np.float64),
    )
    return fitted(surveyed, rules=rules.fit)


def _texts(calls: pa.Table, *columns: str) -> tuple[list[str], ...]:
    return tuple(calls.column(column).to_pylist() for column in columns)


def _blocks(calls: pa.Table, fitted_on: npt.NDArray[np.bool_], estimator: Estimator) -> Iterator[pa.Table]:
    """Yield the wanted calls in blocks, with their `held_out` points if they were fitted on, else NaN."""
    held_out = np.full(len(calls), np.nan)
    if estimator.held_out is not None:
        held_out[fitted_on] = estimator.held_out
    wanted = calls.append_column("held_out", pa.array(held_out)).filter(calls.column("wanted"))
    for begin in range(0, len(wanted), ROWS_AT_ONCE):
        yield wanted.slice(begin, ROWS_AT_ONCE)


def _rows(calls: pa.Table, estimator: Estimator, *, rules: SatisfactionRules) -> pa.Table:
    features = matrix(calls)
    held_out = calls.column("held_out").to_numpy()
    points = np.where(np.isnan(held_out), features @ estimator.model.weights, held_out)
    below = cumulative(estimator.model.thresholds, points)
    estimate = mean_answer(below)
    low, high = _interval(below, features, estimator, rules=rules)
    columns = {
        "date": calls.column("date"),
        "call_id": calls.column("call_id"),
        "estimate": _rounded(estimate),
        "low": _rounded(np.minimum(low, estimate)),
        "high": _rounded(np.maximum(high, estimate)),
        "spread": _rounded(spread(below)),
        "error": _rounded(standard_error(estimator.model, features, below)),
        "dissatisfied": _rounded(below[:, 1]),
        "model": pa.repeat(estimator.name, len(calls)),
        "surveyed": calls.column("surveyed"),
        "closed_as": calls.column("closed_as"),
        "hidden_dissatisfied": _hidden(calls, below[:, 1], rules=rules),
        "drivers": _drivers(features * estimator.model.weights, rules=rules),
    }
    return pa.table(columns).select(made_schema("satisfaction").names).cast(made_schema("satisfaction"))


def _interval(
    below: Floats, features: Floats, estimator: Estimator, *, rules: SatisfactionRules
) -> tuple[Floats, Floats]:
    """Return intervals: whole answers before there are surveys, then conformal intervals from held-out answers."""
    tail = (1 - rules.fit.coverage) / 2
    if estimator.margins is None or estimator.response is None:
        return whole_answer_at(below, tail), whole_answer_at(below, 1 - tail)
    low, high = interval(below, coverage=rules.fit.coverage)
    weights = response_weights(estimator.response, features)
    beyond = margin(estimator.margins, weights, coverage=rules.fit.coverage)
    return np.clip(low - beyond, 1.0, CLASSES), np.clip(high + beyond, 1.0, CLASSES)


def _hidden(calls: pa.Table, dissatisfied: Floats, *, rules: SatisfactionRules) -> pa.Array:
    """Return whether a call that counts as satisfied probably was not; null for other calls.

    A call counts as satisfied by the customer's answer; without one, by how the desk closed it; without that, by the
    form's outcome.
    """
    surveyed = calls.column("surveyed").to_numpy()
    closed = calls.column("closed_as").combine_chunks()
    by_desk = pc.is_in(closed, pa.array(sorted(rules.closed_fine))).to_numpy(zero_copy_only=False)
    unsaid = pc.equal(closed, "").to_numpy(zero_copy_only=False)
    resolved = pc.equal(calls.column("outcome"), "resolved").to_numpy()
    closed_fine = by_desk | (unsaid & resolved)
    fine = np.where(np.isnan(surveyed), closed_fine, surveyed >= rules.fine_from)
    return pa.array(dissatisfied >= rules.hidden_from, mask=~fine)


def _drivers(effects: Floats, *, rules: SatisfactionRules) -> pa.Array:
    """Return what moved each estimate most, with its points [n]: strongest first, without small ones."""
    size = np.abs(effects)
    order = np.argsort(-size, axis=1, kind="stable")[:, : rules.most_drivers]
    kept = np.take_along_axis(size, order, axis=1) >= rules.least_effect
    names = pa.DictionaryArray.from_arrays(pa.array(order[kept].astype(np.int32)), pa.array(NAMES)).cast(pa.string())
    points = _rounded(np.take_along_axis(effects, order, axis=1)[kept])
    offsets = np.concatenate([[0], np.cumsum(kept.sum(1))]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays([names, points], ["name", "effect"]))


def _rounded(values: Floats) -> pa.Array:
    # Rounding hides differences between machines; adding 0.0 removes the sign of -0.0.
    return pa.array(np.round(values, DECIMALS) + 0.0)
