"""The Prefect server. A schedule needs a real one, so `serve` starts its own if no address is set."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.environment import STARTUP_TIMEOUT_S, configure_prefect
from pipeline.errors import ConfigError

LOGGER = logging.getLogger(__name__)

PORT = 4200
LOG_NAME = "server.log"
STOP_TIMEOUT_S = 20.0
# Keep leases on disk: if the server is killed, slots must not stay taken for ever.
LEASES = {"PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem"}


@contextmanager
def prefect_server(*, port: int = PORT, timeout_s: float = STARTUP_TIMEOUT_S) -> Iterator[str]:
    """Yield the address of the server's API: PREFECT_API_URL, else that of a child process that ends with this context.

    Sets PREFECT_API_URL, so enter it before Prefect is imported. The child logs to `server.log` in Prefect's home.
    Raises ConfigError.
    """
    given = os.environ.get("PREFECT_API_URL")
    if given:
        wait_until_healthy(given, timeout_s=timeout_s)
        yield given
        return
    address = f"http://127.0.0.1:{port}/api"
    if _is_healthy(address):
        raise ConfigError(
            f"a Prefect server already answers on port {port}",
            remedy=f"Set PREFECT_API_URL={address} to use it, or choose another port",
        )
    process = _start(port, log=configure_prefect() / LOG_NAME)
    try:
        wait_until_healthy(address, timeout_s=timeout_s, process=process)
        os.environ["PREFECT_API_URL"] = address
        LOGGER.info("started a Prefect server on port %d", port)
        yield address
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        _stop(process)


def wait_until_healthy(address: str, *, timeout_s: float, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until the server answers. Raises ConfigError if it does not, or if its process ends."""
    deadline_s = time.monotonic() + timeout_s
    while not _is_healthy(address):
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > deadline_s:
            cause = "the Prefect server ended at once" if ended else f"no Prefect server answers at {address}"
            remedy = "Start one with `prefect server start` and set PREFECT_API_URL, or unset it and choose a free port"
            raise ConfigError(cause, remedy=remedy)
        time.sleep(0.5)


def _start(port: int, *, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        return subprocess.Popen(
            command, env=LEASES | os.environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
