import os
from pathlib import Path

import pytest

from flows.environment import QUIET_AND_PRIVATE, configure_prefect


@pytest.fixture
def bare_environment(monkeypatch):
    """No setting of Prefect's, and no Prefect imported, whatever ran before."""
    import sys

    for name in ("PREFECT_HOME", *QUIET_AND_PRIVATE):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.delitem(sys.modules, "prefect", raising=False)


@pytest.mark.usefixtures("bare_environment")
def test_the_home_is_made_with_its_parents(tmp_path: Path):
    assert configure_prefect(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.usefixtures("bare_environment")
def test_what_the_operator_has_set_stays(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "own"))
    assert configure_prefect(tmp_path / "other") == tmp_path / "own"


@pytest.mark.usefixtures("bare_environment")
def test_telemetry_is_off(tmp_path: Path):
    configure_prefect(tmp_path)
    assert (os.environ["DO_NOT_TRACK"], os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")
