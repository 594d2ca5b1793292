"""Measure drawings: which charts the measures over all calls have, by name; one for each that has something to draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from everycall.report import measure_charts as charts
from everycall.report.calling_again import Ownership
from everycall.report.fair import LEVELS, Cause, FairComparison
from everycall.report.overall import OverallFigures
from everycall.report.rates import Rate, RateRow

MOST_CAUSES_DRAWN = 6


def overall_drawings(found: OverallFigures, worded: Mapping[str, str]) -> dict[str, str]:
    """The charts by the name that the page knows; `worded` are the names of questions."""
    return dict([*_costs(found), *_leaving(found), *_again(found), *_agents(found, worded)])


def _costs(found: OverallFigures) -> Iterator[tuple[str, str]]:
    if found.fixes:
        yield "fixes", charts.fixes_chart(found.fixes)
    if any(len(trend.weeks) > 1 for trend in found.trends):
        yield "trends", charts.trend_chart(found.trends)
    if found.peaks:
        yield "peaks", charts.peaks_chart(found.peaks)
    if found.emerging:
        yield "emerging", charts.emerging_chart(found.emerging)


def _leaving(found: OverallFigures) -> Iterator[tuple[str, str]]:
    satisfaction = found.satisfaction
    if satisfaction.bins:
        mean = satisfaction.mean.found.estimate if satisfaction.mean else None
        yield "satisfaction", charts.satisfaction_chart(satisfaction.bins, mean=mean)
    if found.promises.counts:
        yield "promises", charts.promises_chart(found.promises)


def _again(found: OverallFigures) -> Iterator[tuple[str, str]]:
    again = found.again
    for name, rows in (("queues", again.queues), ("topics", again.topics)):
        if any("first_contact_resolution" in row.rates for row in rows):
            yield f"resolution_{name}", _resolution(rows, name=name)
    if again.agents:
        yield "triggered", _triggered(again.agents)
    if again.handle:
        yield "ownership", _ownership(again.handle)
    if len(again.frontier_queues) > 1:
        yield "frontier_queues", charts.frontier_chart(again.frontier_queues, title="Settled and speed by queue")
    if len(again.frontier_topics) > 1:
        yield "frontier_topics", charts.frontier_chart(again.frontier_topics, title="Settled and speed by topic")


def _resolution(rows: Sequence[RateRow], *, name: str) -> str:
    known = [row for row in rows if "first_contact_resolution" in row.rates]
    return charts.interval_chart(
        [point(row.name.text, row.rates["first_contact_resolution"], scale=100) for row in known],
        axis="Settled at the first contact (%)",
        title=f"First-contact resolution by {name.removesuffix('s')}",
        description="Points show the share settled at the first contact, lines its 95 % interval",
    )


def _triggered(agents: Sequence[Rate]) -> str:
    return charts.interval_chart(
        [point(rate.name.text, rate, scale=100) for rate in agents],
        axis="Calls after which the customer called again (%)",
        title="Repeats triggered by agent",
        description="Points show the share of calls that the customer called again about, lines 95 % intervals",
    )


def _ownership(handle: Ownership) -> str:
    sides = [("One owner", handle.one_owner), ("Handed on", handle.handed_on)]
    return charts.interval_chart(
        [point(name, rate, scale=1 / 60) for name, rate in sides],
        axis="Minutes of handle time",
        title="One owner or handed on",
        description="Points show the mean handle time of a matter, lines its 95 % interval",
    )


def _agents(found: OverallFigures, worded: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for comparison in found.fair:
        yield f"fair_{comparison.by.measure}", _fair(comparison)
    drawn = [cause for cause in found.causes if any(cause.shares.values())][:MOST_CAUSES_DRAWN]
    if drawn:
        yield "causes", _causes(drawn, worded)


def _fair(comparison: FairComparison) -> str:
    """Points with intervals; those with too few calls are hollow."""
    by = comparison.by
    return charts.interval_chart(
        [
            point(f"{agent.adjusted.key} ({agent.adjusted.found.n})", agent.adjusted, scale=by.scale)
            for agent in comparison.agents
        ],
        axis=f"{by.title}{' (%)' if by.unit == ' %' else ''}, as if all had the same calls",
        title=f"Agents compared fairly: {by.title.lower()}",
        description="Points show what is likely with the same calls, lines its 95 % interval; hollow are too few calls",
    )


def _causes(causes: Sequence[Cause], worded: Mapping[str, str]) -> str:
    rows = []
    for cause in causes:
        for level in LEVELS:
            share = cause.shares[level]
            if share:
                name = f"{worded.get(cause.question_id, cause.question_id)} · {level}s"
                found = {"value": 100 * share.estimate, "low": 100 * share.low, "high": 100 * share.high}
                rows.append({"name": name, "ranked": cause.lies_with != "unclear"} | found)
    return charts.interval_chart(
        rows,
        axis="Share of what makes it fail (%)",
        title="Where failures lie",
        description="Points show how much lies between agents, topics and queues, lines the 95 % interval",
    )


def point(name: str, rate: Rate, *, scale: float) -> dict[str, Any]:
    """A row of an interval chart."""
    found = rate.found
    spans = {"value": scale * found.estimate, "low": scale * found.low, "high": scale * found.high}
    return {"name": name, "ranked": rate.ranked} | spans
