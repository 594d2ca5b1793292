"""Deployments: the nightly flow on a schedule, served by one long-running process. Its settings must be made before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefect.types.entrypoint import EntrypointType

from flows.device import ensure_device_limit
from flows.nightly import nightly

NAME = "everycall"


def serve(*, cron: str, parameters: Mapping[str, Any]) -> None:
    """Wait for the schedule and run one night at a time, each in its own process. Returns when it is interrupted.

    `cron` has five fields; `parameters` are those of `nightly`. Needs a real server (see `flows.server`).
    """
    ensure_device_limit()
    nightly.serve(
        name=NAME,
        cron=cron,
        parameters=dict(parameters),
        limit=1,
        global_limit=1,
        pause_on_shutdown=False,
        print_starting_message=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
