"""`everycall run` and `everycall score`: the main job in this process, and the same calls scored again."""

from __future__ import annotations

import typer

from everycall.cli.app import command
from everycall.cli.options import (
    ASR,
    DEVICE,
    LIMIT,
    METADATA,
    PATTERN,
    PROFILE,
    RETRY,
    RUBRIC,
    SINCE,
    STORE,
    STRICT,
    UNTIL,
    WORKERS,
)
from everycall.cli.outcome import conclude

RECORDINGS = typer.Argument(..., help="A folder (searched to the bottom), a file, or any fsspec address.")


@command("run", example="everycall run recordings --store store --metadata calls.csv --rubric support")
def run(
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
    """Hear, score and flag every recording; a second run does only what is missing."""
    from everycall.cli.progress import watched
    from models.profile import load_profile
    from models.registry import build_engine
    from pipeline.ingest.metadata import metadata_source
    from pipeline.night import run_night
    from pipeline.store import Store

    source = metadata_source(metadata, name_pattern)
    engine = build_engine(load_profile(profile, asr=asr, device=device), rubric=rubric)
    with watched() as progress:
        summary = run_night(
            recordings,
            store=Store(store),
            engine=engine,
            metadata=source,
            limit=limit,
            retry_failed=retry_failed,
            progress=progress,
        )
    conclude(summary, store=Store(store), strict=strict)


@command("score", example="everycall score --store store --rubric our_form.yaml --from 2026-11-01")
def score(
    store: str = STORE,
    rubric: str = RUBRIC,
    since: str | None = SINCE,
    until: str | None = UNTIL,
    profile: str = PROFILE,
    workers: int | None = WORKERS,
    strict: bool = STRICT,
) -> None:
    """Score stored calls with this rubric without listening to them again."""
    from everycall.cli.progress import watched
    from models.registry import EngineNames
    from pipeline.night import rescore
    from pipeline.store import Store, dates_between
    from pipeline.workers import cores

    build = EngineNames(profile=profile, rubric=rubric)
    dates = dates_between(Store(store), since=since, until=until)
    with watched() as progress:
        summary = rescore(
            Store(store), engine=build(), dates=dates, progress=progress, workers=workers or cores(), build=build
        )
    conclude(summary, store=Store(store), strict=strict)
