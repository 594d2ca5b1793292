"""The night: find calls, plan what is missing, run it shard by shard, then compute the measures. Knows no Prefect.

`run_night` does all of it in one process. To run shards elsewhere, call the steps: `begin`, `run_shard` for each shard
of the plan, `measure_all`, `finish`.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.analytics.update import measure_all
from pipeline.ingest import Discovery, MetadataSource, discover
from pipeline.night.batch import FailedCall, ProcessedCall, process_calls
from pipeline.night.engine import Engine
from pipeline.night.journal import record_discovery, record_run
from pipeline.night.plan import Plan, plan, plan_rescore
from pipeline.night.progress import Progress, Step, unwatched
from pipeline.night.shard import Shard
from pipeline.night.shard_rows import ShardRows, add_call, add_failure, arrow_tables
from pipeline.night.summary import NightSummary, ShardSummary, night_summary
from pipeline.night.workers import BuildEngine, run_shards_in_processes
from pipeline.run import Run
from pipeline.store import SHARD_TABLES, Part, Store, clean, open_duckdb, write_part
from pipeline.store.rows.stored_calls import CALL_TABLES, batches, stored_calls

__all__ = ["Night", "begin", "begin_rescore", "finish", "measure_all", "rescore", "run_night", "run_shard"]

LOGGER = logging.getLogger(__name__)

# As many as a shard holds: audio streams, and the stored turns of a shard fit into memory easily.
CALLS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Night:
    """A night under way. `kind` is `night` or `rescore`; `notices` counts problems found during discovery."""

    kind: str
    plan: Plan
    notices: int = 0
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    run_id: str = field(default_factory=lambda: secrets.token_hex(8))


def run_night(
    address: str,
    *,
    store: Store,
    engine: Engine,
    metadata: MetadataSource | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
    progress: Progress = unwatched,
) -> NightSummary:
    """Run a whole night in this process, one shard after the other. Raises ConfigError and StoreError."""
    found = discover(address, metadata=metadata)
    night = begin(found, address=address, store=store, engine=engine, limit=limit, retry_failed=retry_failed)
    return _run(night, store=store, engine=engine, progress=progress)


def rescore(
    store: Store,
    *,
    engine: Engine,
    dates: Sequence[str] | None = None,
    progress: Progress = unwatched,
    workers: int = 1,
    build: BuildEngine | None = None,
) -> NightSummary:
    """Score and flag stored calls of these dates (default: all) again, without transcribing.

    Calls that other code or models enriched are enriched first. With several `workers`, shards run in that many
    processes, each with an engine made by `build`.
    """
    night = begin_rescore(store, engine=engine, dates=dates)
    return _run(night, store=store, engine=engine, progress=progress, workers=workers, build=build)


def begin(
    discovery: Discovery,
    *,
    address: str,
    store: Store,
    engine: Engine,
    limit: int | None = None,
    retry_failed: bool = False,
) -> Night:
    """Plan a night over the calls found at the address, and record the problems found there."""
    started_at = datetime.now(UTC)
    clean(store)
    planned = plan(discovery.sources, store, engine, limit=limit, retry_failed=retry_failed)
    failures = [*discovery.failures, *planned.failures]
    record_discovery(store, address, failures)
    return Night("night", planned, len(failures), started_at)


def begin_rescore(store: Store, *, engine: Engine, dates: Sequence[str] | None = None) -> Night:
    """Plan to score stored calls again."""
    started_at = datetime.now(UTC)
    clean(store)
    return Night("rescore", plan_rescore(store, engine, dates=dates), started_at=started_at)


def run_shard(shard: Shard, *, store: Store, engine: Engine, progress: Progress = unwatched) -> ShardSummary:
    """Run every call of a shard through its stages and write the part. Bad calls become failures, bugs exceptions."""
    started_s = time.monotonic()
    rows = ShardRows(Part(shard.date, shard.generation, shard.fingerprint))
    for outcome in _outcomes(shard, store=store, engine=engine, progress=progress):
        if isinstance(outcome, ProcessedCall):
            add_call(rows, outcome)
        else:
            add_failure(rows, outcome)
    write_part(store, rows.part, arrow_tables(rows), order=SHARD_TABLES)
    progress(Step("write", len(shard.items)))
    summary = _shard_summary(shard, rows, wall_s=time.monotonic() - started_s)
    LOGGER.info("shard %s: %d calls done, %d failed", summary.part, summary.calls_done, summary.calls_failed)
    return summary


def finish(
    night: Night, shards: Sequence[ShardSummary], *, store: Store, engine: Engine, status: str = "completed"
) -> NightSummary:
    """Sum up a night's shards and record the run."""
    finished_at = datetime.now(UTC)
    summary = night_summary(
        shards,
        found=night.plan.found,
        up_to_date=night.plan.done,
        held_back=night.plan.held_back,
        notices=night.notices,
        wall_s=(finished_at - night.started_at).total_seconds(),
    )
    record_run(store, _run_row(night, summary, engine=engine, finished_at=finished_at, status=status))
    return summary


