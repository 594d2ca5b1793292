import pytest

from pipeline.store import SHARD_TABLES, Part, Store, read, write_part
from pipeline.store.parts import table_of


@pytest.fixture
def store(tmp_path):
    made = Store(str(tmp_path / "store"))
    part = Part("2026-03-02", 1, "x")
    rows = [{"call_id": f"c{number}", "input_hash": str(number), "customer_id": ""} for number in range(30)]
    write_part(made, part, {"calls": table_of("calls", rows, part=part.name, date=part.date)}, order=SHARD_TABLES)
    return made


def answers(tmp_path, scores, *, header="call_id,score"):
    path = tmp_path / "answers.csv"
    lines = [header, *(f"c{number},{score}" for number, score in enumerate(scores))]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_the_help_shows_an_example(everycall):
    assert "Example: everycall surveys import answers.csv" in " ".join(everycall("surveys", "import", "--help").split())


def test_answers_are_taken_and_the_rest_is_told(everycall, store, tmp_path):
    path = answers(tmp_path, [5, 9, "bad"])
    output = everycall("surveys", "import", path, "--scale", "1-5", "--store", store.address)
    assert "answers.csv line 3: its `score` is outside the scale 1-5. Fix the line and import the file again" in output
    assert "1 taken, 0 already known, 0 without a call, 2 bad" in output
    assert read(store, "surveys").column("call_id").to_pylist() == ["c0"]
    everycall("surveys", "import", path, "--scale", "1-5", "--store", store.address, "--strict", exits=1)


def test_a_clear_scale_is_recognised_and_said(everycall, store, tmp_path):
    path = answers(tmp_path, [1, 5, *[4] * 20], header="call,csat")
    output = everycall(
        "surveys", "import", path, "--column", "call_id=call", "--column", "score=csat", "--store", store.address
    )
    assert "scale 1-5 recognised from the answers, higher taken as better; --scale sets another" in output
    assert "22 taken" in output


def test_an_unclear_scale_is_refused_with_what_to_do(everycall, store, tmp_path):
    output = everycall("surveys", "import", answers(tmp_path, [1, 10] * 15), "--store", store.address, exits=2)
    assert "answers from 1 to 10 fit several scales" in output
    assert "--scale 1-5" in output


def test_a_column_must_be_named_as_ours_and_theirs(everycall, store, tmp_path):
    path = answers(tmp_path, [5])
    everycall("surveys", "import", path, "--column", "score", "--store", store.address, exits=2)
