"""`everycall rubric …`: check a form, see what a change would do, and explain the form to agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from everycall.cli.app import command, group
from everycall.cli.console import out
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.options import PROFILE, STORE, WORKERS
from pipeline.language.translator import message_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.impact.movement import Movement
    from pipeline.language import Translator
    from pipeline.rubric.family import RubricFamily
    from pipeline.score import ScoringModels
    from pipeline.transcript import Language

SHOWN = 15
CHANGES = {
    "added": message_in("change of form", "added"),
    "removed": message_in("change of form", "removed"),
    "changed": message_in("change of form", "changed"),
}
FORM = typer.Argument(..., help="A rubric's name, a YAML file of your own, or form@weighting.")
OLD = typer.Argument(..., help="The form in use.")
NEW = typer.Argument(..., help="The form that would replace it.")
WEIGHT = typer.Option(..., "--weight", help="A question or section and its new weight, e.g. outcome=5; again for more.")
NAME = typer.Argument(..., help="The new form's id, e.g. our_support.en.")
FROM = typer.Option("support.en", "--from", help="The form to begin with: a built-in one, or a YAML file.")
STRICT = typer.Option(False, "--strict", help="Exit with 1 if anything was found.")
GUIDE = typer.Option(Path("guide.html"), "--out", help="The page to write.")
BEHIND = typer.Argument("", help="A named detector or phrase list; all names when left out.")
LANGUAGE = typer.Option("", "--language", help="Only in this language: en or zh.")
OUT = typer.Option(..., "--out", help="The file to write; it must not be there yet.")

rubric = group(
    "rubric",
    help_text="Check a QA form, see what a change would do before you switch, and explain the form to agents.",
    example="everycall rubric lint our_form.yaml",
)


@command("lint", example="everycall rubric lint our_form.yaml --strict", of=rubric)
def lint(form: str = FORM, strict: bool = STRICT, *, choice: LanguageChoice) -> None:
    """Find vague, double-barrelled, inaudible and overlapping questions, and weights without effect."""
    from pipeline.rubric.lint import lint as findings_of
    from pipeline.rubric.load import load_rubric

    members = load_rubric(form).members
    found = [(member.id, finding) for member in members for finding in findings_of(member)]
    for name, finding in found:
        out.print(
            f"[yellow]{finding.rule}[/] {name}, {finding.place}: {finding.reason}", highlight=False, soft_wrap=True
        )
        out.print(f"  {finding.remedy}", style="dim", highlight=False, soft_wrap=True)
    asked = sum(1 for member in members for _ in member.questions())
    counted = choice.words.gettext("{findings} findings in {questions} questions", findings=len(found), questions=asked)
    out.print(counted, highlight=False)
    if strict and found:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _ScoringModelsOf:
    """Builds the scoring models of a profile where it is called; can be sent to another process."""

    profile: str

    def __call__(self) -> ScoringModels:
        from models.profile import load_profile
        from models.registry import build_scoring_models

        return build_scoring_models(load_profile(self.profile))


@command("diff", example="everycall rubric diff support our_form.yaml --store store", of=rubric)
def diff(
    old: str = OLD,
    new: str = NEW,
    store: str = STORE,
    profile: str = PROFILE,
    workers: int | None = WORKERS,
    *,
    choice: LanguageChoice,
) -> None:
    """Score the stored calls by both forms and print which scores move, and how far; nothing is written."""
    from everycall.cli.progress import watched
    from pipeline.concurrency.processes import cores
    from pipeline.impact.difference import difference
    from pipeline.rubric.load import load_rubric
    from pipeline.store import Store

    before, after = load_rubric(old), load_rubric(new)
    _print_form_changes(before, after, choice.words)
    build = _ScoringModelsOf(profile)
    with watched() as progress:
        movement = difference(
            Store(store),
            old=before,
            new=after,
            scoring_models=build(),
            progress=progress,
            workers=workers or cores(),
            build=build,
        )
    _print_movement(movement, choice.words)


@command("try", example="everycall rubric try support --weight outcome=5 --weight greeting=10 --store store", of=rubric)
def try_weights(form: str = FORM, weight: list[str] = WEIGHT, store: str = STORE, *, choice: LanguageChoice) -> None:
    """Print how other weights would change the scores of the stored answers; nothing is written."""
    from pipeline.impact.what_if import what_if
    from pipeline.rubric.load import load_rubric
    from pipeline.store import Store

    _print_movement(what_if(Store(store), rubric=load_rubric(form), weights=_weights(weight)), choice.words)


@command("guide", example="everycall rubric guide support.zh --out guide.html", of=rubric)
def guide(form: str = FORM, out_file: Path = GUIDE, *, choice: LanguageChoice) -> None:
    """Write a printable page that explains to agents what each question asks, is worth and sounds like."""
    from everycall.guide import write_guide
    from pipeline.rubric.load import load_rubric

    write_guide(load_rubric(form), out_file)
    out.print(choice.words.gettext("wrote {file}", file=out_file), highlight=False)


@command("new", example="everycall rubric new our_support.en --from support.en --out our_support.yaml", of=rubric)
def new(name: str = NAME, template: str = FROM, out_file: Path = OUT, *, choice: LanguageChoice) -> None:
    """Start a form of your own from another, with its comments."""
    from pipeline.rubric.template import write_from_template

    write_from_template(name, template=template, out=out_file, on=datetime.now(UTC).date())
    written = choice.words.gettext(
        "wrote {file}; now edit it, and check it with `everycall rubric lint {file}`", file=out_file
    )
    out.print(written, highlight=False)


@command("show", example="everycall rubric show threat_to_leave", of=rubric)
def show(name: str = BEHIND, language: str = LANGUAGE) -> None:
    """Print what is behind a name that forms use, to read it or to copy it into your form."""
    from pipeline.rubric.name_definition import definition, names

    if name:
        text = definition(name, languages=_languages(language))
    else:
        text = "\n".join(f"{each}: {about}" for each, about in names().items())
    out.print(text, markup=False, highlight=False, soft_wrap=True)


@command("targets", example="everycall rubric targets cost --store store", of=rubric)
def targets(form: str = FORM, store: str = STORE, *, choice: LanguageChoice) -> None:
    """Print each agent's figures against the targets of a form or weighting."""
    from pipeline.impact.attainment import attained_in_store
    from pipeline.rubric.load import load_rubric
    from pipeline.store import Store

    wanted = {target.id: target for member in load_rubric(form).members for target in member.targets}
    words = choice.words
    headings = [
        words.gettext("target"),
        words.gettext("agent"),
        words.gettext("calls"),
        words.gettext("mean"),
        words.gettext("bound"),
        words.gettext("met"),
        words.gettext("owner"),
    ]
    table = Table(*headings, box=None, pad_edge=False)
    for found in attained_in_store(Store(store), tuple(wanted.values())):
        met = _met(found.met, words)
        value = "-" if found.value is None else f"{found.value:.4g}"
        table.add_row(
            found.target.id, found.subject, str(found.calls), value, found.target.bound(), met, found.target.owner
        )
    out.print(table)


