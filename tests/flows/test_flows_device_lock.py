"""The kernel lock of the device."""

import subprocess
import sys
from pathlib import Path

from flows.device_lock import device_free, device_lock

ROOT = Path(__file__).parents[2]
HOLDER = (
    "import sys, time, pathlib; from flows.device_lock import device_lock\n"
    "with device_lock(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


def test_several_may_hold_at_once(tmp_path):
    with device_lock(tmp_path / "lock"), device_lock(tmp_path / "lock"), device_free(tmp_path / "lock") as nobody:
        assert nobody is False


def test_the_device_is_free_after_the_last_release(tmp_path):
    with device_lock(tmp_path / "lock"):
        pass
    with device_free(tmp_path / "lock") as nobody:
        assert nobody is True


def test_a_killed_process_releases_the_lock(tmp_path):
    lock = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with device_free(lock) as nobody:
            assert nobody is False
        process.kill()
        process.wait()
        with device_free(lock) as nobody:
            assert nobody is True
