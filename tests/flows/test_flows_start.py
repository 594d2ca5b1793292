"""What flows do before they import Prefect."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.environment import QUIET_AND_PRIVATE, configure_prefect
from flows.server import prefect_server, wait_until_healthy
from flows.start import local_timezone, serve_nightly
from pipeline.errors import ConfigError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clean_environment(monkeypatch):
    for name in ("PREFECT_HOME", "PREFECT_API_URL", *QUIET_AND_PRIVATE):
        monkeypatch.delenv(name, raising=False)
    # Set by the tested function, so undone by hand.
    yield monkeypatch
    for name in ("PREFECT_HOME", *QUIET_AND_PRIVATE):
        os.environ.pop(name, None)


def run_python(script):
    return subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_importing_the_entry_points_loads_no_prefect():
    assert run_python("import sys, flows.start; print('prefect' in sys.modules)").strip() == "False"


def test_telemetry_is_off_and_results_are_not_kept(clean_environment, tmp_path):
    clean_environment.setitem(sys.modules, "prefect", None)
    clean_environment.delitem(sys.modules, "prefect")
    assert configure_prefect(tmp_path) == tmp_path
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["PREFECT_RESULTS_PERSIST_BY_DEFAULT"] == "false"
    assert os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "120"


def test_the_operators_settings_are_kept(clean_environment, tmp_path):
    clean_environment.setitem(sys.modules, "prefect", None)
    clean_environment.delitem(sys.modules, "prefect")
    clean_environment.setenv("PREFECT_HOME", str(tmp_path / "own"))
    assert configure_prefect(tmp_path / "other") == tmp_path / "own"


def test_the_home_is_created_with_its_parents(clean_environment, tmp_path):
    clean_environment.setitem(sys.modules, "prefect", None)
    clean_environment.delitem(sys.modules, "prefect")
    assert configure_prefect(tmp_path / "a" / "b").is_dir()


def test_settings_after_the_import_are_an_error(clean_environment, tmp_path):
    clean_environment.setitem(sys.modules, "prefect", sys)
    with pytest.raises(ConfigError, match="Prefect was imported before its settings"):
        configure_prefect(tmp_path)


def test_a_schedule_has_five_fields():
    with pytest.raises(ConfigError, match=r"`at night` is not a schedule\. Write five cron fields"):
        serve_nightly(cron="at night", recordings="recordings", store="store")


def test_a_server_that_does_not_answer_is_an_error_with_a_remedy():
    with pytest.raises(ConfigError, match=r"no Prefect server answers at .*:9/api\. Start one with"):
        wait_until_healthy("http://127.0.0.1:9/api", timeout_s=0)


def test_a_given_server_must_answer(clean_environment):
    clean_environment.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(ConfigError, match="no Prefect server answers"), prefect_server(timeout_s=0):
        pass


def test_the_default_time_zone_is_the_machines(monkeypatch, tmp_path):
    monkeypatch.delenv("TZ", raising=False)
    link = tmp_path / "localtime"
    link.symlink_to("usr/share/zoneinfo/Asia/Shanghai")
    assert local_timezone(link) == "Asia/Shanghai"
    assert local_timezone(tmp_path / "nothing") == "UTC"
    monkeypatch.setenv("TZ", "Europe/Berlin")
    assert local_timezone(link) == "Europe/Berlin"
