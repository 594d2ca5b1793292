"""`everycall doctor`: is this machine ready for a night?"""

from __future__ import annotations

import typer
from rich.table import Table

from everycall.cli.app import command
from everycall.cli.console import out

DEVICE = typer.Option("auto", help="auto, cpu or cuda, as for `everycall run`.")


@command("doctor", example="everycall doctor --device cuda")
def doctor(device: str = DEVICE) -> None:
    """Say what is installed, which device and models will be used, and what is missing; exits with 1 if anything is."""
    from everycall.diagnosis import diagnose
    from models.profile import PROFILES
    from models.registry import needed_weights

    findings = diagnose(device=device, weights=needed_weights(PROFILES["embedded"]).names())
    table = Table("", "what", "found", box=None)
    for finding in findings:
        table.add_row("[green]ok[/]" if finding.ok else "[red]no[/]", finding.subject, finding.text)
    out.print(table)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
