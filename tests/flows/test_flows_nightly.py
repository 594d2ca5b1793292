"""The flows on a real Prefect server, with three recordings and fake models."""

import inspect
import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from night_fakes import FakeMeasure, fake_engine, fake_stages, write_wav

from everycall.cli.night_options import NightOptions
from pipeline.night.summary import NightSummary
from pipeline.store import Store, read

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("prefect_server_for_tests"),
    # Prefect's client leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def recordings(tmp_path):
    for name in ("2026-11-20_a", "2026-11-20_b", "2026-11-21_c"):
        write_wav(tmp_path / "recordings" / f"{name}.wav")
    return tmp_path / "recordings"


@pytest.fixture
def use_engine(monkeypatch):
    """Make flows use a fake engine."""

    def use(engine):
        from flows import engines

        monkeypatch.setattr(engines, "build_engine_by_name", lambda **names: engine)
        engines.engine_of.cache_clear()

    yield use
    from flows.engines import engine_of

    engine_of.cache_clear()


def artifact(key):
    from prefect.artifacts import Artifact

    return json.loads(Artifact.get(key).data)


def prefect_database():
    """All content of Prefect's database, as text."""
    from prefect.settings import get_current_settings

    address = get_current_settings().server.database.connection_url.get_secret_value()
    connection = sqlite3.connect(str(address).split("///")[1])
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def test_the_flow_builds_its_engine_from_every_option_of_a_night(monkeypatch):
    from flows import engines
    from flows.nightly import nightly

    asked = []
    monkeypatch.setattr(engines, "build_engine_by_name", lambda **names: asked.append(names))
    options = NightOptions(
        "calls", "store", metadata=None, name_pattern=None, rubric=["support"], asr=None, profile="embedded",
        device="cpu", hotwords="names.txt", chinese_script="traditional",
    )  # fmt: skip
    assert set(options.parameters()) <= set(inspect.signature(nightly.fn).parameters)
    engines.engine_of.cache_clear()
    engines.engine_of(engines.EngineSettings(**options.models()))
    engines.engine_of.cache_clear()
    assert asked == [options.models()]


def test_a_night_of_three_calls(recordings, tmp_path, use_engine):
    from flows.nightly import nightly

    use_engine(fake_engine(measure=FakeMeasure()))
    (recordings / "broken.wav").write_text("this is no audio")
    store = tmp_path / "store"
    summary = nightly(str(recordings), str(store), workers=2)
    assert isinstance(summary, NightSummary)
    assert (summary.calls_found, summary.calls_done, summary.calls_failed, summary.shards) == (4, 3, 1, 3)
    assert read(Store(str(store)), "scorecards").num_rows == 3
    assert read(Store(str(store)), "topics").num_rows == 1
    assert read(Store(str(store)), "runs").column("status").to_pylist() == ["completed"]
    table = {row["measure"]: row["value"] for row in artifact("everycall-night")}
    assert (table["calls done"], table["failures at ingest"], table["mean score"]) == (3, 1, 50.0)
    assert nightly(str(recordings), str(store)).calls_up_to_date == 3


def test_nothing_said_on_a_call_reaches_prefect(recordings, tmp_path, use_engine):
    from flows.nightly import nightly

    use_engine(fake_engine())
    store = Store(str(tmp_path / "store"))
    nightly(str(recordings), store.address)
    said = set(read(store, "turns").column("text").to_pylist())
    assert "my bill is wrong" in said
    kept = prefect_database()
    assert "everycall-device" in kept
    assert [text for text in said if text in kept] == []
    stored = [path for path in Path(os.environ["PREFECT_HOME"]).rglob("*") if path.parent.name == "storage"]
    assert stored == []


def test_a_shard_with_a_bug_fails_the_flow_and_the_others_are_written(recordings, tmp_path, use_engine):
    from flows.nightly import nightly
    from flows.shards import ShardsError

    def broken_on_one_day(calls, speech_models):
        for call in calls:
            if call[0].date == "2026-11-21":
                raise ZeroDivisionError("my bill is wrong")
            yield from fake_stages().transcribe([call], speech_models)

    use_engine(fake_engine(stages=replace(fake_stages(), transcribe=broken_on_one_day)))
    store = Store(str(tmp_path / "store"))
    with pytest.raises(ShardsError, match=r"1 of 2 shards failed.* shard 2 failed \(ZeroDivisionError\)"):
        nightly(str(recordings), store.address)
    assert "my bill is wrong" not in prefect_database()
    assert read(store, "scorecards").num_rows == 2
    assert read(store, "runs").column("status").to_pylist() == ["failed"]
    use_engine(fake_engine())
    assert nightly(str(recordings), store.address).calls_done == 1


def test_scoring_again(recordings, tmp_path, use_engine):
    from flows.nightly import nightly
    from flows.rescore import rescore

    store = Store(str(tmp_path / "store"))
    use_engine(fake_engine())
    nightly(str(recordings), store.address)
    use_engine(fake_engine(scoring_models="scoring-2", stages=replace(fake_stages(), transcribe=None, enrich=None)))
    summary = rescore(store.address, since="2026-11-21", until="2026-11-21")
    assert (summary.calls_found, summary.calls_done) == (1, 1)
    assert {row["measure"]: row["value"] for row in artifact("everycall-rescore")}["calls done"] == 1


def test_progress_is_reported_call_by_call(recordings, tmp_path, use_engine):
    from flows.nightly import nightly
    from flows.progress_context import report_progress_to

    use_engine(fake_engine())
    steps = []
    with report_progress_to(steps.append):
        nightly(str(recordings), str(tmp_path / "store"))
    assert sum(step.calls for step in steps if step.stage == "write") == 3


def test_the_device_limit_is_created_once_and_then_kept():
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

    from flows.device import DEVICE_LIMIT, ensure_device_limit

    ensure_device_limit()
    with get_client(sync_client=True) as client:
        assert client.read_global_concurrency_limit_by_name(DEVICE_LIMIT).limit == 1
        client.update_global_concurrency_limit(DEVICE_LIMIT, GlobalConcurrencyLimitUpdate(limit=2))
        ensure_device_limit()
        assert client.read_global_concurrency_limit_by_name(DEVICE_LIMIT).limit == 2
        client.update_global_concurrency_limit(DEVICE_LIMIT, GlobalConcurrencyLimitUpdate(limit=1))


def test_transcribing_waits_for_the_device_and_fails_without_its_limit(monkeypatch):
    from prefect.concurrency._asyncio import ConcurrencySlotAcquisitionError

    from flows import device

    monkeypatch.setattr(device, "DEVICE_LIMIT", "a-limit-that-nobody-made")
    guarded = device.on_device(fake_engine())
    with pytest.raises(ConcurrencySlotAcquisitionError):
        list(guarded.stages.transcribe([], None))
