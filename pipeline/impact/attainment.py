"""Attainment of targets, per call and per agent over a time window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from pipeline.enriched import EnrichedCall
from pipeline.rubric.detector import MeasureName
from pipeline.rubric.target import Target
from pipeline.score.context.number import number
from pipeline.store import Store, open_duckdb
from pipeline.store.rows.stored_calls import batches, stored_calls
from pipeline.store.views import select

CALLS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Attainment:
    """A target and its measured value.

    `subject` is a call id or an agent id; `value` is the number, or the mean of `calls` calls. `met` is None without
    enough measured calls.
    """

    target: Target
    subject: str
    value: float | None
    calls: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """One call for agents' targets: its day (YYYY-MM-DD, "" if unknown) and its value per metric."""

    agent_id: str
    day: str
    numbers: Mapping[MeasureName, float | None]


def attained_by_call(targets: Sequence[Target], call: EnrichedCall) -> tuple[Attainment, ...]:
    """Attainment of the per-call targets by one call."""
    found = []
    for target in targets:
        if target.per == "call":
            value = number(target.metric, call)
            met = None if value is None else target.met_by(value)
            found.append(Attainment(target, call.transcript.call_id, value, int(value is not None), met))
    return tuple(found)


def attained_by_agents(
    targets: Sequence[Target], calls: Iterable[MeasuredCall], *, until: date | None = None
) -> tuple[Attainment, ...]:
    """Attainment of agents' targets, over each target's window up to `until` or the last known day."""
    dated = [call for call in calls if call.agent_id and call.day]
    if not dated:
        return ()
    last = until or date.fromisoformat(max(call.day for call in dated))
    return tuple(
        attainment for target in targets if target.per == "agent" for attainment in _by_agent(target, dated, last=last)
    )


def attained_in_store(store: Store, targets: Sequence[Target], *, until: date | None = None) -> tuple[Attainment, ...]:
    """Attainment of agents' targets over the stored calls. Raises StoreError."""
    return attained_by_agents(targets, list(_measured(store, targets)), until=until)


def _by_agent(target: Target, calls: Sequence[MeasuredCall], *, last: date) -> Iterator[Attainment]:
    first = last - timedelta(days=target.window_days - 1)
    values: dict[str, list[float]] = defaultdict(list)
    for call in calls:
        value = call.numbers.get(target.metric)
        if value is not None and first.isoformat() <= call.day <= last.isoformat():
            values[call.agent_id].append(value)
    for agent_id, found in sorted(values.items()):
        mean = fmean(found)
        met = target.met_by(mean) if len(found) >= target.fewest_calls else None
        yield Attainment(target, agent_id, mean, len(found), met)


def _measured(store: Store, targets: Sequence[Target]) -> Iterator[MeasuredCall]:
    metrics = {target.metric for target in targets if target.per == "agent"}
    with open_duckdb(store) as connection:
        call_ids = [row["call_id"] for row in select(connection, "calls", columns=["call_id"]).to_pylist()]
        for batch in batches(call_ids, size=CALLS_AT_ONCE):
            for each in stored_calls(connection, batch, words=False).values():
                metadata = each.call.transcript.metadata
                numbers = {metric: number(metric, each.call) for metric in metrics}
                yield MeasuredCall(metadata.agent_id, metadata.started_at[:10], numbers)
