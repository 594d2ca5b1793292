"""The kernel's word on who holds the device."""

import subprocess
import sys
from pathlib import Path

from flows.holders import holding, unheld

ROOT = Path(__file__).parents[2]
HOLDER = (
    "import sys, time, pathlib; from flows.holders import holding\n"
    "with holding(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


def test_several_may_hold_at_once(tmp_path):
    with holding(tmp_path / "lock"), holding(tmp_path / "lock"), unheld(tmp_path / "lock") as nobody:
        assert nobody is False


def test_nobody_holds_after_the_last_has_let_go(tmp_path):
    with holding(tmp_path / "lock"):
        pass
    with unheld(tmp_path / "lock") as nobody:
        assert nobody is True


def test_a_killed_process_holds_no_more(tmp_path):
    lock = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with unheld(lock) as nobody:
            assert nobody is False
        process.kill()
        process.wait()
        with unheld(lock) as nobody:
            assert nobody is True
