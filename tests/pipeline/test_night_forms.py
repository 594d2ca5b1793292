"""Nights with several forms: a call gets a scorecard by every form that fits it, and only missing ones are made."""

import json

import pytest
from night_fakes import FakeModel, fake_enrich, parquet_files
from rubric_forms import form
from rubric_store import says
from score_contexts import scoring_models

from pipeline import ingest
from pipeline.errors import RubricError
from pipeline.night.engine import Engine, Stages
from pipeline.night.night import rescore, run_night
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.load import load_rubrics
from pipeline.rubric.rubric_set import rubric_set
from pipeline.score import flag_rules, score_by_leg
from pipeline.store import Store, compact, open_duckdb, read

QUEUES = {"c1": "sales", "c2": "sales", "c3": "help"}


def family(name, *questions, **more):
    return RubricFamily(name, (form([says(each) for each in questions], id=name, **more),))


GENERAL = family("general", "thanks", "sorry")
SELLING = family("selling", "thanks", "price", used_for={"queues": ["sales"]})
BOTH = rubric_set([GENERAL, SELLING])


def engine(rubric, *, refuses=""):
    def judge(calls, rubric, scoring_models):
        if rubric.id == refuses:
            raise RubricError(f"{refuses} asks for what is not there", remedy="Mend it")
        return score_by_leg(calls, rubric=rubric, scoring_models=scoring_models)

    stages = Stages(
        read_recording=ingest.read_recording,
        read_transcripts=ingest.read_transcripts,
        transcribe=lambda calls, speech_models: iter(()),
        enrich=fake_enrich,
        score=judge,
        flag=flag_rules.flag,
    )
    return Engine(
        speech_models=FakeModel("e"),
        enrichment_models=FakeModel("r"),
        scoring_models=scoring_models(),
        rubric=rubric,
        stages=stages,
    )


