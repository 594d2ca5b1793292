from datetime import date

import pytest

from pipeline.promise import Promise
from pipeline.store import MEASURE_TABLES, SHARD_TABLES, Part, Store, write_part
from pipeline.store.parts import table_of
from pipeline.store.rows.promises import promise_rows

DAY = "2026-03-02"
PART = Part(DAY, 1, "abc")
PROMISES = [
    Promise("c1", 0, 3, "A1", "call_back", "I'll call you back by Wednesday", 12.0, "by Wednesday", date(2026, 3, 4)),
    Promise("c1", 1, 5, "A1", "refund", "the refund will be with you by Friday", 20.0, "by Friday", date(2026, 3, 6)),
    Promise("c2", 0, 2, "A2", "send", "[bold]we'll send it[/bold]", None),
]
OUTCOMES = [("c1", 0, "broken", "c9"), ("c1", 1, "kept", "c9"), ("c2", 0, "open", "")]


@pytest.fixture
def store(tmp_path):
    """Two calls with three promises, judged unless a test takes the outcomes away."""
    found = Store(str(tmp_path / "store"))
    calls = [
        {"call_id": name, "turns_part": PART.name, "input_hash": name, "started_at": f"{DAY}T09:00:00"}
        for name in ("c1", "c2")
    ]
    rows = {"calls": calls, "promises": promise_rows(PROMISES)}
    write(found, rows, order=SHARD_TABLES)
    return found


@pytest.fixture
def judged(store):
    outcomes = [
        {"call_id": call, "position": position, "outcome": outcome, "by_call_id": later, "reason": ""}
        for call, position, outcome, later in OUTCOMES
    ]
    write(store, {"promise_outcomes": outcomes, "topics": []}, order=MEASURE_TABLES)
    return store


def write(store, rows, *, order):
    tables = {name: table_of(name, found, part=PART.name, date=DAY) for name, found in rows.items()}
    write_part(store, PART, tables, order=[name for name in order if name in tables])


def test_open_and_broken_promises_are_listed_by_their_day(everycall, judged):
    lines = everycall("promises", "--store", judged.address).splitlines()
    assert lines[1].split()[:5] == ["2026-03-04", "broken", "A1", "c1", "call"]
    assert "I'll call you back by Wednesday" in lines[1]
    assert lines[1].rstrip().endswith("c9")
    assert lines[2].split()[:3] == ["open", "A2", "c2"]
    assert lines[-1] == "1 broken, 1 open of 3 promises"


def test_words_of_a_call_are_shown_as_they_are(everycall, judged):
    assert "[bold]we'll send it[/bold]" in everycall("promises", "--store", judged.address)


def test_all_shows_kept_ones_too(everycall, judged):
    output = everycall("promises", "--store", judged.address, "--all")
    assert "the refund will be with you by Friday" in output
    assert output.splitlines()[-1] == "1 broken, 1 open, 1 kept of 3 promises"


def test_an_agents_promises_are_listed_alone(everycall, judged):
    output = everycall("promises", "--store", judged.address, "--agent", "A2")
    assert output.splitlines()[-1] == "1 open of 3 promises"


def test_a_long_list_is_cut(everycall, judged):
    output = everycall("promises", "--store", judged.address, "--limit", 1)
    assert output.splitlines()[-1] == "1 broken, 1 open of 3 promises; showing the first 1"
    assert "c2" not in output


def test_before_the_measures_only_the_day_tells(everycall, store):
    output = everycall("promises", "--store", store.address)
    assert output.splitlines()[-1] == "2 open of 3 promises"


def test_a_store_without_promises_says_so(everycall, tmp_path):
    assert "no promise is stored" in everycall("promises", "--store", tmp_path / "empty")
