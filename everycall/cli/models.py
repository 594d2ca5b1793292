"""`everycall models`: the catalogue of weights, verified."""

from __future__ import annotations

import typer
from rich.table import Table

from everycall.cli.app import command
from everycall.cli.console import out

NAMES = typer.Argument(None, help="Only these weights; all of the catalogue when left out.")
CHECK = typer.Option(False, "--verify", help="Find or fetch each weight and check its hashes.")


@command("models", example="everycall models --verify whisper-base")
def models(names: list[str] | None = NAMES, verify: bool = CHECK) -> None:
    """List the weights with licence, revision and SHA-256; with --verify, fetch and check them."""
    from models.weights import catalogue

    chosen = [weight for weight in catalogue() if not names or weight.name in names]
    unknown = set(names or ()) - {weight.name for weight in chosen}
    if unknown:
        from pipeline.errors import ConfigError

        raise ConfigError(f"no weight is called {', '.join(sorted(unknown))}", remedy="`everycall models` lists them")
    for weight in chosen:
        out.print(f"[bold]{weight.name}[/]  {weight.task}")
        out.print(f"  licence {weight.licence}, revision {weight.revision}", highlight=False)
        for name, sha256 in weight.files.items():
            out.print(f"  {sha256}  {name}", highlight=False)
    if verify:
        _verify([weight.name for weight in chosen])


def _verify(names: list[str]) -> None:
    """One line a weight; the first that is missing or wrong ends the command after all were looked at."""
    from models.weights import verify
    from pipeline.errors import WeightError

    table = Table("weight", "state", "from", "megabytes", box=None)
    wrong: list[WeightError] = []
    for name in names:
        try:
            found = verify(name)
            table.add_row(name, "verified", found.source, f"{found.size_bytes / 1e6:.1f}")
        except WeightError as error:
            wrong.append(error)
            table.add_row(name, "[red]not usable[/]", "", "")
    out.print(table)
    if wrong:
        raise wrong[0]
