"""The way into the flows: makes Prefect's settings first, then imports it. Importing this module loads no Prefect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.environment import configure_prefect
from flows.server import PORT, prefect_server
from flows.watching import watched_by
from pipeline.errors import ConfigError
from pipeline.progress import Progress, unwatched
from pipeline.summary import NightSummary

CRON_FIELDS = 5


def run_nightly(*, progress: Progress = unwatched, home: Path | None = None, **parameters: Any) -> NightSummary:
    """Run the nightly flow here and now; `parameters` are those of `flows.nightly.nightly`."""
    configure_prefect(home)
    from flows.nightly import nightly

    with watched_by(progress):
        summary: NightSummary = nightly(**parameters)
    return summary


def run_rescore(*, progress: Progress = unwatched, home: Path | None = None, **parameters: Any) -> NightSummary:
    """Run the rescore flow here and now; `parameters` are those of `flows.rescore.rescore`."""
    configure_prefect(home)
    from flows.rescore import rescore

    with watched_by(progress):
        summary: NightSummary = rescore(**parameters)
    return summary


def serve_nightly(*, cron: str, home: Path | None = None, port: int = PORT, **parameters: Any) -> None:
    """Run the nightly flow on a schedule until interrupted. Raises ConfigError for a bad schedule or a missing server.

    Uses the server at PREFECT_API_URL; without one it starts a server on `port` that ends with this process.
    """
    if len(cron.split()) != CRON_FIELDS:
        raise ConfigError(f"`{cron}` is not a schedule", remedy="Write five cron fields, e.g. `0 1 * * *`")
    configure_prefect(home)
    with prefect_server(port=port):
        from flows.deployments import serve

        serve(cron=cron, parameters=parameters)
