"""Drawing: what all charts share, from the colours of the page to SVG that a screen reader can name.

Altair describes the chart and vl-convert draws it, both offline. Marks differ by place, length and label, never by
colour alone. Colours are those of the page, so that charts follow it into dark mode.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from everycall.report.score_bins import Bin

if TYPE_CHECKING:
    import altair as alt

WIDTH_PX = 690
ROW_PX = 26
MOST_ROWS = 20
LABEL_PX = 210
# Placeholder colours in the drawing; the page replaces them with its own.
INK, MUTED, GRID, ACCENT, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505"
ON_PAGE = {INK: "--ink", MUTED: "--muted", GRID: "--line", ACCENT: "--accent", PAPER: "--paper"}

Rows = Sequence[Mapping[str, Any]]


def bars(rows: Rows, *, axis: str, title: str, description: str, most: float | None = 100) -> str:
    """Horizontal bars followed by their values, with whiskers where the rows have `low` and `high`.

    With whiskers the axis ends at `most`, or at the longest of them where that is None.
    """
    import altair as alt

    base = alt.Chart(alt.Data(values=list(rows))).encode(y=row_labels(rows))
    has_whiskers = bool(rows) and "high" in rows[0]
    scale = alt.Scale(domain=[0, most]) if has_whiskers and most else alt.Scale(domainMin=0)
    ticks = alt.Axis(tickCount=6) if has_whiskers else whole_numbers(max((row["share"] for row in rows), default=0))
    layers: list[Any] = [
        base.mark_bar(color=ACCENT, height=13).encode(x=alt.X("share:Q", title=axis, scale=scale, axis=ticks))
    ]
    if has_whiskers:
        layers.append(base.mark_rule(strokeWidth=2, color=INK).encode(x="low:Q", x2="high:Q"))
        layers += [base.mark_tick(thickness=2, size=9, color=INK).encode(x=f"{end}:Q") for end in ("low", "high")]
    labels = base.mark_text(align="left", dx=6, color=INK)
    layers.append(labels.encode(x="high:Q" if has_whiskers else "share:Q", text="label:N"))
    return svg(
        alt.layer(*layers).properties(width=WIDTH_PX, height=ROW_PX * len(rows)), title=title, description=description
    )


def histogram(
    bins: Sequence[Bin],
    *,
    mean: float | None,
    axis: str,
    counted: str,
    ticks: Sequence[int],
    height_px: int,
    title: str,
    description: str,
) -> str:
    """The calls in each bin, with the mean as a dashed line; the axis runs from the first tick to the last.

    `axis` names the values and `counted` the calls.
    """
    import altair as alt

    rows = [
        {"low": found.low, "high": found.high, "middle": (found.low + found.high) / 2, "calls": found.calls}
        for found in bins
    ]
    scale = alt.Scale(domain=[ticks[0], ticks[-1]])
    base = alt.Chart(alt.Data(values=rows))
    columns = base.mark_rect(color=ACCENT, stroke=PAPER, strokeWidth=2).encode(
        x=alt.X("low:Q", title=axis, scale=scale, axis=alt.Axis(values=list(ticks), format="d")),
        x2="high:Q",
        y=alt.Y("calls:Q", title=counted, axis=whole_numbers(max(found.calls for found in bins))),
        y2=alt.datum(0),
    )
    numbers = base.transform_filter("datum.calls > 0").mark_text(dy=-7, color=INK)
    layers: list[Any] = [columns, numbers.encode(x="middle:Q", y="calls:Q", text="calls:Q")]
    if mean is not None:
        line = alt.Chart(alt.Data(values=[{"mean": mean}])).mark_rule(strokeDash=[5, 4], strokeWidth=2, color=INK)
        layers.append(line.encode(x="mean:Q"))
    drawn = alt.layer(*layers).properties(width=WIDTH_PX + LABEL_PX - 60, height=height_px)
    return svg(drawn, title=title, description=description)


def whole_numbers(largest: int) -> alt.Axis:
    """An axis of counts with about six whole numbers, rounded for large counts."""
    import altair as alt

    least = max(1, largest / 6)
    power = 10 ** int(math.log10(least))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= round(least))
    return alt.Axis(values=list(range(0, largest + step, step)), format="d")


def row_labels(rows: Rows) -> alt.Y:
    """The names of the rows, in the given order."""
    import altair as alt

    order = [row["name"] for row in rows]
    axis = alt.Axis(labelLimit=LABEL_PX, minExtent=LABEL_PX, maxExtent=LABEL_PX, ticks=False, domain=False)
    return alt.Y("name:N", sort=order, title=None, axis=axis)


def svg(chart: Any, *, title: str, description: str) -> str:
    """The drawing as inline SVG, with a title and a description for screen readers."""
    import vl_convert

    styled = chart.configure(
        background="transparent", font="sans-serif", padding={"left": 2, "top": 6, "right": 34, "bottom": 2}
    )
    styled = styled.configure_view(stroke=None).configure_axis(
        labelColor=INK, titleColor=MUTED, gridColor=GRID, domainColor=GRID, tickColor=GRID,
        labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
    )  # fmt: skip
    drawn = str(vl_convert.vegalite_to_svg(styled.to_dict(), allowed_base_urls=[]))
    for stand_in, variable in ON_PAGE.items():
        drawn = drawn.replace(stand_in, f"var({variable})")
    head, _, body = drawn.partition(">")
    words = f"<title>{html.escape(title)}</title><desc>{html.escape(description)}</desc>"
    return f'{head} role="img" focusable="false">{words}{body}'
