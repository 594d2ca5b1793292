"""`everycall nightly` and `everycall serve`: the night as a Prefect flow, once or on a schedule."""

from __future__ import annotations

from pathlib import Path

import typer

from everycall.cli.app import command
from everycall.cli.console import out
from everycall.cli.options import ASR, DEVICE, LIMIT, METADATA, PATTERN, PROFILE, RETRY, RUBRIC, STORE, STRICT
from everycall.cli.outcome import conclude
from everycall.cli.run import RECORDINGS

HOME = typer.Option(None, "--home", help="Where Prefect keeps its own database; ~/.prefect when left out.")
CRON = typer.Option("0 1 * * *", "--cron", help="When to run, as five cron fields.")


@command("nightly", example="everycall nightly recordings --store store --metadata calls.csv")
def nightly(
    recordings: str = RECORDINGS,
    store: str = STORE,
    metadata: str | None = METADATA,
    name_pattern: str | None = PATTERN,
    rubric: str = RUBRIC,
    asr: str | None = ASR,
    profile: str = PROFILE,
    device: str = DEVICE,
    limit: int | None = LIMIT,
    retry_failed: bool = RETRY,
    strict: bool = STRICT,
) -> None:
    """The same job as `run`, as a Prefect flow with a limit on the device and a summary artifact."""
    from everycall.cli.progress import watched
    from flows.start import run_nightly
    from pipeline.store import Store

    with watched() as progress:
        summary = run_nightly(
            progress=progress,
            recordings=recordings,
            store=store,
            metadata=metadata,
            name_pattern=name_pattern,
            rubric=rubric,
            profile=profile,
            asr=asr,
            device=device,
            limit=limit,
            retry_failed=retry_failed,
        )
    conclude(summary, store=Store(store), strict=strict)


@command("serve", example='everycall serve recordings --store store --cron "0 1 * * *"')
def serve(
    recordings: str = RECORDINGS,
    cron: str = CRON,
    store: str = STORE,
    metadata: str | None = METADATA,
    name_pattern: str | None = PATTERN,
    rubric: str = RUBRIC,
    asr: str | None = ASR,
    profile: str = PROFILE,
    device: str = DEVICE,
    home: Path | None = HOME,
) -> None:
    """Run the nightly flow on a schedule until interrupted."""
    from flows.start import serve_nightly

    out.print(f"nights begin at `{cron}`; stop with Ctrl-C", highlight=False)
    serve_nightly(
        cron=cron,
        home=home,
        recordings=recordings,
        store=store,
        metadata=metadata,
        name_pattern=name_pattern,
        rubric=rubric,
        profile=profile,
        asr=asr,
        device=device,
    )