def _languages(language: str) -> tuple[Language, ...]:
    from pipeline.errors import ConfigError
    from pipeline.rubric.named_detectors import LANGUAGES

    chosen = tuple(each for each in LANGUAGES if language in ("", each))
    if not chosen:
        raise ConfigError(f"there is no language {language!r}", remedy=f"Name one of: {', '.join(LANGUAGES)}")
    return chosen


def _met(met: bool | None, words: Translator) -> str:
    if met is None:
        return words.gettext("too few calls")
    yes, no = words.gettext("yes"), words.gettext("no")
    return yes if met else f"[red]{no}[/]"


def _weights(given: Sequence[str]) -> dict[str, float]:
    from pipeline.errors import ConfigError

    weights = {}
    for each in given:
        name, _, value = each.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError as error:
            raise ConfigError(
                f"{each!r} is not a weight", remedy="Write it as question=value, e.g. outcome=5"
            ) from error
    return weights


def _print_form_changes(old: RubricFamily, new: RubricFamily, words: Translator) -> None:
    """The differences between the forms of each language."""
    from pipeline.impact.difference import form_changes

    headings = [
        words.gettext("form"),
        words.gettext("question"),
        "",
        words.gettext("points before"),
        words.gettext("after"),
        words.gettext("what differs"),
    ]
    table = Table(*headings, box=None, pad_edge=False)
    for after in new.members:
        before = next((each for each in old.members if set(each.languages) & set(after.languages)), None)
        for change in form_changes(before, after) if before else ():
            points = (_figure(change.points_before), _figure(change.points_after))
            table.add_row(after.id, change.question_id, _what(change.what, words), *points, ", ".join(change.fields))
    out.print(table if table.row_count else words.gettext("both forms have the same questions and weights"))


def _what(change: str, words: Translator) -> str:
    return words.pgettext("change of form", CHANGES[change]) if change in CHANGES else change


def _print_movement(movement: Movement, words: Translator) -> None:
    """The means, then the agents and calls that move farthest."""
    out.print(
        words.gettext(
            "{compared} calls compared, {moved} move; mean {before} → {after}, by {distance} per call",
            compared=len(movement.compared),
            moved=len(movement.moved),
            before=_figure(movement.mean_before),
            after=_figure(movement.mean_after),
            distance=_figure(movement.mean_distance),
        ),
        highlight=False,
    )
    if movement.gained_or_lost:
        gained = words.gettext("{n} calls have a score by only one of the two", n=len(movement.gained_or_lost))
        out.print(gained, highlight=False)
    if movement.answers:
        counted = words.listed([f"{name} {count}" for name, count in movement.answers.items()])
        out.print(words.gettext("answers that change, by calls: {answers}", answers=counted), highlight=False)
    before_after = (words.gettext("before"), words.gettext("after"), words.gettext("moves"))
    agents = [(agent.agent_id, str(agent.calls), agent.before, agent.after) for agent in movement.agents()]
    _print_moves((words.gettext("agent"), words.gettext("calls"), *before_after), agents, words)
    calls = [(move.call_id, move.agent_id, move.before, move.after) for move in movement.moved]
    _print_moves((words.gettext("call"), words.gettext("agent"), *before_after), calls, words)


def _print_moves(
    headings: Sequence[str], rows: Sequence[tuple[str, str, float | None, float | None]], words: Translator
) -> None:
    table = Table(*headings, box=None, pad_edge=False)
    for name, beside, before, after in rows[:SHOWN]:
        by = 0.0 if before is None or after is None else after - before
        table.add_row(name, beside, _figure(before), _figure(after), f"{by:+.1f}")
    if rows:
        out.print("", table)
    if len(rows) > SHOWN:
        out.print(words.gettext("… and {n} more", n=len(rows) - SHOWN), highlight=False)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
