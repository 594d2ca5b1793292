"""The guide: a page that tells agents what is asked of them, what each question is worth, and how it sounds."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from everycall import __version__
from everycall.guide_words import WORDS
from pipeline.errors import ConfigError
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.question import Bonus, Choice, Deduction, Multiple, Numeric, Question, YesNo
from pipeline.rubric.rubric import Rubric
from pipeline.rubric.script import Script, Step

TEMPLATE = "guide.html.j2"
STYLE = "guide.css"


def write_guide(family: RubricFamily, out: Path) -> None:
    """Write the guide to every form of a family. Raises ConfigError when the file cannot be written."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(render_guide(family), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out} cannot be written", remedy="Name a file in a folder you may write to") from error


def render_guide(family: RubricFamily) -> str:
    """The page as HTML, each form in the words of its own language. All text of the forms is escaped."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_packaged),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(TEMPLATE).render(
        forms=[(form, form.languages[0], WORDS[form.languages[0]]) for form in family.members],
        worth=worth,
        rules=rules,
        style=Markup(_packaged(STYLE)),
        version=__version__,
    )


def worth(form: Rubric, question: Question) -> str:
    """What a question can move, e.g. `10 points` or `up to −15 points`; "" where it is not scored."""
    words, stake = WORDS[form.languages[0]], form.stakes()[question.id]
    if isinstance(question, Deduction):
        return words["takes"].format(points=_points(stake))
    if isinstance(question, Bonus):
        return words["adds"].format(points=_points(stake))
    if not stake:
        return words["unscored"]
    if question.kano == "must_be":
        return words["takes"].format(points=_points(stake * question.penalty))
    return words["adds" if question.kano == "attractive" else "earns"].format(points=_points(stake))


def rules(form: Rubric, question: Question) -> list[str]:
    """What an agent must know beside the points: when it is not asked, and what it fails."""
    words = WORDS[form.languages[0]]
    told = [_steps(script, words) for script in _scripts(question)[:1]]
    told += [words["shares"].format(shares=_shares(question, words))] if _shares(question, words) else []
    if question.ask_after:
        before = next(each.text for each in form.questions() if each.id == question.ask_after.question)
        answers = ", ".join(words.get(answer, answer.replace("_", " ")) for answer in question.ask_after.answers)
        told.append(words["after"].format(question=before, answers=answers))
    elif question.applies_when:
        told.append(words["applies"])
    if question.auto_fail:
        scope = "fails_form" if question.auto_fail.scope == "form" else "fails_section"
        told.append(words[scope].format(cap=_points(question.auto_fail.cap)))
    if question.severity:
        told.append(words[question.severity])
    return told


def _scripts(question: Question) -> list[Script]:
    """The scripts that answer a question, the first of them as its form writes it."""
    match question:
        case YesNo():
            parts = [question.yes_when]
        case Choice() | Multiple():
            parts = [option.when for option in question.options if option.when]
        case _:
            parts = []
    return [part for part in parts if isinstance(part, Script) and part.step is None]


def _steps(script: Script, words: Mapping[str, str]) -> str:
    """What is to be said, step by step, with the words that none may leave out."""
    told = [_step(step, words) for step in script.steps]
    return words["steps" if script.in_order else "steps_free"].format(steps=words["between"].join(told))


def _step(step: Step, words: Mapping[str, str]) -> str:
    title = step.title or step.id.replace("_", " ")
    if not step.must_say:
        return title
    parts = " ".join(words["quote"].format(words=part) for part in step.must_say)
    return words["must_say"].format(title=title, parts=parts)


def _shares(question: Question, words: Mapping[str, str]) -> str:
    """The share of the points that each answer earns, e.g. `resolved 100 %, unresolved 0 %`; "" for yes and no."""
    match question:
        case Choice() | Multiple():
            shares = [(option.id, option.share) for option in question.options]
        case Numeric():
            shares = [(band.id, band.share) for band in question.bands]
        case _:
            return ""
    named = [f"{words.get(name, name.replace('_', ' '))} {share:.0%}" for name, share in shares]
    return ("、" if words["separator"] == "：" else ", ").join(named)


def _points(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _packaged(name: str) -> str:
    return files("everycall").joinpath(name).read_text("utf-8")
