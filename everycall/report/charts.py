"""Charts: SVG pictures of figures that also stand in a table below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from everycall.report.bins import Bin
from everycall.report.drawing import (
    ACCENT,
    INK,
    MOST_ROWS,
    MUTED,
    PAPER,
    ROW_PX,
    WIDTH_PX,
    bars,
    histogram,
    names,
    svg,
)
from everycall.report.figures import MOODS, MoodChange
from everycall.report.form_figures import QuestionFigures
from everycall.report.subjects import TopicFigures
from pipeline.analytics.agents.agents import AgentFigures


def score_chart(bins: Sequence[Bin], *, mean: float | None) -> str:
    """How many calls have which score, with the mean as a dashed line."""
    words = f"Calls by score in steps of ten, the mean of {mean:.0f} as a dashed line" if mean is not None else ""
    return histogram(
        bins,
        mean=mean,
        axis="Score",
        ticks=range(0, 101, 10),
        height_px=220,
        title="Score distribution",
        description=words,
    )


def question_chart(questions: Sequence[QuestionFigures], worded: Mapping[str, str]) -> str:
    """The share of judged calls that failed each question, with its interval."""
    rows = [
        {
            "name": worded[question.question_id],
            "share": 100 * question.share.estimate,
            "low": 100 * question.share.low,
            "high": 100 * question.share.high,
            "label": f"{100 * question.share.estimate:.0f} %",
        }
        for question in questions[:MOST_ROWS]
    ]
    description = "Bars show the share of judged calls that failed a question, whiskers its 95 % interval"
    return bars(rows, axis="Calls that failed it (%)", title="Questions failed most", description=description)


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
    base = alt.Chart(alt.Data(values=rows)).encode(y=names(rows))
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
    return svg(
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
    return svg(
        (circles + labels).properties(width=330, height=230),
        title="Sentiment from start to end",
        description="Each circle counts the calls that began in the mood of its row and ended in that of its column",
    )


def topic_chart(topics: Sequence[TopicFigures]) -> str:
    """How many calls each topic has."""
    rows = [{"name": topic.name, "share": topic.calls, "label": str(topic.calls)} for topic in topics[:MOST_ROWS]]
    return bars(rows, axis="Calls", title="Topics", description="Bars show how many calls each topic has")
