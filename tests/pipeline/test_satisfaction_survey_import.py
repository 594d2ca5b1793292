from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.analytics.satisfaction.survey_import import import_surveys
from pipeline.ingest.survey_scale import parse_scale
from pipeline.ingest.surveys import ReadAnswer, SurveyAnswer, SurveyFile
from pipeline.store import SHARD_TABLES, Part, Store, read, write_part
from pipeline.store.parts import table_of
from pipeline.store.rows.surveys import survey_from_row, survey_row

DAYS = {"2026-03-01": "c1", "2026-03-02": "c2", "2026-03-09": "c9"}


@pytest.fixture
def store(tmp_path):
    """Three calls of one customer, on three days at nine o'clock."""
    made = Store(str(tmp_path / "store"))
    for date, call_id in DAYS.items():
        part = Part(date, 1, f"of{call_id}")
        row = {"call_id": call_id, "input_hash": call_id, "customer_id": "K1", "started_at": f"{date}T09:00:00"}
        write_part(made, part, {"calls": table_of("calls", [row], part=part.name, date=date)}, order=SHARD_TABLES)
    return made


def file_of(*rows, scale="1-5"):
    answers = [
        ReadAnswer(line, SurveyAnswer(**row), parse_scale(scale) if "score" in row else None)
        for line, row in enumerate(rows, 2)
    ]
    return SurveyFile("answers.csv", tuple(answers), ())


def surveys_in(store):
    columns = ["call_id", "score", "given", "scale", "answered_at", "closed_as"]
    return [tuple(row.values()) for row in read(store, "surveys", columns=columns).to_pylist()]


def files_in(store):
    return {path: path.read_bytes() for path in Path(store.address).rglob("surveys/**/*.parquet")}


def test_an_answer_is_stored_under_its_call_s_date_from_1_to_5(store):
    intake = import_surveys(store, file_of({"call_id": "c2", "score": 10, "closed_as": "Resolved"}, scale="0-10"))
    assert (intake.taken, intake.unchanged, intake.unmatched) == (1, 0, ())
    assert surveys_in(store) == [("c2", 5.0, 10.0, "0-10", "", "resolved")]
    assert [str(date) for date in read(store, "surveys").column("date").to_pylist()] == ["2026-03-02"]


def test_an_answer_without_a_call_is_reported(store):
    intake = import_surveys(store, file_of({"call_id": "c1", "score": 4}, {"call_id": "nobody", "score": 1}))
    (failure,) = intake.unmatched
    assert intake.taken == 1
    assert (failure.source, failure.cause) == ("answers.csv line 3", "no call of this id is in the store")


def test_the_same_file_again_writes_nothing(store):
    file = file_of({"call_id": "c1", "score": 4}, {"call_id": "c2", "score": 2})
    import_surveys(store, file)
    before = files_in(store)
    intake = import_surveys(store, file)
    assert (intake.taken, intake.unchanged) == (0, 2)
    assert files_in(store) == before


def test_the_same_file_writes_the_same_files_in_any_store(store, tmp_path):
    file = file_of({"call_id": "c1", "score": 4})
    import_surveys(store, file)
    (path,) = files_in(store)
    first = path.read_bytes()
    path.unlink()
    import_surveys(store, file)
    assert files_in(store) == {path: first}


def test_a_later_file_replaces_only_the_values_it_has(store):
    import_surveys(store, file_of({"call_id": "c1", "score": 4}, {"call_id": "c2", "score": 3}))
    import_surveys(store, file_of({"call_id": "c1", "closed_as": "resolved"}, {"call_id": "c2", "score": 1}))
    assert surveys_in(store) == [("c1", 4.0, 4.0, "1-5", "", "resolved"), ("c2", 1.0, 1.0, "1-5", "", "")]


def test_the_later_of_two_answers_about_a_call_counts(store):
    late = {"call_id": "c1", "score": 2, "answered_at": "2026-03-03T10:00:00"}
    early = {"call_id": "c1", "score": 5, "answered_at": "2026-03-02T10:00:00", "closed_as": "open"}
    intake = import_surveys(store, file_of(late, early))
    assert intake.taken == 1
    assert surveys_in(store) == [("c1", 2.0, 2.0, "1-5", "2026-03-03T10:00:00", "open")]


@pytest.mark.parametrize(
    ("answered_at", "call_id"),
    [
        ("2026-03-02T08:59:00", "c1"),
        ("2026-03-02T09:00:00", "c2"),
        ("2026-03-09", "c9"),
        ("2026-03-08T10:00:00", "c2"),
        ("2026-03-01T08:00:00", None),
        ("2026-03-17T09:00:00", None),
    ],
)
def test_an_answer_belongs_to_the_customer_s_last_call_within_a_week(store, answered_at, call_id):
    intake = import_surveys(store, file_of({"customer_id": " K1 ", "answered_at": answered_at, "score": 3}))
    assert [row[0] for row in surveys_in(store)] == ([call_id] if call_id else [])
    assert len(intake.unmatched) == (call_id is None)


def test_a_word_for_an_unknown_customer_finds_no_call(store):
    part = Part("2026-03-10", 1, "x")
    row = {"call_id": "x", "input_hash": "x", "customer_id": "unknown", "started_at": "2026-03-10T09:00:00"}
    write_part(store, part, {"calls": table_of("calls", [row], part=part.name, date=part.date)}, order=SHARD_TABLES)
    answer = {"customer_id": "unknown", "answered_at": "2026-03-10T10:00:00", "score": 3}
    assert import_surveys(store, file_of(answer)).taken == 0


def test_a_survey_and_its_row_are_the_same(store):
    import_surveys(store, file_of({"call_id": "c1", "score": 4}))
    (row,) = read(store, "surveys").to_pylist()
    survey = survey_from_row(row)
    assert survey_row(replace(survey)) == {name: row[name] for name in row if name not in ("part", "date")}
