"""`everycall doctor`: is this machine ready for a night?"""

from __future__ import annotations

import typer
from rich.table import Table

from everycall.cli.app import command
from everycall.cli.console import out
from everycall.cli.language_choice import LanguageChoice
from pipeline.language import Translator

DEVICE = typer.Option("auto", help="auto, cpu or cuda, as for `everycall run`.")


@command("doctor", example="everycall doctor --device cuda")
def doctor(device: str = DEVICE, *, choice: LanguageChoice) -> None:
    """Print what is installed and missing, and the device and models that will be used; exits with 1 if not ready."""
    from everycall.diagnosis import diagnose
    from models.profile import PROFILES
    from models.registry import needed_weights

    findings = diagnose(device=device, weights=needed_weights(PROFILES["embedded"]).names())
    words = choice.words
    table = Table("", words.gettext("what"), words.pgettext("diagnosis", "found"), box=None)
    for finding in findings:
        table.add_row(_state(finding.ok, words), finding.subject, finding.text)
    out.print(table)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _state(ok: bool, words: Translator) -> str:
    yes, no = words.gettext("ok"), words.gettext("no")
    return f"[green]{yes}[/]" if ok else f"[red]{no}[/]"
