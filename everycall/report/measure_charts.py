"""Measure charts: SVG pictures of the measures over all calls."""

from __future__ import annotations

from collections.abc import Sequence

from everycall.report.bins import Bin
from everycall.report.drawing import (
    ACCENT,
    INK,
    LABEL_PX,
    MUTED,
    PAPER,
    ROW_PX,
    WIDTH_PX,
    Rows,
    bars,
    histogram,
    names,
    svg,
    whole_numbers,
)
from everycall.report.fixes import Fix
from everycall.report.promises import OUTCOMES, PromiseFigures
from everycall.report.rates import RateRow
from everycall.report.trends import DayHours, EmergingTopic, TopicTrend

TREND_COLUMNS = 3
DAY_PX = 84


def fixes_chart(fixes: Sequence[Fix]) -> str:
    """The hours that each topic cost, with their interval."""
    rows = [
        {
            "name": fix.name.text,
            "share": fix.hours.estimate,
            "low": fix.hours.low,
            "high": max(fix.hours.high, fix.hours.estimate),
            "label": f"{fix.hours.estimate:.1f} h",
        }
        for fix in fixes
    ]
    words = "Bars show the hours that each topic cost in the last 30 days, whiskers their 95 % interval"
    return bars(rows, axis="Hours lost in 30 days", title="Hours lost by topic", description=words, most=None)


def interval_chart(rows: Rows, *, axis: str, title: str, description: str) -> str:
    """Points with their intervals, `value` between `low` and `high`; hollow where a row is not `ranked`."""
    import altair as alt

    base = alt.Chart(alt.Data(values=list(rows))).encode(y=names(rows))
    scale = alt.Scale(zero=False)
    lines = base.mark_rule(strokeWidth=2, color=MUTED).encode(
        x=alt.X("low:Q", scale=scale, title=axis, axis=alt.Axis(tickCount=6)), x2="high:Q"
    )
    ends = [base.mark_tick(thickness=2, size=10, color=MUTED).encode(x=f"{end}:Q") for end in ("low", "high")]
    hollow = base.mark_point(size=70, filled=False, strokeWidth=2, color=ACCENT, fill=PAPER, opacity=1)
    filled = base.transform_filter("datum.ranked").mark_point(size=70, filled=True, color=ACCENT, opacity=1)
    drawn = alt.layer(lines, *ends, hollow.encode(x="value:Q"), filled.encode(x="value:Q"))
    return svg(drawn.properties(width=WIDTH_PX, height=ROW_PX * len(rows)), title=title, description=description)


def trend_chart(trends: Sequence[TopicTrend]) -> str:
    """A small line for each topic, all to one scale: calls by week."""
    import altair as alt

    rows = [{"topic": trend.name.text, "week": week, "calls": calls} for trend in trends for week, calls in trend.weeks]
    ends = [trends[0].weeks[0][0], trends[0].weeks[-1][0]]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("week:O", title=None, axis=alt.Axis(values=ends, labelExpr="slice(datum.value, 5)", labelAngle=0)),
        y=alt.Y("calls:Q", title=None, axis=alt.Axis(tickCount=3), scale=alt.Scale(domainMin=0)),
    )
    lines = base.mark_line(color=ACCENT, strokeWidth=2, point=alt.OverlayMarkDef(color=ACCENT, size=18))
    width = (WIDTH_PX + LABEL_PX) // TREND_COLUMNS - 50
    header = alt.Header(labelLimit=width, labelFontSize=12, labelColor=INK, labelAnchor="start", title=None)
    drawn = lines.properties(width=width, height=80).facet(
        facet=alt.Facet("topic:N", sort=[trend.name.text for trend in trends], header=header), columns=TREND_COLUMNS
    )
    return svg(drawn, title="Calls by week", description="A line for each of the largest topics, all to one scale")


def peaks_chart(days: Sequence[DayHours]) -> str:
    """Weekdays by hours: the more calls the stronger the colour, with their number in the cell."""
    import altair as alt

    rows = _hour_cells(days)
    open_hours = [hour for hour in range(24) if any(day.hours[hour] for day in days)]
    scale = alt.Scale(domain=list(range(open_hours[0], open_hours[-1] + 1)))
    hours = alt.X(
        "hour:O", title="Hour of the day", scale=scale, axis=alt.Axis(labelAngle=0, ticks=False, domain=False)
    )
    beside = alt.Axis(ticks=False, domain=False, minExtent=DAY_PX)
    week = [day.weekday for day in days]
    weekdays = alt.Y("day:N", title=None, scale=alt.Scale(domain=week), axis=beside)
    base = alt.Chart(alt.Data(values=list(rows))).transform_filter("datum.calls > 0").encode(x=hours, y=weekdays)
    cells = base.mark_rect(color=ACCENT, stroke=PAPER).encode(opacity=alt.Opacity("strength:Q", scale=None))
    labels = base.mark_text(color=INK, fontSize=10).encode(text="label:N")
    drawn = alt.layer(cells, labels).properties(width=WIDTH_PX + LABEL_PX - 90, height=ROW_PX * len(days))
    return svg(drawn, title="Calls by weekday and hour", description="Each cell counts the calls of that hour")


