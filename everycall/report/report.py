"""The page: figures, charts and words put together as one self-contained file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from everycall import __version__
from everycall.report import charts
from everycall.report.figures import ReportFigures, read_figures
from everycall.report.form_figures import FormFigures
from everycall.report.measure_drawings import overall_drawings
from everycall.report.page import environment, packaged
from everycall.report.phrasing import chance, describe_minutes, describe_repeats, likely, renamed, scaled, with_unit
from everycall.report.promises import KIND_NAMES
from everycall.report.question_names import asked_by, question_names
from everycall.report.quoting import clock, length_of, plain_name, worded
from everycall.report.severities import SEVERITY_NAMES
from pipeline.errors import ConfigError
from pipeline.language import ENGLISH, Translator
from pipeline.store import Store

if TYPE_CHECKING:
    import jinja2

PACKAGE = "everycall.report"
TEMPLATE = "report.html.j2"
STYLE = "report.css"


def write_report(
    store: Store,
    out: Path,
    *,
    forms: Sequence[str] = (),
    questions: Mapping[str, str] | None = None,
    translator: Translator = ENGLISH,
) -> None:
    """Write the report of a store, by all its forms or by these, e.g. `support`, in the language of the translator.

    `questions` maps question ids to their texts; those of built-in forms are known. Raises ConfigError for a form that
    the store does not have or a file that cannot be written, and StoreError when the store cannot be read.
    """
    figures = read_figures(store, forms=forms, translator=translator)
    asked = asked_by(figures.overview.rubric_ids, translator) if questions is None else questions
    page = render_report(figures, asked=asked, translator=translator)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out} cannot be written", remedy="Name a file in a folder you may write to") from error


def render_report(figures: ReportFigures, *, asked: Mapping[str, str], translator: Translator = ENGLISH) -> str:
    """The page as HTML. All text from calls, file names and metadata is escaped."""
    from markupsafe import Markup

    names = question_names(_question_ids(figures), asked, translator)
    drawings = {name: Markup(svg) for name, svg in _drawings(figures, names, translator).items()}
    forms = [
        (form, {name: Markup(svg) for name, svg in _form_drawings(form, names, translator).items()})
        for form in figures.forms
    ]
    return (
        _environment(translator)
        .get_template(TEMPLATE)
        .render(
            figures=figures,
            forms=forms,
            names=names,
            asked={question_id: text for question_id, text in asked.items() if names.get(question_id) != text},
            found=figures.overall,
            emerging={topic.topic_id for topic in figures.overall.emerging},
            charts=drawings,
            style=Markup(packaged(PACKAGE, STYLE)),
            version=__version__,
        )
    )


def _environment(translator: Translator) -> jinja2.Environment:
    made = environment(PACKAGE, translator)
    made.filters |= {
        "clock": clock,
        "length_of": partial(length_of, translator=translator),
        "percent": lambda share: with_unit(f"{100 * share:.0f}", "percent", translator),
        "with_unit": partial(with_unit, translator=translator),
        "plain": plain_name,
        "worded": worded,
        "language": _language,
        "scaled": scaled,
        "chance": chance,
        "likely": likely,
        "renamed": renamed,
        "describe_minutes": partial(describe_minutes, translator=translator),
        "describe_repeats": partial(describe_repeats, translator=translator),
        "listed": translator.listed,
    }
    made.globals |= {
        "mood_names": {mood: translator.gettext(name) for mood, name in charts.MOOD_NAMES.items()},
        "severity_names": {each: translator.pgettext("severity", name) for each, name in SEVERITY_NAMES.items()},
        "kind_names": _kind_names(translator),
    }
    return made


def _kind_names(translator: Translator) -> dict[str, str]:
    other = {"other": translator.pgettext("promise", KIND_NAMES["other"])}
    return {kind: translator.gettext(name) for kind, name in KIND_NAMES.items()} | other


def _question_ids(figures: ReportFigures) -> set[str]:
    """Every question that the page names."""
    ids = {question.question_id for form in figures.forms for question in form.questions}
    ids |= {question_id for form in figures.forms for agent in form.agents for question_id in agent.failed}
    return ids | {cause.question_id for cause in figures.overall.causes}


def _form_drawings(form: FormFigures, names: Mapping[str, str], translator: Translator) -> dict[str, str]:
    """A chart for each section of a form with something to draw."""
    drawn = {}
    if form.scores:
        mean = form.score.estimate if form.score else None
        drawn["scores"] = charts.score_chart(form.scores, translator, mean=mean)
    if form.questions:
        drawn["questions"] = charts.question_chart(form.questions, names, translator)
    if form.agents:
        drawn["agents"] = charts.agent_chart(form.agents, translator)
    return drawn


def _drawings(figures: ReportFigures, names: Mapping[str, str], translator: Translator) -> dict[str, str]:
    """A chart for each other section with something to draw."""
    drawn = overall_drawings(figures.overall, names, translator)
    if figures.moods:
        drawn["moods"] = charts.mood_chart(figures.moods, translator)
    if figures.topics:
        drawn["topics"] = charts.topic_chart(figures.topics, translator)
    return drawn


def _language(text: str) -> str:
    return "zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en"