def _run(
    night: Night,
    *,
    store: Store,
    engine: Engine,
    progress: Progress,
    workers: int = 1,
    build: BuildEngine | None = None,
) -> NightSummary:
    shards: list[ShardSummary] = []
    progress(Step("plan", night.plan.planned))
    try:
        if build is not None and min(workers, len(night.plan.shards)) > 1:
            summaries = run_shards_in_processes(
                run_shard, night.plan.shards, store=store, build=build, like=engine, workers=workers
            )
            for shard, summary in zip(night.plan.shards, summaries, strict=True):
                shards.append(summary)
                progress(Step("score", len(shard.items)))
        else:
            for shard in night.plan.shards:
                shards.append(run_shard(shard, store=store, engine=engine, progress=progress))
        if engine.measure is not None:
            measure_all(store, measure=engine.measure, rubric=engine.rubric)
    except BaseException:
        finish(night, shards, store=store, engine=engine, status="failed")
        raise
    return finish(night, shards, store=store, engine=engine)


def _outcomes(
    shard: Shard, *, store: Store, engine: Engine, progress: Progress
) -> Iterator[ProcessedCall | FailedCall]:
    dates = sorted({item.stored_date for item in shard.items if item.work != "hear"})
    connection = open_duckdb(store, dates=dates, tables=CALL_TABLES)
    try:
        for batch in batches(shard.items, size=CALLS_AT_ONCE):
            stored = stored_calls(connection, [item.stored_id for item in batch if item.work != "hear"])
            yield from process_calls(batch, engine=engine, stored=stored, progress=progress)
    finally:
        connection.close()


def _shard_summary(shard: Shard, rows: ShardRows, *, wall_s: float) -> ShardSummary:
    cards = rows.tables["scorecards"]
    totals = [card["total"] for card in cards if card["total"] is not None]
    return ShardSummary(
        part=rows.part.name,
        date=shard.date,
        work=shard.work,
        calls_done=len({card["call_id"] for card in cards}),
        calls_failed=sum(rows.failures.values()),
        failures=dict(sorted(rows.failures.items())),
        flags=len({(flag["call_id"], flag["rule"], flag["reason"]) for flag in rows.tables["flags"]}),
        totals=len(totals),
        total_sum=float(sum(totals)),
        audio_s=rows.audio_s,
        wall_s=wall_s,
        scorecards=len(cards),
    )


def _run_row(night: Night, summary: NightSummary, *, engine: Engine, finished_at: datetime, status: str) -> Run:
    return Run(
        run_id=night.run_id,
        kind=night.kind,
        status=status,
        started_at=night.started_at.isoformat(timespec="milliseconds"),
        finished_at=finished_at.isoformat(timespec="milliseconds"),
        rubric_id=engine.rubric.id,
        rubric_version=engine.rubric.version,
        ears=engine.speech_models.fingerprint,
        reader=engine.enrichment_models.fingerprint,
        judges=engine.scoring_models.fingerprint,
        calls_found=summary.calls_found,
        calls_done=summary.calls_done,
        calls_failed=summary.calls_failed,
        audio_s=summary.audio_s,
        wall_s=summary.wall_s,
        mean_total=summary.mean_total,
    )
