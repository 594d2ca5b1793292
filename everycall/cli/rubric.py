"""`everycall rubric …`: read a form over, see what a change would do, and tell agents what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from everycall.cli.app import command, group
from everycall.cli.console import out
from everycall.cli.options import PROFILE, STORE, WORKERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.impact.movement import Movement
    from pipeline.rubric.family import RubricFamily
    from pipeline.score import ScoringModels
    from pipeline.transcript import Language

SHOWN = 15
FORM = typer.Argument(..., help="A rubric's name, a YAML file of your own, or form@profile.")
OLD = typer.Argument(..., help="The form in use.")
NEW = typer.Argument(..., help="The form that is to take its place.")
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
    help_text="Check a QA form, see what a change would do before anyone switches, and tell agents what is asked.",
    example="everycall rubric lint our_form.yaml",
)


@command("lint", example="everycall rubric lint our_form.yaml --strict", of=rubric)
def lint(form: str = FORM, strict: bool = STRICT) -> None:
    """Find vague, double-barrelled, inaudible and overlapping questions, and weights that cannot matter."""
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
    out.print(f"{len(found)} findings in {asked} questions", highlight=False)
    if strict and found:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _JudgesOf:
    """The judges of a profile; it can be sent to another process and called there."""

    profile: str

    def __call__(self) -> ScoringModels:
        from models.profile import load_profile
        from models.registry import build_scoring_models

        return build_scoring_models(load_profile(self.profile))


@command("diff", example="everycall rubric diff support our_form.yaml --store store", of=rubric)
def diff(
    old: str = OLD, new: str = NEW, store: str = STORE, profile: str = PROFILE, workers: int | None = WORKERS
) -> None:
    """Score the stored calls by both forms and print who moves, and how far; nothing is written."""
    from everycall.cli.progress import watched
    from pipeline.concurrency.processes import cores
    from pipeline.impact.difference import difference
    from pipeline.rubric.load import load_rubric
    from pipeline.store import Store

    before, after = load_rubric(old), load_rubric(new)
    _tell_form_changes(before, after)
    build = _JudgesOf(profile)
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
    _tell(movement)


@command("try", example="everycall rubric try support --weight outcome=5 --weight greeting=10 --store store", of=rubric)
def try_weights(form: str = FORM, weight: list[str] = WEIGHT, store: str = STORE) -> None:
    """Print what other weights would have made of the answers that the store has; nothing is written."""
    from pipeline.impact.what_if import what_if
    from pipeline.rubric.load import load_rubric
    from pipeline.store import Store

    _tell(what_if(Store(store), rubric=load_rubric(form), weights=_weights(weight)))


@command("guide", example="everycall rubric guide support.zh --out guide.html", of=rubric)
def guide(form: str = FORM, out_file: Path = GUIDE) -> None:
    """Write a page to print that tells agents what each question asks, is worth and sounds like."""
    from everycall.guide import write_guide
    from pipeline.rubric.load import load_rubric

    write_guide(load_rubric(form), out_file)
    out.print(f"wrote {out_file}", highlight=False)


@command("new", example="everycall rubric new our_support.en --from support.en --out our_support.yaml", of=rubric)
def new(name: str = NAME, template: str = FROM, out_file: Path = OUT) -> None:
    """Begin a form of your own from another, comments and all."""
    from pipeline.rubric.template import write_from_template

    write_from_template(name, template=template, out=out_file, on=datetime.now(UTC).date())
    out.print(f"wrote {out_file}; now edit it, and check it with `everycall rubric lint {out_file}`", highlight=False)


@command("show", example="everycall rubric show threat_to_leave", of=rubric)
def show(name: str = BEHIND, language: str = LANGUAGE) -> None:
    """Print what is behind a name that forms use, to read it or to copy it into your form."""
    from pipeline.rubric.definition import definition, names

    if name:
        text = definition(name, languages=_languages(language))
    else:
        text = "\n".join(f"{each}: {about}" for each, about in names().items())
    out.print(text, markup=False, highlight=False, soft_wrap=True)


@command("targets", example="everycall rubric targets cost --store store", of=rubric)
def targets(form: str = FORM, store: str = STORE) -> None:
    """Print how each agent stands against the targets of a form or profile."""
    from pipeline.impact.attainment import attained_in_store
    from pipeline.rubric.load import load_rubric
    from pipeline.store import Store

    wanted = {target.id: target for member in load_rubric(form).members for target in member.targets}
    table = Table("target", "agent", "calls", "mean", "bound", "met", "owner", box=None, pad_edge=False)
    for found in attained_in_store(Store(store), tuple(wanted.values())):
        met = "too few calls" if found.met is None else "yes" if found.met else "[red]no[/]"
        value = "-" if found.value is None else f"{found.value:.4g}"
        table.add_row(
            found.target.id, found.subject, str(found.calls), value, found.target.bound(), met, found.target.owner
        )
    out.print(table)


def _languages(language: str) -> tuple[Language, ...]:
    from pipeline.errors import ConfigError
    from pipeline.rubric.named import LANGUAGES

    chosen = tuple(each for each in LANGUAGES if language in ("", each))
    if not chosen:
        raise ConfigError(f"there is no language {language!r}", remedy=f"Name one of: {', '.join(LANGUAGES)}")
    return chosen


def _weights(given: Sequence[str]) -> dict[str, float]:
    from pipeline.errors import ConfigError

    weights = {}
    for each in given:
        name, _, value = each.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError as error:
            raise ConfigError(f"{each!r} is no weight", remedy="Write it as question=value, e.g. outcome=5") from error
    return weights


def _tell_form_changes(old: RubricFamily, new: RubricFamily) -> None:
    """What differs between the forms of each language."""
    from pipeline.impact.difference import form_changes

    table = Table("form", "question", "", "points before", "after", "what differs", box=None, pad_edge=False)
    for after in new.members:
        before = next((each for each in old.members if set(each.languages) & set(after.languages)), None)
        for change in form_changes(before, after) if before else ():
            points = (_figure(change.points_before), _figure(change.points_after))
            table.add_row(after.id, change.question_id, change.what, *points, ", ".join(change.fields))
    out.print(table if table.row_count else "the forms ask and weigh the same")


def _tell(movement: Movement) -> None:
    """The means, then agents and calls that move farthest."""
    out.print(
        f"{len(movement.compared)} calls compared, {len(movement.moved)} move; mean {_figure(movement.mean_before)} → "
        f"{_figure(movement.mean_after)}, by {_figure(movement.mean_distance)} a call",
        highlight=False,
    )
    if movement.gained_or_lost:
        out.print(f"{len(movement.gained_or_lost)} calls have a score by one of the two only", highlight=False)
    if movement.answers:
        told = ", ".join(f"{name} {count}" for name, count in movement.answers.items())
        out.print(f"answers that change, by calls: {told}", highlight=False)
    agents = [(agent.agent_id, str(agent.calls), agent.before, agent.after) for agent in movement.agents()]
    _tell_moves(("agent", "calls", "before", "after", "moves"), agents)
    calls = [(move.call_id, move.agent_id, move.before, move.after) for move in movement.moved]
    _tell_moves(("call", "agent", "before", "after", "moves"), calls)


def _tell_moves(headings: Sequence[str], rows: Sequence[tuple[str, str, float | None, float | None]]) -> None:
    table = Table(*headings, box=None, pad_edge=False)
    for name, beside, before, after in rows[:SHOWN]:
        by = 0.0 if before is None or after is None else after - before
        table.add_row(name, beside, _figure(before), _figure(after), f"{by:+.1f}")
    if rows:
        out.print("", table)
    if len(rows) > SHOWN:
        out.print(f"… and {len(rows) - SHOWN} more", highlight=False)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
