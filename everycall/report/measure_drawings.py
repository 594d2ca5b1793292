"""Measure drawings: the charts of the measures over all calls, by name; measures without rows have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from everycall.report import measure_charts as charts
from everycall.report.agent_comparison import LEVELS, Cause, FairComparison
from everycall.report.overall import OverallFigures
from everycall.report.rates import Rate, RateRow
from everycall.report.repeat_contacts import Ownership
from pipeline.language import Translator

MOST_CAUSES_DRAWN = 6


def overall_drawings(found: OverallFigures, names: Mapping[str, str], translator: Translator) -> dict[str, str]:
    """The charts by the name that the page uses; `names` are those of questions."""
    return dict(
        [
            *_costs(found, translator),
            *_leaving(found, translator),
            *_again(found, translator),
            *_agents(found, names, translator),
        ]
    )


def _costs(found: OverallFigures, translator: Translator) -> Iterator[tuple[str, str]]:
    if found.fixes:
        yield "fixes", charts.fixes_chart(found.fixes, translator)
    if any(len(trend.weeks) > 1 for trend in found.trends):
        yield "trends", charts.trend_chart(found.trends, translator)
    if found.peaks:
        yield "peaks", charts.peaks_chart(found.peaks, translator)
    if found.emerging:
        yield "emerging", charts.emerging_chart(found.emerging, translator)


def _leaving(found: OverallFigures, translator: Translator) -> Iterator[tuple[str, str]]:
    satisfaction = found.satisfaction
    if satisfaction.bins:
        mean = satisfaction.mean.found.estimate if satisfaction.mean else None
        yield "satisfaction", charts.satisfaction_chart(satisfaction.bins, translator, mean=mean)
    if found.promises.counts:
        yield "promises", charts.promises_chart(found.promises, translator)


def _again(found: OverallFigures, translator: Translator) -> Iterator[tuple[str, str]]:
    again = found.again
    of_queues = translator.gettext("First-contact resolution by queue")
    of_topics = translator.gettext("First-contact resolution by topic")
    for name, rows, title in (("queues", again.queues, of_queues), ("topics", again.topics, of_topics)):
        if any("first_contact_resolution" in row.rates for row in rows):
            yield f"resolution_{name}", _resolution(rows, translator, title=title)
    if again.agents:
        yield "triggered", _triggered(again.agents, translator)
    if again.handle:
        yield "ownership", _ownership(again.handle, translator)
    if len(again.frontier_queues) > 1:
        title = translator.gettext("Resolution and speed by queue")
        yield "frontier_queues", charts.frontier_chart(again.frontier_queues, translator, title=title)
    if len(again.frontier_topics) > 1:
        title = translator.gettext("Resolution and speed by topic")
        yield "frontier_topics", charts.frontier_chart(again.frontier_topics, translator, title=title)


def _resolution(rows: Sequence[RateRow], translator: Translator, *, title: str) -> str:
    known = [row for row in rows if "first_contact_resolution" in row.rates]
    return charts.interval_chart(
        [point(row.name.text, row.rates["first_contact_resolution"], scale=100) for row in known],
        axis=translator.gettext("Resolved at the first contact (%)"),
        title=title,
        description=translator.gettext("Points show the share resolved at the first contact, lines the 95 % interval"),
    )


def _triggered(agents: Sequence[Rate], translator: Translator) -> str:
    return charts.interval_chart(
        [point(rate.name.text, rate, scale=100) for rate in agents],
        axis=translator.gettext("Calls after which the customer called again (%)"),
        title=translator.gettext("Repeats triggered by agent"),
        description=translator.gettext(
            "Points show the share of calls after which the customer called again, lines the 95 % interval"
        ),
    )


def _ownership(handle: Ownership, translator: Translator) -> str:
    sides = [(translator.gettext("One owner"), handle.one_owner), (translator.gettext("Handed on"), handle.handed_on)]
    return charts.interval_chart(
        [point(name, rate, scale=1 / 60) for name, rate in sides],
        axis=translator.gettext("Minutes of handle time"),
        title=translator.gettext("One owner or handed on"),
        description=translator.gettext("Points show the mean handle time of a matter, lines the 95 % interval"),
    )


def _agents(found: OverallFigures, names: Mapping[str, str], translator: Translator) -> Iterator[tuple[str, str]]:
    for comparison in found.fair:
        yield f"fair_{comparison.by.measure}", _fair(comparison, translator)
    drawn = [cause for cause in found.causes if any(cause.shares.values())][:MOST_CAUSES_DRAWN]
    if drawn:
        yield "causes", _causes(drawn, names, translator)


def _fair(comparison: FairComparison, translator: Translator) -> str:
    """Points with intervals; hollow with too few calls."""
    by = comparison.by
    measure = translator.gettext(by.title)
    adjusted = translator.gettext("{measure}, at the same mix of calls", measure=measure)
    in_percent = translator.gettext("{measure} (%), at the same mix of calls", measure=measure)
    return charts.interval_chart(
        [
            point(f"{agent.adjusted.key} ({agent.adjusted.found.n})", agent.adjusted, scale=by.scale)
            for agent in comparison.agents
        ],
        axis=in_percent if by.unit == "percent" else adjusted,
        title=translator.gettext(by.chart_title),
        description=translator.gettext(
            "Points show the figure at the same mix of calls, lines the 95 % interval; hollow points have too few calls"
        ),
    )


def _causes(causes: Sequence[Cause], names: Mapping[str, str], translator: Translator) -> str:
    rows = []
    levels = {
        "agent": translator.gettext("agents"),
        "topic": translator.gettext("topics"),
        "queue": translator.gettext("queues"),
    }
    for cause in causes:
        for level in LEVELS:
            share = cause.shares[level]
            if share:
                name = f"{names.get(cause.question_id, cause.question_id)} · {levels[level]}"
                found = {"value": 100 * share.estimate, "low": 100 * share.low, "high": 100 * share.high}
                rows.append({"name": name, "ranked": cause.lies_with != "unclear"} | found)
    return charts.interval_chart(
        rows,
        axis=translator.gettext("Share of the variation in failing (%)"),
        title=translator.gettext("Where failures come from"),
        description=translator.gettext(
            "Points show how much of the variation lies between agents, topics and queues, lines the 95 % interval"
        ),
    )


def point(name: str, rate: Rate, *, scale: float) -> dict[str, Any]:
    """A row of an interval chart."""
    found = rate.found
    spans = {"value": scale * found.estimate, "low": scale * found.low, "high": scale * found.high}
    return {"name": name, "ranked": rate.ranked} | spans
