"""Charts: SVG pictures of figures that also stand in a table below them.

Altair says what to draw and vl-convert draws it, both without a network. What is drawn is told apart by place, length
and label, never by colour alone. Colours are the page's own, so that the picture follows it into the dark.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from everycall.report.figures import MOODS, MoodChange
from everycall.report.form_figures import QuestionFigures, ScoreBin
from everycall.report.subjects import TopicFigures
from pipeline.overall.agents import AgentFigures

if TYPE_CHECKING:
    import altair as alt

WIDTH_PX = 690
ROW_PX = 26
MOST_ROWS = 20
LABEL_PX = 210
# Stand-ins that the drawing carries; on the page they become its own colours.
INK, MUTED, GRID, ACCENT, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505"
ON_PAGE = {INK: "--ink", MUTED: "--muted", GRID: "--line", ACCENT: "--accent", PAPER: "--paper"}

Rows = Sequence[Mapping[str, Any]]


def score_chart(bins: Sequence[ScoreBin], *, mean: float | None) -> str:
    """How many calls have which score, with the mean as a dashed line."""
    import altair as alt

    rows = [{"low": found.low, "high": found.high, "calls": found.calls} for found in bins]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "low:Q", title="Score", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(values=list(range(0, 101, 10)))
        ),
        x2="high:Q",
        y=alt.Y("calls:Q", title="Calls", axis=_whole_numbers(max((found.calls for found in bins), default=0))),
        y2=alt.datum(0),
    )
    bars = base.mark_rect(color=ACCENT, stroke=PAPER, strokeWidth=2)
    labels = (
        alt.Chart(
            alt.Data(
                values=[{**row, "middle": (found.low + found.high) / 2} for row, found in zip(rows, bins, strict=True)]
            )
        )
        .transform_filter("datum.calls > 0")
        .mark_text(dy=-7, color=INK)
        .encode(x="middle:Q", y="calls:Q", text="calls:Q")
    )
    layers = [bars, labels]
    if mean is not None:
        line = alt.Chart(alt.Data(values=[{"mean": mean}]))
        layers.append(line.mark_rule(strokeDash=[5, 4], strokeWidth=2, color=INK).encode(x="mean:Q"))
    return _svg(
        alt.layer(*layers).properties(width=WIDTH_PX + LABEL_PX - 60, height=220),
        title="Score distribution",
        description=f"Calls by score in steps of ten, the mean of {mean:.0f} as a dashed line"
        if mean is not None
        else "",
    )


def question_chart(questions: Sequence[QuestionFigures], names: Mapping[str, str]) -> str:
    """The share of judged calls that failed each question, with its interval."""
    rows = [
        {
            "name": names[question.question_id],
            "share": 100 * question.share.estimate,
            "low": 100 * question.share.low,
            "high": 100 * question.share.high,
            "label": f"{100 * question.share.estimate:.0f} %",
        }
        for question in questions[:MOST_ROWS]
    ]
    description = "Bars show the share of judged calls that failed a question, whiskers its 95 % interval"
    return _bars(rows, axis="Calls that failed it (%)", title="Questions failed most", description=description)


def agent_chart(agents: Sequence[AgentFigures]) -> str:
    """Each agent's mean score as a point with its interval; hollow where there are too few calls to rank."""
    import altair as alt

    rows = [
        {
            "name": f"{agent.agent_id} ({agent.calls})",
            "mean": agent.score.estimate,
            "low": agent.score.low,
            "high": agent.score.high,
            "ranked": agent.ranked,
        }
        for agent in agents[:MOST_ROWS]
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(y=_names(rows))
    scale = alt.Scale(domain=[0, 100])
    spans = base.mark_rule(strokeWidth=2, color=MUTED).encode(
        x=alt.X("low:Q", scale=scale, title="Mean score", axis=alt.Axis(tickCount=6)), x2="high:Q"
    )
    ends = [base.mark_tick(thickness=2, size=10, color=MUTED).encode(x=f"{end}:Q") for end in ("low", "high")]
    points = base.mark_point(size=80, filled=False, strokeWidth=2, color=ACCENT, fill=PAPER, opacity=1).encode(
        x="mean:Q"
    )
    dots = (
        base.transform_filter("datum.ranked")
        .mark_point(size=80, filled=True, color=ACCENT, opacity=1)
        .encode(x="mean:Q")
    )
    return _svg(
        alt.layer(spans, *ends, points, dots).properties(width=WIDTH_PX, height=ROW_PX * len(rows)),
        title="Mean score by agent",
        description="Points show the mean score, lines its 95 % interval; hollow points have too few calls to rank",
    )


def mood_chart(moods: Sequence[MoodChange]) -> str:
    """From which mood to which the customers went: circles by size with the number of calls."""
    import altair as alt

    rows = [{"start": mood.start, "end": mood.end, "calls": mood.calls} for mood in moods]
    order = list(MOODS)
    base = (
        alt.Chart(alt.Data(values=rows))
        .transform_filter("datum.calls > 0")
        .encode(
            x=alt.X("end:N", title="At the end", scale=alt.Scale(domain=order), axis=alt.Axis(labelAngle=0, grid=True)),
            y=alt.Y("start:N", title="At the start", scale=alt.Scale(domain=order), axis=alt.Axis(grid=True)),
        )
    )
    circles = base.mark_circle(color=ACCENT, opacity=0.28, stroke=ACCENT, strokeWidth=1.5).encode(
        size=alt.Size("calls:Q", scale=alt.Scale(domainMin=0, rangeMin=250, rangeMax=2600), legend=None)
    )
    labels = base.mark_text(color=INK, fontWeight="bold", fontSize=13).encode(text="calls:Q")
    return _svg(
        (circles + labels).properties(width=330, height=230),
        title="Sentiment from start to end",
        description="Each circle counts the calls that began in the mood of its row and ended in that of its column",
    )


def topic_chart(topics: Sequence[TopicFigures]) -> str:
    """How many calls each topic has."""
    rows = [{"name": topic.name, "share": topic.calls, "label": str(topic.calls)} for topic in topics[:MOST_ROWS]]
    return _bars(rows, axis="Calls", title="Topics", description="Bars show how many calls each topic has")


def _bars(rows: Rows, *, axis: str, title: str, description: str) -> str:
    """Horizontal bars with their value behind them, and whiskers where the rows have `low` and `high`."""
    import altair as alt

    base = alt.Chart(alt.Data(values=list(rows))).encode(y=_names(rows))
    has_whiskers = bool(rows) and "high" in rows[0]
    scale = alt.Scale(domain=[0, 100]) if has_whiskers else alt.Scale(domainMin=0)
    ticks = alt.Axis(tickCount=6) if has_whiskers else _whole_numbers(max((row["share"] for row in rows), default=0))
    layers: list[Any] = [
        base.mark_bar(color=ACCENT, height=13).encode(x=alt.X("share:Q", title=axis, scale=scale, axis=ticks))
    ]
    if has_whiskers:
        layers.append(base.mark_rule(strokeWidth=2, color=INK).encode(x="low:Q", x2="high:Q"))
        layers += [base.mark_tick(thickness=2, size=9, color=INK).encode(x=f"{end}:Q") for end in ("low", "high")]
    labels = base.mark_text(align="left", dx=6, color=INK)
    layers.append(labels.encode(x="high:Q" if has_whiskers else "share:Q", text="label:N"))
    return _svg(
        alt.layer(*layers).properties(width=WIDTH_PX, height=ROW_PX * len(rows)), title=title, description=description
    )


def _whole_numbers(largest: int) -> alt.Axis:
    """An axis of counts: about six whole numbers."""
    import altair as alt

    step = max(1, round(largest / 6))
    return alt.Axis(values=list(range(0, largest + step, step)), format="d")


def _names(rows: Rows) -> alt.Y:
    """Rows in the order given, their names beside them."""
    import altair as alt

    order = [row["name"] for row in rows]
    axis = alt.Axis(labelLimit=LABEL_PX, minExtent=LABEL_PX, maxExtent=LABEL_PX, ticks=False, domain=False)
    return alt.Y("name:N", sort=order, title=None, axis=axis)


def _svg(chart: Any, *, title: str, description: str) -> str:
    """The drawing as inline SVG with a title and a description for those who cannot see it."""
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
