"""Charts: SVG pictures of figures that the page also lists in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    row_labels,
    svg,
)
from everycall.report.figures import MOODS, MoodChange
from everycall.report.form_figures import QuestionFigures
from everycall.report.score_bins import Bin
from everycall.report.topics_and_repeats import TopicFigures
from pipeline.analytics.agents.agents import AgentFigures
from pipeline.language import Translator
from pipeline.language.translator import message

MOOD_NAMES = {
    "negative": message("Negative"),
    "neutral": message("Neutral"),
    "positive": message("Positive"),
}


def score_chart(bins: Sequence[Bin], translator: Translator, *, mean: float | None) -> str:
    """Calls by score, with the mean as a dashed line."""
    words = ""
    if mean is not None:
        words = translator.gettext("Calls by score in steps of ten, the mean of {mean:.0f} as a dashed line", mean=mean)
    return histogram(
        bins,
        mean=mean,
        axis=translator.gettext("Score"),
        counted=translator.gettext("Calls"),
        ticks=range(0, 101, 10),
        height_px=220,
        title=translator.gettext("Score distribution"),
        description=words,
    )


def question_chart(questions: Sequence[QuestionFigures], names: Mapping[str, str], translator: Translator) -> str:
    """The share of judged calls that failed each question, with its interval."""
    rows = [
        {
            "name": names[question.question_id],
            "share": 100 * question.share.estimate,
            "low": 100 * question.share.low,
            "high": 100 * question.share.high,
            "label": translator.gettext("{number} %", number=round(100 * question.share.estimate)),
        }
        for question in questions[:MOST_ROWS]
    ]
    return bars(
        rows,
        axis=translator.gettext("Calls that failed it (%)"),
        title=translator.gettext("Questions failed most"),
        description=translator.gettext(
            "Bars show the share of judged calls that failed a question, whiskers the 95 % interval"
        ),
    )


def agent_chart(agents: Sequence[AgentFigures], translator: Translator) -> str:
    """Each agent's mean score as a point with its interval; hollow with too few calls to rank."""
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
    base = alt.Chart(alt.Data(values=rows)).encode(y=row_labels(rows))
    scale = alt.Scale(domain=[0, 100])
    spans = base.mark_rule(strokeWidth=2, color=MUTED).encode(
        x=alt.X("low:Q", scale=scale, title=translator.gettext("Mean score"), axis=alt.Axis(tickCount=6)), x2="high:Q"
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
        title=translator.gettext("Mean score by agent"),
        description=translator.gettext(
            "Points show the mean score, lines the 95 % interval; hollow points have too few calls to rank"
        ),
    )


def mood_chart(moods: Sequence[MoodChange], translator: Translator) -> str:
    """Calls by mood at the start and at the end, as circles whose size is the number of calls."""
    import altair as alt

    shown = {mood: translator.gettext(name) for mood, name in MOOD_NAMES.items()}
    rows = [{"start": shown[mood.start], "end": shown[mood.end], "calls": mood.calls} for mood in moods]
    order = [shown[mood] for mood in MOODS]
    base = (
        alt.Chart(alt.Data(values=rows))
        .transform_filter("datum.calls > 0")
        .encode(
            x=alt.X(
                "end:N",
                title=translator.gettext("At the end"),
                scale=alt.Scale(domain=order),
                axis=alt.Axis(labelAngle=0, grid=True),
            ),
            y=alt.Y(
                "start:N",
                title=translator.gettext("At the start"),
                scale=alt.Scale(domain=order),
                axis=alt.Axis(grid=True),
            ),
        )
    )
    circles = base.mark_circle(color=ACCENT, opacity=0.28, stroke=ACCENT, strokeWidth=1.5).encode(
        size=alt.Size("calls:Q", scale=alt.Scale(domainMin=0, rangeMin=250, rangeMax=2600), legend=None)
    )
    labels = base.mark_text(color=INK, fontWeight="bold", fontSize=13).encode(text="calls:Q")
    return svg(
        (circles + labels).properties(width=330, height=230),
        title=translator.gettext("Sentiment from start to end"),
        description=translator.gettext(
            "Each circle counts the calls that began in the mood of its row and ended in that of its column"
        ),
    )


def topic_chart(topics: Sequence[TopicFigures], translator: Translator) -> str:
    """Calls by topic."""
    rows = [{"name": topic.name, "share": topic.calls, "label": str(topic.calls)} for topic in topics[:MOST_ROWS]]
    return bars(
        rows,
        axis=translator.gettext("Calls"),
        title=translator.gettext("Topics"),
        description=translator.gettext("Bars show the calls of each topic"),
    )
