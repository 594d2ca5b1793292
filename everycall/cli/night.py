"""`everycall nightly` and `everycall serve`: the night as a Prefect flow, once or on a schedule."""

from __future__ import annotations

from pathlib import Path

import typer

from everycall.cli.app import command
from everycall.cli.options import ASR, DEVICE, LIMIT, METADATA, PATTERN, PROFILE, RETRY, RUBRIC, STORE, STRICT
from everycall.cli.run import RECORDINGS

CRON = typer.Option("0 1 * * *", "--cron", help="When to run, as five cron fields.")


@command("nightly", example="everycall nightly recordings --store store --metadata calls.csv")
def nightly(
    recordings: str = RECORDINGS,
    store: str = STORE,
    metadata: Path | None = METADATA,
    name_pattern: str | None = PATTERN,
    rubric: str = RUBRIC,
    asr: str | None = ASR,
    profile: str = PROFILE,
    device: str = DEVICE,
    limit: int | None = LIMIT,
    retry_failed: bool = RETRY,
    strict: bool = STRICT,
) -> None:
    """The same job as `run`, as a Prefect flow with retries, a limit on the device and a summary artifact."""