def calls(folder, **queues):
    lines = [
        {
            "call_id": name,
            "language": "en",
            "agent_id": "A",
            "queue": queue,
            "turns": [{"role": "agent", "text": "welcome"}],
        }
        for name, queue in (QUEUES | queues).items()
    ]
    (folder / "calls.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return str(folder / "calls.jsonl")


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


def cards(store):
    rows = read(store, "scorecards").to_pylist()
    return [(row["call_id"], row["rubric_id"]) for row in rows]


def low_scores(store):
    return [row for row in read(store, "flags").to_pylist() if row["rule"] == "low_score"]


ALL = [("c1", "general"), ("c1", "selling"), ("c2", "general"), ("c2", "selling"), ("c3", "general")]


def test_each_call_gets_a_scorecard_by_every_form_that_fits_it(tmp_path, store):
    summary = run_night(calls(tmp_path), store=store, engine=engine(BOTH))
    assert cards(store) == ALL
    assert (summary.calls_done, summary.scorecards, summary.calls_failed) == (3, 5, 0)
    answers = read(store, "answers").to_pylist()
    assert [row["question_id"] for row in answers if row["call_id"] == "c1"] == ["thanks", "sorry", "thanks", "price"]


def test_a_second_night_with_several_forms_finds_nothing_to_do(tmp_path, store):
    run_night(calls(tmp_path), store=store, engine=engine(BOTH))
    before = parquet_files(tmp_path / "store")
    assert run_night(calls(tmp_path), store=store, engine=engine(BOTH)).shards == 0
    assert rescore(store, engine=engine(BOTH)).shards == 0
    assert rescore(store, engine=engine(GENERAL)).shards == 0
    assert parquet_files(tmp_path / "store") == before


@pytest.mark.parametrize("again", ["night", "rescore"])
def test_only_missing_scorecards_are_made(tmp_path, store, again):
    run_night(calls(tmp_path), store=store, engine=engine(GENERAL))
    first = {row["call_id"]: row["part"] for row in read(store, "scorecards").to_pylist()}
    never = engine(BOTH, refuses="general")
    made = run_night(calls(tmp_path), store=store, engine=never) if again == "night" else rescore(store, engine=never)
    assert (made.calls_done, made.scorecards, made.calls_failed) == (2, 2, 0)
    assert cards(store) == ALL
    general = [row for row in read(store, "scorecards").to_pylist() if row["rubric_id"] == "general"]
    assert {row["call_id"]: row["part"] for row in general} == first


def test_a_changed_form_leaves_the_others_as_they_are(tmp_path, store):
    run_night(calls(tmp_path), store=store, engine=engine(BOTH))
    other = family("general", "thanks", "welcome")
    summary = rescore(store, engine=engine(rubric_set([other, SELLING]), refuses="selling"))
    assert (summary.calls_done, summary.scorecards, summary.calls_failed) == (3, 3, 0)
    assert cards(store) == ALL


def test_a_failing_form_does_not_affect_the_others(tmp_path, store):
    summary = run_night(calls(tmp_path), store=store, engine=engine(BOTH, refuses="selling"))
    assert cards(store) == [("c1", "general"), ("c2", "general"), ("c3", "general")]
    assert (summary.calls_done, summary.calls_failed) == (3, 2)
    assert [row["source"] for row in read(store, "failures").to_pylist()] == ["c1", "c2"]
    again = run_night(calls(tmp_path), store=store, engine=engine(BOTH))
    assert (again.calls_up_to_date, again.calls_held_back) == (1, 2)
    mended = run_night(calls(tmp_path), store=store, engine=engine(BOTH), retry_failed=True)
    assert (mended.calls_done, mended.scorecards) == (2, 2)
    assert cards(store) == ALL
    assert read(store, "failures").num_rows == 0


def test_a_scorecard_disappears_if_its_form_no_longer_fits(tmp_path, store):
    run_night(calls(tmp_path), store=store, engine=engine(BOTH))
    run_night(calls(tmp_path, c2="help"), store=store, engine=engine(BOTH))
    assert cards(store) == [("c1", "general"), ("c1", "selling"), ("c2", "general"), ("c3", "general")]
    assert read(store, "turns").num_rows == 3
    assert rescore(store, engine=engine(BOTH)).shards == 0


def test_narrowing_a_form_removes_scorecards(tmp_path, store):
    run_night(calls(tmp_path), store=store, engine=engine(BOTH))
    narrowed = family("selling", "thanks", "price", used_for={"queues": ["other"]})
    rescore(store, engine=engine(rubric_set([GENERAL, narrowed])))
    assert cards(store) == [("c1", "general"), ("c2", "general"), ("c3", "general")]


def test_two_forms_with_the_same_reason_raise_one_flag(tmp_path, store):
    copies = rubric_set([family("one", "thanks"), family("two", "thanks")])
    summary = run_night(calls(tmp_path), store=store, engine=engine(copies))
    rules = [(row["call_id"], row["rule"], row["rubric_id"]) for row in low_scores(store)]
    assert rules == [(call_id, "low_score", "one") for call_id in QUEUES]
    assert summary.flags == 6
    assert read(store, "flags").num_rows == 6


def test_a_flag_of_two_forms_remains_while_one_raises_it(tmp_path, store):
    copies = rubric_set([family("one", "thanks"), family("two", "thanks")])
    run_night(calls(tmp_path), store=store, engine=engine(copies))
    compact(store)
    rescore(store, engine=engine(family("one", "welcome")))
    assert {row["rubric_id"] for row in low_scores(store)} == {"two"}


def test_the_night_is_recorded_with_all_its_forms(tmp_path, store):
    run_night(calls(tmp_path), store=store, engine=engine(BOTH))
    with open_duckdb(store) as connection:
        assert connection.execute("select rubric_id from runs").fetchall() == [("general+selling",)]


def test_comma_separated_names_are_several_forms():
    both = load_rubrics("support, sales.en")
    assert [member.id for member in both.members] == ["support.en", "support.zh", "sales.en"]
    assert load_rubrics("support").id == "support"
    assert load_rubrics("support,support").id == "support"


def test_different_forms_with_the_same_name_are_rejected():
    with pytest.raises(RubricError, match="two different forms are both called general"):
        rubric_set([GENERAL, family("general", "price")])
