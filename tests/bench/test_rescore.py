"""Rescoring stored calls: the same answers in one process or two, and the figures of the bench."""

from pathlib import Path

import pytest

from bench.made_calls import TURNS, made_calls
from bench.rescore import rescored
from models.registry import EngineNames
from pipeline.night.night import begin_rescore, rescore, run_night, run_shard
from pipeline.store import Store, read

LABELLED = Path(__file__).parents[2] / "examples" / "labelled.jsonl"
CHANGED = "id: support\ntitle: Changed\nextends: support\nweights: {closing: 11}\n"
RESULTS = ("scorecards", "answers", "flags")
# Columns that name the version of the form and the part, not the result.
NAMES = {"part", "fingerprint", "rubric_version"}


def rows(store, table):
    found = read(store, table)
    return found.select([name for name in found.column_names if name not in NAMES]).to_pylist()


@pytest.fixture(scope="module")
def shipped():
    return EngineNames(profile="embedded", rubric="support")


@pytest.fixture
def store(tmp_path, shipped):
    found = Store(str(tmp_path / "store"))
    run_night(str(LABELLED), store=found, engine=shipped())
    return found


@pytest.fixture
def changed(tmp_path):
    path = tmp_path / "changed.yaml"
    path.write_text(CHANGED, "utf-8")
    return EngineNames(profile="embedded", rubric=str(path))


def test_made_calls_are_the_same_for_the_same_seed():
    one, two = list(made_calls(4, seed=7)), list(made_calls(4, seed=7))
    assert one == two != list(made_calls(4, seed=8))
    assert [(call.call_id, call.language, len(call.turns)) for call in one] == [
        ("made-000000", "en", TURNS),
        ("made-000001", "zh", TURNS),
        ("made-000002", "en", TURNS),
        ("made-000003", "zh", TURNS),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_changing_the_form_and_back_restores_every_answer_bit_for_bit(store, shipped, changed, workers):
    before = {table: rows(store, table) for table in RESULTS}
    there = rescore(store, engine=changed(), workers=workers, build=changed)
    assert there.calls_done == len(before["scorecards"])
    assert rows(store, "answers") != before["answers"]
    rescore(store, engine=shipped(), workers=workers, build=shipped)
    assert {table: rows(store, table) for table in RESULTS} == before


@pytest.mark.slow
def test_an_interrupted_rescore_continues_with_the_missing_calls(store, changed):
    engine = changed()
    night = begin_rescore(store, engine=engine)
    run_shard(night.plan.shards[0], store=store, engine=engine)
    done = len(night.plan.shards[0].items)
    summary = rescore(store, engine=engine)
    assert (summary.calls_done, summary.calls_up_to_date) == (night.plan.planned - done, done)
    assert rescore(store, engine=engine).calls_done == 0


@pytest.mark.slow
def test_only_the_given_days_are_rescored(store, changed):
    dates = sorted({str(date) for date in read(store, "calls").column("date").to_pylist()})
    of_first = read(store, "calls", dates=dates[:1]).num_rows
    assert rescore(store, engine=changed(), dates=dates[:1]).calls_done == of_first


@pytest.mark.slow
def test_the_cost_of_the_command_is_measured(store, tmp_path):
    cost = rescored(Path(store.address), tmp_path / "bench.yaml", more=["--workers", "1"])
    assert cost.calls == read(store, "calls").num_rows
    assert min(cost.wall_s, cost.cpu_s) > 0
    assert cost.peak_memory_mb > 50
    assert cost.calls_per_s == cost.calls / cost.wall_s
