"""The rescore flow: score and flag stored calls again, without transcribing."""

# Annotations must be types, not strings: Prefect sends the flow to a scheduled run's process without its module.
from prefect import flow

from flows.device import ensure_device_limit
from flows.engines import Device, EngineSettings, engine_of
from flows.report import publish
from flows.runners import Runner
from flows.shards import process_shards
from flows.tasks import measure_calls, plan_rescoring, unmapped
from pipeline.night.night import finish
from pipeline.night.summary import NightSummary
from pipeline.store import Store, dates_between


@flow(name="rescore", persist_result=False, log_prints=False)
def rescore(
    store: str,
    since: str | None = None,
    until: str | None = None,
    rubric: str = "support",
    profile: str = "embedded",
    device: Device = "auto",
    shards_on: Runner = "threads",
    workers: int = 1,
    ray_address: str | None = None,
) -> NightSummary:
    """Score stored calls from `since` to `until` (days) that lack a scorecard by this rubric.

    `rubric` may name several forms, separated by commas.
    """
    settings = EngineSettings(profile=profile, rubric=rubric, device=device)
    ensure_device_limit()
    night = plan_rescoring(store, unmapped(settings), dates_between(Store(store), since=since, until=until))
    outcome = process_shards(
        night.plan.shards, store=store, settings=settings, runner=shards_on, workers=workers, ray_address=ray_address
    )
    measure_calls(store, unmapped(settings))
    status = "failed" if outcome.errors else "completed"
    summary = finish(night, outcome.summaries, store=Store(store), engine=engine_of(settings), status=status)
    publish(summary, kind="rescore")
    outcome.raise_errors()
    return summary
