"""`everycall nightly` and `everycall serve`: the night as a Prefect flow, once or on a schedule."""

from __future__ import annotations

from pathlib import Path

import typer

from everycall.cli.app import command
from everycall.cli.console import out
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.night_options import NightOptions, with_night
from everycall.cli.night_result import conclude
from everycall.cli.options import LIMIT, RETRY, STRICT

HOME = typer.Option(None, "--home", help="Where Prefect keeps its own database; ~/.prefect when left out.")
CRON = typer.Option("0 1 * * *", "--cron", help="When to run, as five cron fields.")


@command("nightly", example="everycall nightly recordings --store store --metadata calls.csv")
@with_night
def nightly(
    night: NightOptions,
    limit: int | None = LIMIT,
    retry_failed: bool = RETRY,
    strict: bool = STRICT,
    *,
    choice: LanguageChoice,
) -> None:
    """Like `run`, as a Prefect flow with a limit on the device and a summary artifact."""
    from everycall.cli.progress import watched
    from flows.start import run_nightly
    from pipeline.store import Store

    with watched() as progress:
        summary = run_nightly(progress=progress, limit=limit, retry_failed=retry_failed, **night.parameters())
    conclude(summary, store=Store(night.store), strict=strict, words=choice.words)


@command("serve", example='everycall serve recordings --store store --cron "0 1 * * *"')
@with_night
def serve(night: NightOptions, cron: str = CRON, home: Path | None = HOME, *, choice: LanguageChoice) -> None:
    """Run the nightly flow on a schedule until interrupted."""
    from flows.start import serve_nightly

    out.print(choice.words.gettext("nights start at `{cron}`; stop with Ctrl-C", cron=cron), highlight=False)
    serve_nightly(cron=cron, home=home, **night.parameters())
