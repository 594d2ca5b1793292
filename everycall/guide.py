"""The guide: a page that tells agents what each question asks, what it is worth, and how it sounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from everycall import __version__
from everycall.report.page import environment, packaged
from pipeline.errors import ConfigError
from pipeline.language import Translator, translator_of_call
from pipeline.language.translator import message, message_in
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.question import Bonus, Choice, Deduction, Multiple, Numeric, Question, YesNo
from pipeline.rubric.rubric import Rubric
from pipeline.rubric.script import Script, Step

if TYPE_CHECKING:
    from markupsafe import Markup

PACKAGE = "everycall"
PAGE, FORM = "guide.html.j2", "guide_form.html.j2"
STYLE = "guide.css"
# Answers that forms often have; others are shown by their id.
ANSWERS = {
    "yes": message_in("answer", "yes"),
    "no": message_in("answer", "no"),
    "whole": message_in("answer", "whole"),
    "partly": message_in("answer", "partly"),
    "missing": message_in("answer", "missing"),
    "resolved": message_in("answer", "resolved"),
    "follow_up": message_in("answer", "follow up"),
    "unresolved": message_in("answer", "unresolved"),
}
SEVERITIES = {
    "minor": message("A fail is minor."),
    "major": message("A fail is major: a supervisor hears of it."),
    "critical": message("A fail is critical: a supervisor hears of it first."),
}


def write_guide(family: RubricFamily, out: Path) -> None:
    """Write the guide to every form of a family. Raises ConfigError when the file cannot be written."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(render_guide(family), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out} cannot be written", remedy="Name a file in a folder you may write to") from error


def render_guide(family: RubricFamily) -> str:
    """The page as HTML, each form in the words of its own language. All text of the forms is escaped."""
    from markupsafe import Markup

    first = family.members[0]
    page = environment(PACKAGE, translator_of_call(first.languages[0])).get_template(PAGE)
    return page.render(
        title=first.title,
        language=first.languages[0],
        forms=[_rendered(form) for form in family.members],
        style=Markup(packaged(PACKAGE, STYLE)),
        version=__version__,
    )


def _rendered(form: Rubric) -> Markup:
    from markupsafe import Markup

    template = environment(PACKAGE, translator_of_call(form.languages[0])).get_template(FORM)
    return Markup(template.render(form=form, language=form.languages[0], worth=worth, rules=rules))


def worth(form: Rubric, question: Question) -> str:
    """What a question can change, e.g. `10 points` or `takes 15 points off`."""
    translator, stake = translator_of_call(form.languages[0]), form.stakes()[question.id]
    if isinstance(question, Deduction):
        return translator.gettext("takes {points} points off", points=_points(stake))
    if isinstance(question, Bonus):
        return translator.gettext("adds {points} points", points=_points(stake))
    if not stake:
        return translator.gettext("not scored")
    if question.kano == "must_be":
        return translator.gettext("takes {points} points off", points=_points(stake * question.penalty))
    if question.kano == "attractive":
        return translator.gettext("adds {points} points", points=_points(stake))
    return translator.gettext("{points} points", points=_points(stake))


def rules(form: Rubric, question: Question) -> list[str]:
    """What an agent must know beside the points: when it is not asked, and what a fail costs."""
    translator = translator_of_call(form.languages[0])
    found = [_steps(script, translator) for script in _scripts(question)[:1]]
    shares = _shares(question, translator)
    if shares:
        found.append(translator.gettext("Share of its points: {shares}.", shares=shares))
    if question.ask_after:
        before = next(each.text for each in form.questions() if each.id == question.ask_after.question)
        answers = translator.listed([_answer(answer, translator) for answer in question.ask_after.answers])
        found.append(
            translator.gettext("Asked only after “{question}” is answered {answers}.", question=before, answers=answers)
        )
    elif question.applies_when:
        found.append(translator.gettext("Asked only where it applies."))
    if question.auto_fail:
        cap = _points(question.auto_fail.cap)
        if question.auto_fail.scope == "form":
            found.append(translator.gettext("A fail caps the whole form at {cap} points.", cap=cap))
        else:
            found.append(translator.gettext("A fail caps this section at {cap} % of its points.", cap=cap))
    if question.severity:
        found.append(translator.gettext(SEVERITIES[question.severity]))
    return found


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


def _steps(script: Script, translator: Translator) -> str:
    """What to say, step by step, with the mandatory words."""
    steps = translator.pgettext("between clauses", "; ").join(_step(step, translator) for step in script.steps)
    if script.in_order:
        return translator.gettext("Say in this order: {steps}.", steps=steps)
    return translator.gettext("Say in any order: {steps}.", steps=steps)


def _step(step: Step, translator: Translator) -> str:
    title = step.title or step.id.replace("_", " ")
    if not step.must_say:
        return title
    parts = " ".join(f"“{part}”" for part in step.must_say)
    return translator.gettext("{title} (with the words {parts})", title=title, parts=parts)


def _shares(question: Question, translator: Translator) -> str:
    """The share of the points that each answer earns, e.g. `resolved 100%, unresolved 0%`; "" for yes and no."""
    match question:
        case Choice() | Multiple():
            shares = [(option.id, option.share) for option in question.options]
        case Numeric():
            shares = [(band.id, band.share) for band in question.bands]
        case _:
            return ""
    return translator.listed([f"{_answer(name, translator)} {share:.0%}" for name, share in shares])


def _answer(name: str, translator: Translator) -> str:
    return translator.pgettext("answer", ANSWERS[name]) if name in ANSWERS else name.replace("_", " ")


def _points(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
