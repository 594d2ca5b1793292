"""Where shards run: threads of this process by default, or a Ray cluster."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipeline.errors import ConfigError

Runner = Literal["threads", "ray"]

RAY_REMEDY = "Install it with `pip install prefect-ray`, or let shards run on threads"


def shard_runner(name: Runner, *, workers: int, address: str | None = None) -> TaskRunner[Any]:
    """A task runner with `workers` slots. Without `address`, Ray starts on this machine. Raises ConfigError.

    A shard takes minutes to an hour, so threads cost nothing; use Ray for several machines, not for speed on one.
    """
    if workers < 1:
        raise ConfigError(f"{workers} workers cannot run shards", remedy="Use 1 or more")
    if name == "threads":
        return ThreadPoolTaskRunner(max_workers=workers)
    try:
        ray = import_module("prefect_ray")
    except ImportError as error:
        raise ConfigError("shards cannot run on Ray: prefect-ray is not installed", remedy=RAY_REMEDY) from error
    runner: TaskRunner[Any] = ray.RayTaskRunner(
        address=address, init_kwargs={} if address else {"num_cpus": workers, "include_dashboard": False}
    )
    return runner
