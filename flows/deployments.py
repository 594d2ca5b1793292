"""Deploy the nightly flow on a schedule, served by one long-running process.

Configure Prefect before importing this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import prefect
from prefect.client.orchestration import get_client
from prefect.schedules import Cron
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.device import ensure_device_limit
from flows.nightly import nightly
from pipeline.errors import ConfigError

NAME = "everycall"


def serve(*, cron: str, timezone: str, parameters: Mapping[str, Any]) -> None:
    """Wait for the schedule and run one night at a time, each in its own process. Returns when interrupted.

    `cron` has five fields, in local time of `timezone` (e.g. `Europe/Berlin`); `parameters` are those of `nightly`.
    Needs a real server (see `flows.server`). Raises ConfigError.
    """
    ensure_device_limit()
    deployment = _deployment(cron, timezone=timezone, parameters=parameters)
    check_scheduling(deployment.apply())
    prefect.serve(deployment, limit=1, pause_on_shutdown=False, print_starting_message=False)


def check_scheduling(deployment: UUID) -> None:
    """Ask the server to schedule the next night; otherwise failures only appear in its own log. Raises ConfigError."""
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), get_client(sync_client=True) as client:
        try:
            client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment}, json={"min_runs": 1})
        except httpx.HTTPStatusError as error:
            raise ConfigError(
                f"the Prefect server cannot schedule nights (status {error.response.status_code})",
                remedy="Prefect 3.8 cannot work with SQLAlchemy 2.1: install `sqlalchemy<2.1` where the server runs",
            ) from error


def _deployment(cron: str, *, timezone: str, parameters: Mapping[str, Any]) -> Any:
    """Typed Any because Prefect's types cover synchronous and asynchronous callers alike."""
    try:
        return nightly.to_deployment(
            name=NAME,
            schedule=Cron(cron, timezone=timezone),
            parameters=dict(parameters),
            concurrency_limit=1,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
    except ValueError as error:
        raise ConfigError(
            f"`{cron}` in time zone `{timezone}` is not a schedule",
            remedy="Write five cron fields, e.g. `0 1 * * *`, and a zone like `Europe/Berlin`",
        ) from error
