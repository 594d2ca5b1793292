"""The nightly flow: discover, plan shards, process them under the device limit, measure over all calls, report."""

# Annotations must be types, not strings: Prefect sends the flow to a scheduled run's process without its module.
from prefect import flow

from flows.device import ensure_device_limit
from flows.engines import Device, EngineSettings, engine_of
from flows.report import publish
from flows.runners import Runner
from flows.shards import process_shards
from flows.tasks import discover_calls, measure_calls, plan_night, unmapped
from pipeline.night.night import finish
from pipeline.night.summary import NightSummary
from pipeline.store import Store
from pipeline.transcript import ChineseScript


@flow(name="nightly", persist_result=False, log_prints=False)
def nightly(
    recordings: str,
    store: str,
    metadata: str | None = None,
    name_pattern: str | None = None,
    rubric: str = "support",
    profile: str = "embedded",
    asr: str | None = None,
    device: Device = "auto",
    hotwords: str | None = None,
    chinese_script: ChineseScript | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
    shards_on: Runner = "threads",
    workers: int = 1,
    ray_address: str | None = None,
) -> NightSummary:
    """Run one night over a folder or fsspec address; `rubric` may name several forms, separated by commas.

    Raises ShardsError at the end if a shard failed.
    """
    settings = EngineSettings(
        profile=profile, rubric=rubric, asr=asr, device=device, hotwords=hotwords, chinese_script=chinese_script
    )
    ensure_device_limit()
    found = discover_calls(recordings, metadata, name_pattern)
    night = plan_night(unmapped(found), recordings, store, unmapped(settings), limit, retry_failed)
    outcome = process_shards(
        night.plan.shards, store=store, settings=settings, runner=shards_on, workers=workers, ray_address=ray_address
    )
    measure_calls(store, unmapped(settings))
    status = "failed" if outcome.errors else "completed"
    summary = finish(night, outcome.summaries, store=Store(store), engine=engine_of(settings), status=status)
    publish(summary, kind="night")
    outcome.raise_errors()
    return summary
