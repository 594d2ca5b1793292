"""Entry points of the flows: configure Prefect, then import it. Importing this module does not load Prefect."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flows.environment import configure_prefect
from flows.progress_context import report_progress_to
from flows.server import PORT, prefect_server
from pipeline.errors import ConfigError
from pipeline.night.progress import Progress, unwatched
from pipeline.night.summary import NightSummary

CRON_FIELDS = 5


def run_nightly(*, progress: Progress = unwatched, home: Path | None = None, **parameters: Any) -> NightSummary:
    """Run the nightly flow now; `parameters` are those of `flows.nightly.nightly`."""
    configure_prefect(home)
    from flows.nightly import nightly

    with report_progress_to(progress):
        summary: NightSummary = nightly(**parameters)
    return summary


def run_rescore(*, progress: Progress = unwatched, home: Path | None = None, **parameters: Any) -> NightSummary:
    """Run the rescore flow now; `parameters` are those of `flows.rescore.rescore`."""
    configure_prefect(home)
    from flows.rescore import rescore

    with report_progress_to(progress):
        summary: NightSummary = rescore(**parameters)
    return summary


def serve_nightly(
    *, cron: str, timezone: str | None = None, home: Path | None = None, port: int = PORT, **parameters: Any
) -> None:
    """Run the nightly flow on a schedule until interrupted. Raises ConfigError for a bad schedule or a missing server.

    `timezone` is that of the schedule, this machine's by default. Uses the server at PREFECT_API_URL, else starts one
    on `port` that ends with this process. Each night runs in a new process: call this from a module that can be
    imported again (a script needs `if __name__ == "__main__"`).
    """
    if len(cron.split()) != CRON_FIELDS:
        raise ConfigError(f"`{cron}` is not a schedule", remedy="Write five cron fields, e.g. `0 1 * * *`")
    configure_prefect(home)
    with prefect_server(port=port):
        from flows.deployments import serve

        serve(cron=cron, timezone=timezone or local_timezone(), parameters=parameters)


def local_timezone(localtime: Path = Path("/etc/localtime")) -> str:
    """This machine's time zone name: from TZ, else from the link `/etc/localtime`, else UTC."""
    named = os.environ.get("TZ", "").lstrip(":")
    if named:
        return named
    _, found, name = str(localtime.resolve()).partition("zoneinfo/")
    return name if found else "UTC"
