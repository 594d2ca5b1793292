"""`everycall run` and `everycall score`: a night in this process, and stored calls scored again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from everycall.cli.app import command
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.night_options import NightOptions, with_night
from everycall.cli.night_result import conclude
from everycall.cli.options import LIMIT, PROFILE, RETRY, RUBRICS, SINCE, STORE, STRICT, UNTIL, WORKERS

if TYPE_CHECKING:
    from pipeline.night.progress import Progress
    from pipeline.night.summary import NightSummary

FLOW = typer.Option(False, "--flow", help="As a Prefect flow, with a summary artifact; shards run on threads.")


@command("run", example="everycall run recordings --store store --metadata calls.csv --rubric support")
@with_night
def run(
    night: NightOptions,
    limit: int | None = LIMIT,
    retry_failed: bool = RETRY,
    strict: bool = STRICT,
    *,
    choice: LanguageChoice,
) -> None:
    """Transcribe, score and flag every recording; a second run does only what is missing."""
    from everycall.cli.progress import watched
    from models.registry import build_engine_by_name
    from pipeline.ingest.metadata import metadata_source
    from pipeline.night.night import run_night
    from pipeline.store import Store

    source = metadata_source(night.metadata, night.name_pattern)
    engine = build_engine_by_name(**night.models())
    with watched() as progress:
        summary = run_night(
            night.recordings,
            store=Store(night.store),
            engine=engine,
            metadata=source,
            limit=limit,
            retry_failed=retry_failed,
            progress=progress,
        )
    conclude(summary, store=Store(night.store), strict=strict, words=choice.words)


@command("score", example="everycall score --store store --rubric support --rubric our_form.yaml --from 2026-11-01")
def score(
    store: str = STORE,
    rubric: list[str] = RUBRICS,
    since: str | None = SINCE,
    until: str | None = UNTIL,
    profile: str = PROFILE,
    workers: int | None = WORKERS,
    flow: bool = FLOW,
    strict: bool = STRICT,
    *,
    choice: LanguageChoice,
) -> None:
    """Score stored calls with these rubrics without transcribing them again."""
    from everycall.cli.progress import watched
    from pipeline.concurrency.processes import cores
    from pipeline.store import Store

    scoring = _score_as_flow if flow else _score_here
    with watched() as progress:
        summary = scoring(
            store=store, since=since, until=until, rubric=",".join(rubric), profile=profile,
            workers=workers or (1 if flow else cores()), progress=progress,
        )  # fmt: skip
    conclude(summary, store=Store(store), strict=strict, words=choice.words)


def _score_as_flow(**parameters: object) -> NightSummary:
    from flows.start import run_rescore

    return run_rescore(**parameters)  # type: ignore[arg-type]


def _score_here(
    *,
    store: str,
    since: str | None,
    until: str | None,
    rubric: str,
    profile: str,
    workers: int,
    progress: Progress,
) -> NightSummary:
    from models.registry import EngineNames
    from pipeline.night.night import rescore
    from pipeline.store import Store, dates_between

    build = EngineNames(profile=profile, rubric=rubric)
    dates = dates_between(Store(store), since=since, until=until)
    return rescore(Store(store), engine=build(), dates=dates, progress=progress, workers=workers, build=build)
