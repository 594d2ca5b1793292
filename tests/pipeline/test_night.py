import json
import shutil
from dataclasses import replace

import pytest
from night_fakes import FakeMeasure, FakeRubric, fake_engine, fake_stages, parquet_files, write_wav

from pipeline.analytics.update import measure_all
from pipeline.ingest import discover
from pipeline.night.night import begin, rescore, run_night, run_shard
from pipeline.store import Store, compact, open_duckdb, read


@pytest.fixture
def recordings(tmp_path):
    for name in ("2026-11-20_a", "2026-11-20_b", "2026-11-21_c"):
        write_wav(tmp_path / "recordings" / f"{name}.wav")
    return tmp_path / "recordings"


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


def column(store, table, name):
    return read(store, table).column(name).to_pylist()


def rows(store, table):
    return read(store, table).to_pylist()


def test_every_call_of_a_folder_gets_its_rows(recordings, store):
    summary = run_night(str(recordings), store=store, engine=fake_engine())
    assert (summary.calls_found, summary.calls_done, summary.calls_failed, summary.shards) == (3, 3, 0, 2)
    assert summary.mean_total == 50.0
    assert summary.audio_s == pytest.approx(1.8)
    counts = {
        table: read(store, table).num_rows for table in ("calls", "turns", "turn_vectors", "scorecards", "answers")
    }
    assert counts == {"calls": 3, "turns": 9, "turn_vectors": 9, "scorecards": 3, "answers": 6}
    assert {str(date) for date in column(store, "calls", "date")} == {"2026-11-20", "2026-11-21"}


def test_a_second_night_finds_nothing_to_do(recordings, store, tmp_path):
    run_night(str(recordings), store=store, engine=fake_engine())
    before = parquet_files(tmp_path / "store")
    summary = run_night(str(recordings), store=store, engine=fake_engine())
    assert (summary.calls_up_to_date, summary.shards) == (3, 0)
    assert parquet_files(tmp_path / "store") == before


def test_the_same_night_writes_the_same_bytes_elsewhere(recordings, tmp_path):
    for name in ("one", "two"):
        run_night(str(recordings), store=Store(str(tmp_path / name)), engine=fake_engine(measure=FakeMeasure()))
    assert parquet_files(tmp_path / "one") == parquet_files(tmp_path / "two")
    assert len(parquet_files(tmp_path / "one")) > 10


