import pytest

from pipeline.night.summary import NightSummary


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path):
    from flows.environment import QUIET_AND_PRIVATE

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    for name, value in QUIET_AND_PRIVATE.items():
        monkeypatch.setenv(name, value)


def test_the_report_has_a_row_for_each_measure_that_applies():
    from flows.report import summary_rows

    summary = NightSummary(10, 4, 1, 3, 2, 1, 5, 2, 7_200.0, 60.0, 71.25, {"hear": 2}, scorecards=4)
    assert {row["measure"]: row["value"] for row in summary_rows(summary)} == {
        "calls found": 10,
        "calls done": 3,
        "scorecards": 4,
        "calls up to date already": 4,
        "calls failed": 2,
        "calls that failed before and wait for a change": 1,
        "failures at hear": 2,
        "notices on files": 1,
        "flags": 5,
        "shards": 2,
        "mean score": 71.25,
        "audio, hours": 2.0,
        "time, minutes": 1.0,
        "calls an hour": 180.0,
        "speed, x real time": 120.0,
    }


def test_an_empty_night_has_no_mean_and_no_speed():
    from flows.report import summary_rows

    rows = {row["measure"] for row in summary_rows(NightSummary(4, 4, 0, 0, 0, 0, 0, 0, 0.0, 1.0, None))}
    assert rows & {"mean score", "calls an hour", "audio, hours", "speed, x real time"} == set()


def test_shards_run_on_a_bounded_number_of_threads():
    from flows.runners import shard_runner

    assert shard_runner("threads", workers=3)._max_workers == 3  # type: ignore[attr-defined]


def test_zero_workers_are_an_error():
    from flows.runners import shard_runner
    from pipeline.errors import ConfigError

    with pytest.raises(ConfigError, match="0 workers cannot run shards"):
        shard_runner("threads", workers=0)


def test_ray_is_imported_only_if_requested(monkeypatch):
    import sys

    from flows.runners import shard_runner
    from pipeline.errors import ConfigError

    monkeypatch.setitem(sys.modules, "prefect_ray", None)
    with pytest.raises(ConfigError, match="prefect-ray is not installed"):
        shard_runner("ray", workers=1)
