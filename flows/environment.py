"""Prefect's environment: set once, before Prefect is imported, because it reads its settings at import."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pipeline.errors import ConfigError

HOME = Path("~/.everycall/prefect")
STARTUP_TIMEOUT_S = 120

# Send no telemetry, keep results and logs out of Prefect's database, and be quiet.
QUIET_AND_PRIVATE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    # The first start creates the server's database, which takes a minute on a small machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(STARTUP_TIMEOUT_S),
}


def configure_prefect(home: Path | None = None) -> Path:
    """Set the environment, keeping what the operator has set. Returns Prefect's home.

    Raises ConfigError if Prefect was already imported without these settings.
    """
    wanted = {"PREFECT_HOME": str((home or HOME).expanduser()), **QUIET_AND_PRIVATE}
    missing = sorted(set(wanted) - set(os.environ))
    if missing and "prefect" in sys.modules:
        raise ConfigError(
            f"Prefect was imported before its settings were made ({', '.join(missing)})",
            remedy="Call configure_prefect before anything imports Prefect",
        )
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    prefect_home = Path(os.environ["PREFECT_HOME"])
    # Prefect creates only the last folder of its home; without the parents its server fails silently.
    prefect_home.mkdir(parents=True, exist_ok=True)
    return prefect_home