def _hour_cells(days: Sequence[DayHours]) -> Rows:
    """A row a weekday and hour; `strength` is how dark its cell is."""
    most = max(max(day.hours) for day in days)
    return [
        {
            "day": day.weekday,
            "hour": hour,
            "calls": calls,
            "strength": 0.06 + 0.5 * calls / most,
            "label": short_count(calls),
        }
        for day in days
        for hour, calls in enumerate(day.hours)
    ]


def short_count(calls: int) -> str:
    """A count that fits into a cell: from ten thousand on in thousands."""
    return f"{calls / 1000:.0f}k" if calls >= 10_000 else str(calls)


def emerging_chart(topics: Sequence[EmergingTopic]) -> str:
    """Calls of each emerging topic, with a tick for what its history led one to expect."""
    import altair as alt

    rows = [{"name": topic.name.text, "calls": topic.calls, "expected": topic.expected} for topic in topics]
    base = alt.Chart(alt.Data(values=rows)).encode(y=names(rows))
    axis = whole_numbers(max(topic.calls for topic in topics))
    columns = base.mark_bar(color=ACCENT, height=13).encode(x=alt.X("calls:Q", title="Calls in the window", axis=axis))
    ticks = base.mark_tick(color=INK, thickness=3, size=20).encode(x="expected:Q")
    labels = base.mark_text(align="left", dx=6, color=INK).encode(x="calls:Q", text="calls:Q")
    drawn = alt.layer(columns, ticks, labels).properties(width=WIDTH_PX, height=ROW_PX * len(rows))
    return svg(drawn, title="Emerging topics", description="Bars count the calls, ticks what their history expected")


def satisfaction_chart(bins: Sequence[Bin], *, mean: float | None) -> str:
    """How many calls have which estimate, with the mean as a dashed line."""
    return histogram(
        bins,
        mean=mean,
        axis="Estimated satisfaction",
        ticks=range(1, 6),
        height_px=200,
        title="Estimated satisfaction",
        description="Calls by estimate; the dashed line is the mean",
    )


def frontier_chart(rows: Sequence[RateRow], *, title: str) -> str:
    """Settled by one agent (up) against calls an hour (right), both with their intervals; numbers are the table's."""
    import altair as alt

    points = [{"place": str(place)} | _corner(row) for place, row in enumerate(rows, start=1)]
    base = alt.Chart(alt.Data(values=points))
    corner, few = alt.Scale(zero=False, padding=12), alt.Axis(tickCount=6)
    x = alt.X("speed:Q", title="Calls an hour (efficiency)", scale=corner, axis=few)
    y = alt.Y("settled:Q", title="Settled by one agent, % (effectiveness)", scale=corner, axis=few)
    across = base.mark_rule(color=MUTED, opacity=0.5).encode(x=alt.X("speed_low:Q"), x2="speed_high:Q", y=y)
    along = base.mark_rule(color=MUTED, opacity=0.5).encode(x=x, y=alt.Y("settled_low:Q"), y2="settled_high:Q")
    dots = base.mark_point(filled=True, size=230, color=PAPER, stroke=ACCENT, strokeWidth=2, opacity=1).encode(x=x, y=y)
    labels = base.mark_text(color=INK, fontSize=10).encode(x=x, y=y, text="place:N")
    drawn = alt.layer(across, along, dots, labels).properties(width=WIDTH_PX + LABEL_PX - 90, height=320)
    words = "Each number is a row of the table below; higher settles more, further right is faster"
    return svg(drawn, title=title, description=words)


def _corner(row: RateRow) -> dict[str, float]:
    settled, speed = row.rates["effectiveness"].found, row.rates["efficiency"].found
    return {
        "settled": 100 * settled.estimate,
        "settled_low": 100 * settled.low,
        "settled_high": 100 * settled.high,
        "speed": speed.estimate,
        "speed_low": speed.low,
        "speed_high": speed.high,
    }


def promises_chart(promises: PromiseFigures) -> str:
    """How many promises have which outcome."""
    rows = [
        {"name": outcome.capitalize(), "share": count, "label": str(count)}
        for outcome, count in zip(OUTCOMES, promises.counts, strict=True)
    ]
    return bars(rows, axis="Promises", title="Promises by outcome", description="Bars count promises by outcome")
