"""Prefect's environment: set once, before Prefect is imported, because it reads its settings at import."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pipeline.errors import ConfigError

HOME = Path("~/.everycall/prefect")
STARTUP_TIMEOUT_S = 120

# Nothing leaves the machine, nothing said on a call can reach Prefect's database, and its noise stays away.
QUIET_AND_PRIVATE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    # A first start writes the server's database, which takes a minute on a small machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(STARTUP_TIMEOUT_S),
}


def configure_prefect(home: Path | None = None) -> Path:
    """Set the environment; what the operator has set already stays. Returns Prefect's home.

    Raises ConfigError when Prefect was imported before without these settings.
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
    made = Path(os.environ["PREFECT_HOME"])
    # Prefect makes the last folder of its home only; without its parents the server dies at start, unheard.
    made.mkdir(parents=True, exist_ok=True)
    return made
