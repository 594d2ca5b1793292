"""The tasks of a night. Each takes minutes; they pass counts and plans between them, never words of a call.

Callers wrap parameters that are not plain in `unmapped`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

from flows.device import on_device
from flows.engines import EngineSettings, engine_of
from flows.progress_context import PROGRESS
from flows.redacted_errors import redact_errors
from pipeline.analytics.update import measure_all
from pipeline.errors import StoreError
from pipeline.ingest import Discovery, discover
from pipeline.ingest.metadata import metadata_source
from pipeline.night.night import Night, begin, begin_rescore, run_shard
from pipeline.night.shard import Shard
from pipeline.night.summary import ShardSummary
from pipeline.store import Store

Value = TypeVar("Value")

RETRIES = 2
RETRY_DELAY_S = 30


def unmapped(value: Value) -> Value:
    """Mark a parameter that Prefect passes on as it is, without walking through its content."""
    return cast(Value, quote(value))


def _is_transient(_task: Any, _run: Any, state: Any) -> bool:
    """True if a retry may help: the store or file system was unavailable. Anything else would fail again."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, StoreError) or isinstance(getattr(error, "__cause__", None), OSError)


@task(name="discover", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAY_S,
      retry_condition_fn=_is_transient)  # fmt: skip
def discover_calls(recordings: str, metadata: str | None, name_pattern: str | None) -> Discovery:
    """Find all recordings and transcripts, and join their metadata."""
    with redact_errors("discovery"):
        return discover(recordings, metadata=metadata_source(metadata, name_pattern))


@task(name="plan", cache_policy=NO_CACHE, persist_result=False)
def plan_night(
    found: Discovery,
    recordings: str,
    store: str,
    settings: EngineSettings,
    limit: int | None,
    retry_failed: bool,
) -> Night:
    """Skip calls that the tables already have, and cut the rest into shards."""
    with redact_errors("planning"):
        return begin(
            found,
            address=recordings,
            store=Store(store),
            engine=engine_of(settings),
            limit=limit,
            retry_failed=retry_failed,
        )


@task(name="plan-rescore", cache_policy=NO_CACHE, persist_result=False)
def plan_rescoring(store: str, settings: EngineSettings, dates: Sequence[str] | None) -> Night:
    """Find stored calls that lack a scorecard of this rubric."""
    with redact_errors("planning"):
        return begin_rescore(Store(store), engine=engine_of(settings), dates=dates)


@task(name="process-shard", task_run_name="shard-{number}", cache_policy=NO_CACHE, persist_result=False,
      retries=RETRIES, retry_delay_seconds=RETRY_DELAY_S, retry_condition_fn=_is_transient)  # fmt: skip
def process_shard(number: int, shard: Shard, store: str, settings: EngineSettings) -> ShardSummary:
    """Transcribe, enrich, score and flag the calls of one shard, and write its part."""
    with redact_errors(f"shard {number}"):
        engine = on_device(engine_of(settings))
        return run_shard(shard, store=Store(store), engine=engine, progress=PROGRESS.get())


@task(name="measure-all", cache_policy=NO_CACHE, persist_result=False)
def measure_calls(store: str, settings: EngineSettings) -> bool:
    """Measure over all calls; False if nothing had changed."""
    with redact_errors("measuring"):
        engine = engine_of(settings)
        if engine.measure is None:
            return False
        return measure_all(Store(store), measure=engine.measure, rubric=engine.rubric) is not None
