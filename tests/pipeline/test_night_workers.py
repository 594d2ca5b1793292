from dataclasses import dataclass

import pytest
from night_fakes import FakeRubric, fake_engine, parquet_files, write_wav

from pipeline.concurrency.processes import cores
from pipeline.errors import ConfigError
from pipeline.night import shard
from pipeline.night.night import rescore, run_night
from pipeline.store import Store, read

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Build:
    """An engine that other processes can build."""

    version: str = "2"

    def __call__(self):
        return fake_engine(rubric=FakeRubric(version=self.version))


@pytest.fixture
def stores(tmp_path, monkeypatch):
    monkeypatch.setattr(shard, "MAX_CALLS", 2)
    for name in "abcde":
        write_wav(tmp_path / "recordings" / f"2026-11-20_{name}.wav")
    found = [Store(str(tmp_path / name)) for name in ("one", "two")]
    for store in found:
        run_night(str(tmp_path / "recordings"), store=store, engine=fake_engine())
    return found


def test_any_number_of_workers_writes_the_same_bytes(stores, tmp_path):
    seen = []
    alone = rescore(stores[0], engine=Build()())
    shared = rescore(stores[1], engine=Build()(), workers=2, build=Build(), progress=seen.append)
    assert (
        (alone.calls_done, alone.shards, alone.flags) == (shared.calls_done, shared.shards, shared.flags) == (5, 3, 10)
    )
    assert parquet_files(tmp_path / "one") == parquet_files(tmp_path / "two")
    assert [(step.stage, step.calls) for step in seen] == [("plan", 5), ("score", 2), ("score", 2), ("score", 1)]


def test_workers_with_other_fingerprints_are_rejected(stores):
    with pytest.raises(ConfigError, match="changed while calls were scored"):
        rescore(stores[0], engine=Build()(), workers=2, build=Build(version="3"))
    assert read(stores[0], "scorecards").column("rubric_version").to_pylist() == ["1"] * 5
    assert sorted(read(stores[0], "runs").column("status").to_pylist()) == ["completed", "failed"]


def test_at_least_one_core_is_reported():
    assert cores() >= 1
