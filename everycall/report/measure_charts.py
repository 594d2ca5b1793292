"""Measure charts: SVG pictures of the measures over all calls."""

from __future__ import annotations

from collections.abc import Sequence

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
    row_labels,
    svg,
    whole_numbers,
)
from everycall.report.fixes import Fix
from everycall.report.promises import OUTCOME_NAMES, OUTCOMES, PromiseFigures
from everycall.report.rates import RateRow
from everycall.report.score_bins import Bin
from everycall.report.trends import DayHours, EmergingTopic, TopicTrend
from pipeline.language import Translator

TREND_COLUMNS = 3
DAY_PX = 84


def fixes_chart(fixes: Sequence[Fix], translator: Translator) -> str:
    """The hours that each topic cost, with their interval."""
    rows = [
        {
            "name": fix.name.text,
            "share": fix.hours.estimate,
            "low": fix.hours.low,
            "high": max(fix.hours.high, fix.hours.estimate),
            "label": translator.gettext("{number} h", number=format(fix.hours.estimate, ".1f")),
        }
        for fix in fixes
    ]
    return bars(
        rows,
        axis=translator.gettext("Hours lost in 30 days"),
        title=translator.gettext("Hours lost by topic"),
        description=translator.gettext(
            "Bars show the hours that each topic cost in the last 30 days, whiskers the 95 % interval"
        ),
        most=None,
    )


def interval_chart(rows: Rows, *, axis: str, title: str, description: str) -> str:
    """Points `value` with intervals from `low` to `high`; hollow where a row is not `ranked`."""
    import altair as alt

    base = alt.Chart(alt.Data(values=list(rows))).encode(y=row_labels(rows))
    scale = alt.Scale(zero=False)
    lines = base.mark_rule(strokeWidth=2, color=MUTED).encode(
        x=alt.X("low:Q", scale=scale, title=axis, axis=alt.Axis(tickCount=6)), x2="high:Q"
    )
    ends = [base.mark_tick(thickness=2, size=10, color=MUTED).encode(x=f"{end}:Q") for end in ("low", "high")]
    hollow = base.mark_point(size=70, filled=False, strokeWidth=2, color=ACCENT, fill=PAPER, opacity=1)
    filled = base.transform_filter("datum.ranked").mark_point(size=70, filled=True, color=ACCENT, opacity=1)
    drawn = alt.layer(lines, *ends, hollow.encode(x="value:Q"), filled.encode(x="value:Q"))
    return svg(drawn.properties(width=WIDTH_PX, height=ROW_PX * len(rows)), title=title, description=description)


def trend_chart(trends: Sequence[TopicTrend], translator: Translator) -> str:
    """Calls by week, one small line per topic, all on one scale."""
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
    return svg(
        drawn,
        title=translator.gettext("Calls by week"),
        description=translator.gettext("A line for each of the largest topics, all on one scale"),
    )


def peaks_chart(days: Sequence[DayHours], translator: Translator) -> str:
    """Weekdays by hours: a stronger colour for more calls, with their number in the cell."""
    import altair as alt

    rows = _hour_cells(days, translator)
    open_hours = [hour for hour in range(24) if any(day.hours[hour] for day in days)]
    scale = alt.Scale(domain=list(range(open_hours[0], open_hours[-1] + 1)))
    hours = alt.X(
        "hour:O",
        title=translator.gettext("Hour of the day"),
        scale=scale,
        axis=alt.Axis(labelAngle=0, ticks=False, domain=False),
    )
    beside = alt.Axis(ticks=False, domain=False, minExtent=DAY_PX)
    week = [day.weekday for day in days]
    weekdays = alt.Y("day:N", title=None, scale=alt.Scale(domain=week), axis=beside)
    base = alt.Chart(alt.Data(values=list(rows))).transform_filter("datum.calls > 0").encode(x=hours, y=weekdays)
    cells = base.mark_rect(color=ACCENT, stroke=PAPER).encode(opacity=alt.Opacity("strength:Q", scale=None))
    labels = base.mark_text(color=INK, fontSize=10).encode(text="label:N")
    drawn = alt.layer(cells, labels).properties(width=WIDTH_PX + LABEL_PX - 90, height=ROW_PX * len(days))
    return svg(
        drawn,
        title=translator.gettext("Calls by weekday and hour"),
        description=translator.gettext("Each cell counts the calls of that hour"),
    )


