"""The device limit with nights that are killed while they hold it, each with its own server."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NIGHT = """
import sys, time
from pathlib import Path
from flows.environment import configure_prefect
configure_prefect(Path(sys.argv[1]))
from flows.device import _device_slot, ensure_device_limit
ensure_device_limit()
with _device_slot():
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def night(tmp_path):
    """Start a process that holds the device for some seconds."""
    nights = []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}

    def begin(seconds):
        command = [sys.executable, "-W", "ignore", "-c", NIGHT, str(tmp_path / "prefect"), str(seconds)]
        nights.append(
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
            )
        )
        return nights[-1]

    yield begin
    for started in nights:
        # A killed night's server outlives it.
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.stdout.close()
        started.wait()


def test_a_killed_night_does_not_block_the_next(night):
    killed = night(600)
    assert killed.stdout.readline() == "held\n"
    killed.kill()
    killed.wait()
    following = night(0)
    assert following.stdout.readline() == "held\n"
    assert following.wait(timeout=60) == 0


def test_a_running_night_keeps_the_device(night):
    living = night(600)
    assert living.stdout.readline() == "held\n"
    waiting = night(0)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(timeout=25)
    living.kill()
    assert waiting.stdout.readline() == "held\n"
    assert waiting.wait(timeout=60) == 0
