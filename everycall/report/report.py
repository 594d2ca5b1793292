"""The page: figures, charts and words put together as one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from everycall import __version__
from everycall.report import charts
from everycall.report.figures import ReportFigures, read_figures
from everycall.report.form_figures import FormFigures
from everycall.report.measure_drawings import overall_drawings
from everycall.report.quoting import clock, length_of, plain_name, worded
from everycall.report.telling import chance, likely, minutes_told, renamed, repeats_told, scaled
from pipeline.errors import ConfigError
from pipeline.rubric.load import built_in_rubrics, load_rubric
from pipeline.store import Store

if TYPE_CHECKING:
    import jinja2

TEMPLATE = "report.html.j2"
STYLE = "report.css"


def write_report(
    store: Store, out: Path, *, forms: Sequence[str] = (), questions: Mapping[str, str] | None = None
) -> None:
    """Write the report of a store, by all its forms or by these, e.g. `support`.

    `questions` maps question ids to what they ask; built-in forms know that themselves. Raises ConfigError for a form
    that the store does not have or a file that cannot be written, and StoreError when the store cannot be read.
    """
    figures = read_figures(store, forms=forms)
    page = render_report(figures, asked=asked_by(figures.overview.rubric_ids) if questions is None else questions)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out} cannot be written", remedy="Name a file in a folder you may write to") from error


def render_report(figures: ReportFigures, *, asked: Mapping[str, str]) -> str:
    """The page as HTML. All text from calls, file names and metadata is escaped."""
    from markupsafe import Markup

    names = {question_id: plain_name(question_id) for question_id in _question_ids(figures)}
    drawings = {name: Markup(svg) for name, svg in _drawings(figures, names).items()}
    forms = [(form, {name: Markup(svg) for name, svg in _form_drawings(form, names).items()}) for form in figures.forms]
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            figures=figures,
            forms=forms,
            names=names,
            asked=asked,
            found=figures.overall,
            emerging={topic.topic_id for topic in figures.overall.emerging},
            charts=drawings,
            style=Markup(_packaged(STYLE)),
            version=__version__,
        )
    )


def asked_by(forms: Sequence[str]) -> dict[str, str]:
    """What the questions of these forms ask, in the words of the first form that has them; only built-in ones known."""
    known = [form for form in forms if form in built_in_rubrics()]
    asked: dict[str, str] = {}
    for form in reversed(known):
        asked |= {question.id: question.text for rubric in load_rubric(form).members for question in rubric.questions()}
    return asked


def _environment() -> jinja2.Environment:
    """The templates of this package, where a name that is not given is an error."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_packaged),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "clock": clock,
        "length_of": length_of,
        "percent": _percent,
        "plain": plain_name,
        "worded": worded,
        "language": _language,
        "scaled": scaled,
        "chance": chance,
        "likely": likely,
        "renamed": renamed,
        "minutes_told": minutes_told,
        "repeats_told": repeats_told,
    }
    return environment


def _question_ids(figures: ReportFigures) -> set[str]:
    """Every question that the page names."""
    ids = {question.question_id for form in figures.forms for question in form.questions}
    ids |= {question_id for form in figures.forms for agent in form.agents for question_id in agent.failed}
    return ids | {cause.question_id for cause in figures.overall.causes}


def _form_drawings(form: FormFigures, names: Mapping[str, str]) -> dict[str, str]:
    """A chart for each section of a form that has something to draw."""
    drawn = {}
    if form.scores:
        drawn["scores"] = charts.score_chart(form.scores, mean=form.score.estimate if form.score else None)
    if form.questions:
        drawn["questions"] = charts.question_chart(form.questions, names)
    if form.agents:
        drawn["agents"] = charts.agent_chart(form.agents)
    return drawn


def _drawings(figures: ReportFigures, names: Mapping[str, str]) -> dict[str, str]:
    """A chart for each other section that has something to draw."""
    drawn = overall_drawings(figures.overall, names)
    if figures.moods:
        drawn["moods"] = charts.mood_chart(figures.moods)
    if figures.topics:
        drawn["topics"] = charts.topic_chart(figures.topics)
    return drawn


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _language(text: str) -> str:
    return "zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en"


def _packaged(name: str) -> str:
    return files("everycall.report").joinpath(name).read_text(encoding="utf-8")