def _hour_cells(days: Sequence[DayHours], translator: Translator) -> Rows:
    """One row per weekday and hour; `strength` is the opacity of its cell."""
    most = max(max(day.hours) for day in days)
    return [
        {
            "day": day.weekday,
            "hour": hour,
            "calls": calls,
            "strength": 0.06 + 0.5 * calls / most,
            "label": short_count(calls, translator),
        }
        for day in days
        for hour, calls in enumerate(day.hours)
    ]


def short_count(calls: int, translator: Translator) -> str:
    """A count that fits into a cell: large ones in thousands, in Chinese in ten thousands."""
    if calls < 10_000:
        return str(calls)
    thousands, ten_thousands = f"{calls / 1000:.0f}", f"{calls / 10_000:.1f}"
    return translator.gettext("{thousands}k", thousands=thousands, ten_thousands=ten_thousands)


def emerging_chart(topics: Sequence[EmergingTopic], translator: Translator) -> str:
    """Calls of each emerging topic, with a tick at the number expected from its history."""
    import altair as alt

    rows = [{"name": topic.name.text, "calls": topic.calls, "expected": topic.expected} for topic in topics]
    base = alt.Chart(alt.Data(values=rows)).encode(y=row_labels(rows))
    axis = whole_numbers(max(topic.calls for topic in topics))
    columns = base.mark_bar(color=ACCENT, height=13).encode(
        x=alt.X("calls:Q", title=translator.gettext("Calls in the window"), axis=axis)
    )
    ticks = base.mark_tick(color=INK, thickness=3, size=20).encode(x="expected:Q")
    labels = base.mark_text(align="left", dx=6, color=INK).encode(x="calls:Q", text="calls:Q")
    drawn = alt.layer(columns, ticks, labels).properties(width=WIDTH_PX, height=ROW_PX * len(rows))
    return svg(
        drawn,
        title=translator.gettext("Emerging topics"),
        description=translator.gettext("Bars count the calls, ticks the calls expected from their history"),
    )


def satisfaction_chart(bins: Sequence[Bin], translator: Translator, *, mean: float | None) -> str:
    """Calls by estimated satisfaction, with the mean as a dashed line."""
    return histogram(
        bins,
        mean=mean,
        axis=translator.gettext("Estimated satisfaction"),
        counted=translator.gettext("Calls"),
        ticks=range(1, 6),
        height_px=200,
        title=translator.gettext("Estimated satisfaction"),
        description=translator.gettext("Calls by estimate; the dashed line is the mean"),
    )


def frontier_chart(rows: Sequence[RateRow], translator: Translator, *, title: str) -> str:
    """Resolved by one agent (up) against calls per hour (right), with intervals; numbers are rows of the table."""
    import altair as alt

    points = [{"place": str(place)} | _corner(row) for place, row in enumerate(rows, start=1)]
    base = alt.Chart(alt.Data(values=points))
    corner, few = alt.Scale(zero=False, padding=12), alt.Axis(tickCount=6)
    x = alt.X("speed:Q", title=translator.gettext("Calls per hour (efficiency)"), scale=corner, axis=few)
    settled = translator.gettext("Resolved by one agent, % (effectiveness)")
    y = alt.Y("settled:Q", title=settled, scale=corner, axis=few)
    across = base.mark_rule(color=MUTED, opacity=0.5).encode(x=alt.X("speed_low:Q"), x2="speed_high:Q", y=y)
    along = base.mark_rule(color=MUTED, opacity=0.5).encode(x=x, y=alt.Y("settled_low:Q"), y2="settled_high:Q")
    dots = base.mark_point(filled=True, size=230, color=PAPER, stroke=ACCENT, strokeWidth=2, opacity=1).encode(x=x, y=y)
    labels = base.mark_text(color=INK, fontSize=10).encode(x=x, y=y, text="place:N")
    drawn = alt.layer(across, along, dots, labels).properties(width=WIDTH_PX + LABEL_PX - 90, height=320)
    words = translator.gettext("Each number is a row of the table below; higher resolves more, further right is faster")
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


def promises_chart(promises: PromiseFigures, translator: Translator) -> str:
    """Promises by outcome."""
    rows = [
        {"name": translator.pgettext("promise", OUTCOME_NAMES[outcome]), "share": count, "label": str(count)}
        for outcome, count in zip(OUTCOMES, promises.counts, strict=True)
    ]
    return bars(
        rows,
        axis=translator.gettext("Promises"),
        title=translator.gettext("Promises by outcome"),
        description=translator.gettext("Bars count promises by outcome"),
    )
