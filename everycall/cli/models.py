"""`everycall models`: the catalogue of weights, verified."""

from __future__ import annotations

import typer
from rich.table import Table

from everycall.cli.app import command
from everycall.cli.console import out
from everycall.cli.language_choice import LanguageChoice
from pipeline.language import Translator

NAMES = typer.Argument(None, help="Only these weights; all by default.")
CHECK = typer.Option(False, "--verify", help="Find or fetch each weight and check its hashes.")


@command("models", example="everycall models --verify whisper-base")
def models(names: list[str] | None = NAMES, verify: bool = CHECK, *, choice: LanguageChoice) -> None:
    """List the weights with licence, revision and SHA-256; with --verify, fetch and check them."""
    from models.weights import catalogue

    chosen = [weight for weight in catalogue() if not names or weight.name in names]
    unknown = set(names or ()) - {weight.name for weight in chosen}
    if unknown:
        from pipeline.errors import ConfigError

        raise ConfigError(f"no weight is called {', '.join(sorted(unknown))}", remedy="`everycall models` lists them")
    for weight in chosen:
        out.print(f"[bold]{weight.name}[/]  {weight.task}")
        line = choice.words.gettext(
            "licence {licence}, revision {revision}", licence=weight.licence, revision=weight.revision
        )
        out.print(f"  {line}", highlight=False)
        for name, sha256 in weight.files.items():
            out.print(f"  {sha256}  {name}", highlight=False)
    if verify:
        _verify([weight.name for weight in chosen], choice.words)


def _verify(names: list[str], words: Translator) -> None:
    """One line per weight; raises the first error after all were checked."""
    from models.weights import verify
    from pipeline.errors import WeightError

    headings = (
        words.gettext("weight"),
        words.gettext("state"),
        words.gettext("source"),
        words.gettext("megabytes"),
    )
    table = Table(*headings, box=None)
    wrong: list[WeightError] = []
    unusable = words.gettext("not usable")
    for name in names:
        try:
            found = verify(name)
            table.add_row(name, words.gettext("verified"), found.source, f"{found.size_bytes / 1e6:.1f}")
        except WeightError as error:
            wrong.append(error)
            table.add_row(name, f"[red]{unusable}[/]", "", "")
    out.print(table)
    if wrong:
        raise wrong[0]