def test_a_new_recording_is_done_alone(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    write_wav(recordings / "2026-11-21_d.wav")
    summary = run_night(str(recordings), store=store, engine=fake_engine())
    assert (summary.calls_up_to_date, summary.calls_done) == (3, 1)
    assert read(store, "calls").num_rows == 4


def test_a_new_rubric_rescores_without_transcribing_or_enriching(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    engine = fake_engine(rubric=FakeRubric(version="2"), stages=replace(fake_stages(), transcribe=None, enrich=None))
    summary = run_night(str(recordings), store=store, engine=engine)
    assert (summary.calls_done, summary.audio_s) == (3, 0.0)
    assert column(store, "scorecards", "rubric_version") == ["2"] * 3
    assert read(store, "turns").num_rows == 9


def test_a_rescore_gives_the_same_answers(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    first = column(store, "answers", "probability")
    rescore(store, engine=fake_engine(scoring_models="scoring-2"))
    assert column(store, "answers", "probability") == first
    assert len(set(column(store, "answers", "part"))) == 2


def test_a_call_has_scorecards_of_two_rubrics(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    summary = rescore(store, engine=fake_engine(rubric=FakeRubric(id="other")))
    assert summary.calls_done == 3
    assert sorted(column(store, "scorecards", "rubric_id")) == ["fake"] * 3 + ["other"] * 3
    assert rescore(store, engine=fake_engine()).shards == 0


def test_a_rescore_can_be_limited_to_dates(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    summary = rescore(store, engine=fake_engine(scoring_models="scoring-2"), dates=["2026-11-21"])
    assert (summary.calls_found, summary.calls_done) == (1, 1)


def test_new_speech_models_transcribe_everything_and_drop_old_scorecards(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    rescore(store, engine=fake_engine(rubric=FakeRubric(id="other")))
    summary = run_night(str(recordings), store=store, engine=fake_engine(speech_models="speech-2"))
    assert summary.audio_s == pytest.approx(1.8)
    assert column(store, "scorecards", "rubric_id") == ["fake"] * 3
    assert read(store, "turns").num_rows == 9
    assert {part[:5] for part in column(store, "turns", "part")} == {"g0003"}


def test_new_enrichment_models_enrich_stored_turns(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    engine = fake_engine(enrichment_models="enrichment-2", stages=replace(fake_stages(), transcribe=None))
    summary = run_night(str(recordings), store=store, engine=engine)
    assert (summary.calls_done, summary.audio_s) == (3, 0.0)
    assert set(column(store, "turn_vectors", "encoder")) == {"enrichment-2"}
    assert [len(words) for words in column(store, "turns", "words")] == [2, 0, 0] * 3


def test_new_metadata_rescores_a_call_and_moves_it_to_its_date(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    metadata = {"started_at": "2026-11-19T08:00:00", "agent_id": "A7"}
    (recordings / "2026-11-20_a.json").write_text(json.dumps(metadata))
    engine = fake_engine(stages=replace(fake_stages(), transcribe=None, enrich=None))
    summary = run_night(str(recordings), store=store, engine=engine)
    assert summary.calls_done == 1
    found = {row["agent_id"]: row for row in rows(store, "calls")}
    assert str(found["A7"]["date"]) == "2026-11-19"
    assert read(store, "turns", dates=["2026-11-19"]).num_rows == 3
    assert (read(store, "calls").num_rows, read(store, "turns").num_rows) == (3, 9)


def test_a_new_call_id_replaces_the_old_one(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    (recordings / "2026-11-20_a.json").write_text(json.dumps({"call_id": "named"}))
    summary = run_night(str(recordings), store=store, engine=fake_engine())
    assert summary.calls_done == 1
    assert "named" in column(store, "calls", "call_id")
    assert (read(store, "calls").num_rows, read(store, "scorecards").num_rows) == (3, 3)


def test_a_bad_file_is_a_failure_and_the_others_are_scored(recordings, store):
    (recordings / "text.wav").write_text("this is no audio")
    write_wav(recordings / "2026-11-20_silent.wav")
    (recordings / "2026-11-20_silent.json").write_text(json.dumps({"call_id": "silent"}))
    summary = run_night(str(recordings), store=store, engine=fake_engine())
    assert (summary.calls_done, summary.calls_failed) == (3, 2)
    assert summary.failures == {"hear": 1, "ingest": 1}
    assert sorted(column(store, "failures", "stage")) == ["hear", "ingest"]


def test_a_failed_call_is_retried_after_a_change_or_on_request(recordings, store):
    write_wav(recordings / "x.wav")
    (recordings / "x.json").write_text(json.dumps({"call_id": "silent"}))
    run_night(str(recordings), store=store, engine=fake_engine())
    held = run_night(str(recordings), store=store, engine=fake_engine())
    assert (held.calls_held_back, held.shards) == (1, 0)
    retried = run_night(str(recordings), store=store, engine=fake_engine(), retry_failed=True)
    assert (retried.calls_failed, retried.calls_held_back) == (1, 0)
    other_ears = run_night(str(recordings), store=store, engine=fake_engine(speech_models="speech-2"))
    assert (other_ears.calls_done, other_ears.calls_failed) == (3, 1)
    assert read(store, "failures").num_rows == 1


def test_a_failure_disappears_once_the_call_succeeds(recordings, store):
    bad = recordings / "2026-11-20_x.wav"
    bad.write_text("this is no audio")
    (recordings / "2026-11-20_x.json").write_text(json.dumps({"call_id": "x"}))
    run_night(str(recordings), store=store, engine=fake_engine())
    assert column(store, "failures", "call_id") == ["x"]
    write_wav(bad)
    run_night(str(recordings), store=store, engine=fake_engine())
    assert read(store, "failures").num_rows == 0
    assert "x" in column(store, "calls", "call_id")


def test_a_call_that_cannot_be_scored_keeps_its_turns(recordings, store):
    write_wav(recordings / "y.wav")
    (recordings / "y.json").write_text(json.dumps({"call_id": "unscorable"}))
    summary = run_night(str(recordings), store=store, engine=fake_engine())
    assert (summary.calls_done, summary.calls_failed, summary.failures) == (3, 1, {"score": 1})
    assert "unscorable" in column(store, "turns", "call_id")
    assert run_night(str(recordings), store=store, engine=fake_engine()).calls_held_back == 1
    assert rescore(store, engine=fake_engine()).shards == 0
    assert rescore(store, engine=fake_engine(scoring_models="scoring-2")).calls_failed == 1


def test_identical_audio_is_one_call_and_reported(recordings, store):
    shutil.copy(recordings / "2026-11-20_a.wav", recordings / "2026-11-20_copy.wav")
    summary = run_night(str(recordings), store=store, engine=fake_engine())
    assert (summary.calls_found, summary.notices) == (3, 1)
    assert "the same audio as 2026-11-20_a.wav" in column(store, "failures", "cause")[0]


def test_a_copy_in_another_folder_is_the_same_call(recordings, store, tmp_path):
    run_night(str(recordings), store=store, engine=fake_engine())
    (tmp_path / "more").mkdir()
    shutil.copy(recordings / "2026-11-20_a.wav", tmp_path / "more" / "again.wav")
    summary = run_night(str(tmp_path / "more"), store=store, engine=fake_engine())
    assert (summary.calls_up_to_date, summary.notices, summary.shards) == (1, 1, 0)
    assert column(store, "failures", "source") == ["again.wav"]


def test_a_moved_recording_is_known_by_its_new_address(recordings, store, tmp_path):
    run_night(str(recordings), store=store, engine=fake_engine())
    recordings.rename(tmp_path / "archive")
    summary = run_night(str(tmp_path / "archive"), store=store, engine=fake_engine())
    assert (summary.calls_done, summary.audio_s, summary.notices) == (3, 0.0, 0)
    assert all("/archive/" in uri for uri in column(store, "calls", "uri"))


def test_problems_of_an_address_disappear_once_they_are_fixed(recordings, store):
    (recordings / "empty.wav").write_bytes(b"")
    run_night(str(recordings), store=store, engine=fake_engine())
    assert column(store, "failures", "cause") == ["the file is empty"]
    (recordings / "empty.wav").unlink()
    run_night(str(recordings), store=store, engine=fake_engine())
    assert read(store, "failures").num_rows == 0
    (recordings / "empty.wav").write_bytes(b"")
    run_night(str(recordings), store=store, engine=fake_engine())
    assert read(store, "failures").num_rows == 1


def transcript_line(call_id, text="my bill is wrong"):
    turns = [{"speaker": "agent", "text": "hello"}, {"speaker": "customer", "text": text}]
    return json.dumps({"call_id": call_id, "started_at": "2026-11-20T09:00:00", "language": "en", "turns": turns})


def test_written_transcripts_are_processed_like_recordings(tmp_path, store):
    folder = tmp_path / "written"
    folder.mkdir()
    (folder / "calls.jsonl").write_text("\n".join([transcript_line("w1"), "not json", transcript_line("w2")]))
    engine = fake_engine(stages=replace(fake_stages(), transcribe=None))
    summary = run_night(str(folder), store=store, engine=engine)
    assert (summary.calls_found, summary.calls_done, summary.notices) == (2, 2, 1)
    assert column(store, "calls", "source") == ["jsonl", "jsonl"]
    assert run_night(str(folder), store=store, engine=engine).calls_up_to_date == 2


def test_only_the_changed_line_of_a_file_is_done_again(tmp_path, store):
    folder = tmp_path / "written"
    folder.mkdir()
    (folder / "calls.jsonl").write_text("\n".join([transcript_line("w1"), transcript_line("w2")]))
    run_night(str(folder), store=store, engine=fake_engine())
    (folder / "calls.jsonl").write_text("\n".join([transcript_line("w1"), transcript_line("w2", "all is well")]))
    summary = run_night(str(folder), store=store, engine=fake_engine())
    assert (summary.calls_up_to_date, summary.calls_done) == (1, 1)
    assert "all is well" in column(store, "turns", "text")
    assert read(store, "turns").num_rows == 4


def test_one_call_id_for_two_written_calls_is_reported(tmp_path, store):
    folder = tmp_path / "written"
    folder.mkdir()
    (folder / "a.jsonl").write_text(transcript_line("w1"))
    (folder / "b.jsonl").write_text(transcript_line("w1", "another call"))
    summary = run_night(str(folder), store=store, engine=fake_engine())
    assert (summary.calls_found, summary.notices) == (1, 1)
    assert column(store, "failures", "cause") == ["the call id w1 already belongs to a call of a.jsonl"]


def test_a_limit_means_the_same_calls_each_time(recordings, store):
    assert run_night(str(recordings), store=store, engine=fake_engine(), limit=2).calls_done == 2
    assert run_night(str(recordings), store=store, engine=fake_engine(), limit=2).calls_up_to_date == 2
    assert read(store, "calls").num_rows == 2


def test_measures_run_when_anything_changed(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine(measure=FakeMeasure()))
    assert column(store, "topics", "calls") == [3]
    assert (read(store, "call_topics").num_rows, read(store, "repeats").num_rows) == (3, 1)
    assert measure_all(store, measure=FakeMeasure(), rubric=FakeRubric()) is None
    write_wav(recordings / "2026-11-22_d.wav")
    run_night(str(recordings), store=store, engine=fake_engine(measure=FakeMeasure()))
    assert column(store, "topics", "calls") == [4]
    assert read(store, "call_topics").num_rows == 4


def test_unchanged_answers_do_not_rerun_the_measures(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine(measure=FakeMeasure()))
    first = column(store, "topics", "part")
    rescore(store, engine=fake_engine(rubric=FakeRubric(version="2"), measure=FakeMeasure()))
    assert column(store, "topics", "part") == first
    score = fake_stages().score
    stages = replace(
        fake_stages(), score=lambda *given: [(replied(card, "churn_risk", "yes"),) for (card,) in score(*given)]
    )
    rescore(store, engine=fake_engine(rubric=FakeRubric(version="3"), measure=FakeMeasure(), stages=stages))
    assert column(store, "topics", "part") != first


def replied(card, question_id, value):
    answers = (replace(each, value=value) if each.question_id == question_id else each for each in card.answers)
    return replace(card, answers=tuple(answers))


def test_a_night_leaves_one_run(recordings, store):
    run_night(str(recordings), store=store, engine=fake_engine())
    (run,) = rows(store, "runs")
    assert (run["kind"], run["status"], run["calls_done"], run["ears"]) == ("night", "completed", 3, "speech-1")


def test_a_bug_ends_the_night_and_is_recorded(recordings, store):
    def broken(calls, speech_models):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_night(str(recordings), store=store, engine=fake_engine(stages=replace(fake_stages(), transcribe=broken)))
    assert column(store, "runs", "status") == ["failed"]
    assert read(store, "calls").num_rows == 0


def test_an_unfinished_shard_is_invisible(recordings, store, tmp_path):
    night = begin(discover(str(recordings)), address=str(recordings), store=store, engine=fake_engine())
    run_shard(night.plan.shards[0], store=store, engine=fake_engine())
    for path in (tmp_path / "store" / "calls").rglob("*.parquet"):
        path.unlink()
    assert [read(store, table).num_rows for table in ("calls", "turns", "answers")] == [0, 0, 0]


def test_compaction_changes_no_visible_row(recordings, store, tmp_path):
    run_night(str(recordings), store=store, engine=fake_engine(measure=FakeMeasure()))
    write_wav(recordings / "z.wav")
    run_night(str(recordings), store=store, engine=fake_engine(speech_models="speech-2", measure=FakeMeasure()))
    rescore(store, engine=fake_engine(speech_models="speech-2", rubric=FakeRubric(version="2")))
    connection = open_duckdb(store)
    tables = [
        row[0] for row in connection.execute("select view_name from duckdb_views() where not internal").fetchall()
    ]
    before = {table: rows(store, table) for table in tables if table in ("calls", "turns", "answers", "topics")}
    files_before = len(parquet_files(tmp_path / "store"))
    done = compact(store, older_than_s=0)
    assert done.rows_removed > 0
    assert done.files_removed > 0
    assert len(parquet_files(tmp_path / "store")) < files_before
    assert {table: rows(store, table) for table in before} == before
    assert compact(store, older_than_s=0).rows_removed == 0
    assert (
        run_night(
            str(recordings), store=store, engine=fake_engine(speech_models="speech-2", rubric=FakeRubric(version="2"))
        ).shards
        == 0
    )
