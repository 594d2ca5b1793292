"""`everycall surveys …`: import survey answers, so that the estimate of satisfaction is fitted on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from everycall.cli.app import command, group
from everycall.cli.console import errors, out
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.options import STORE

if TYPE_CHECKING:
    from pipeline.failure import Failure
    from pipeline.language import Translator

SHOWN = 20
FILE = typer.Argument(..., help="A CSV with a header line, or any fsspec address of one.")
SCALE = typer.Option(
    None,
    "--scale",
    help="The scale as worst-best, e.g. 1-5, 0-10, or 6-1 where 1 is best; else recognised.",
)
COLUMN = typer.Option([], "--column", help="The file's name for one of our columns, e.g. score=rating; again for more.")
WITHIN_DAYS = typer.Option(
    7.0, "--within-days", min=0.0, help="How long after a call an answer without call_id may be about it."
)
STRICT = typer.Option(False, "--strict", help="Exit with 1 if a line was bad or no call was found for it.")

surveys = group(
    "surveys",
    help_text="Import survey answers; the estimate of satisfaction is fitted on them.",
    example="everycall surveys import answers.csv --scale 1-5 --store store",
)


@command("import", example="everycall surveys import answers.csv --scale 1-5 --store store", of=surveys)
def import_surveys(
    file: str = FILE,
    store: str = STORE,
    scale: str | None = SCALE,
    column: list[str] = COLUMN,
    within_days: float = WITHIN_DAYS,
    strict: bool = STRICT,
    *,
    choice: LanguageChoice,
) -> None:
    """Import survey answers into the store: call_id (or customer_id and answered_at), score, answered_at, closed_as.

    Other columns, such as comments, are not read. Bad lines are reported and skipped. Importing the same file again
    changes nothing.
    """
    from pipeline.analytics.satisfaction.survey_import import import_surveys
    from pipeline.ingest.surveys import read_surveys
    from pipeline.store import Store

    words = choice.words
    read = read_surveys(file, scale=scale, columns=_columns(column))
    if read.recognised is not None:
        recognised = words.gettext(
            "scale {scale} recognised from the answers, higher taken as better; --scale sets another",
            scale=read.recognised.name,
        )
        out.print(recognised, highlight=False, soft_wrap=True)
    intake = import_surveys(Store(store), read, within_days=within_days)
    failures = [*read.failures, *intake.unmatched]
    _print_failures(failures, words)
    out.print(
        words.gettext(
            "{taken} taken, {known} already known, {unmatched} without a call, {bad} bad",
            taken=intake.taken,
            known=intake.unchanged,
            unmatched=len(intake.unmatched),
            bad=len(read.failures),
        ),
        highlight=False,
    )
    if strict and failures:
        raise typer.Exit(1)


def _columns(given: Sequence[str]) -> dict[str, str]:
    from pipeline.errors import ConfigError

    pairs = [each.partition("=") for each in given]
    if any(not ours or not theirs for ours, _, theirs in pairs):
        raise ConfigError("a column is given as ours=theirs", remedy="Write it as --column score=rating")
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def _print_failures(failures: Sequence[Failure], words: Translator) -> None:
    for failure in failures[:SHOWN]:
        line = f"{failure.source}: {failure.cause}. {failure.remedy}"
        errors.print(line, highlight=False, markup=False, soft_wrap=True)
    if len(failures) > SHOWN:
        errors.print(words.gettext("… and {n} more", n=len(failures) - SHOWN), highlight=False)
