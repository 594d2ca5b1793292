import os
import subprocess
import sys
from pathlib import Path

import pytest

from everycall import __version__
from everycall.__main__ import PACKAGES, shadowed

ROOT = Path(__file__).parents[2]


def everycall(*words, before=None, cwd):
    """`python -m everycall` in a process of its own, `before` being searched for packages first."""
    path = [str(place) for place in (before, ROOT) if place is not None]
    return subprocess.run(
        [sys.executable, "-m", "everycall", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_runs_as_a_module(tmp_path):
    done = everycall("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, __version__, "")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_foreign_package_of_the_same_name_is_said_in_one_line(name, tmp_path):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise SystemExit('imported')\n", "utf-8")
    done = everycall("doctor", before=tmp_path, cwd=ROOT.anchor)
    advice = "take that off PYTHONPATH, or run from another folder"
    assert done.stderr == f"error: Everycall's package `{name}` is hidden by {tmp_path / name}: {advice}\n"
    assert (done.returncode, done.stdout) == (2, "")


def test_a_foreign_module_of_the_same_name_is_said_too(tmp_path):
    (tmp_path / "models.py").write_text("", "utf-8")
    done = everycall("doctor", cwd=tmp_path)
    assert f"`models` is hidden by {tmp_path / 'models.py'}" in done.stderr
    assert done.returncode == 2


def test_a_folder_of_the_user_s_own_rubrics_hides_nothing(tmp_path):
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "rubrics" / "__init__.py").write_text("", "utf-8")
    done = everycall("rubric", "lint", "support", before=tmp_path, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_hidden_here():
    assert shadowed() is None
