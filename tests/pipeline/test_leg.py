import json

import pytest
from night_fakes import parquet_files
from test_night_forms import engine, family

from pipeline.errors import ScoreError
from pipeline.ingest import discover, read_transcripts
from pipeline.ingest.jsonl import transcript_from_json
from pipeline.ingest.metadata import metadata_row
from pipeline.ingest.speakers import with_agents
from pipeline.leg import agents_column, legs_of
from pipeline.night.night import rescore, run_night
from pipeline.recording import CallMetadata
from pipeline.rubric.rubric_set import rubric_set
from pipeline.store import Store, open_duckdb, read
from pipeline.transcript import Transcript, Turn

ROLES = {"a": "agent", "c": "customer", "i": "ivr"}


def transcript(roles, *, agents="", agent_id="A07", timed=True):
    """Turns of ten seconds each, by role."""
    turns = tuple(
        Turn(index, ROLES[role], 0, *((10.0 * index, 10.0 * index + 9.0) if timed else (None, None)), "hm")
        for index, role in enumerate(roles)
    )
    metadata = CallMetadata(agent_id=agent_id, extra={"agents": agents} if agents else {})
    return Transcript("c1", "en", turns, metadata, "audio")


def legs(*given, **more):
    return [(leg.leg, leg.agent_id, leg.first_turn, leg.last_turn) for leg in legs_of(transcript(*given, **more))]


def test_a_call_without_a_transfer_is_one_leg():
    assert legs("aca") == [(1, "A07", 0, 2)]


def test_an_agent_holds_the_call_until_the_next_takes_over():
    assert legs("acacac", agents="A07@0; A12@40") == [(1, "A07", 0, 3), (2, "A12", 4, 5)]
    assert legs("acacac", agents="A07@#0;A12@#2;A07@#4") == [(1, "A07", 0, 1), (2, "A12", 2, 3), (3, "A07", 4, 5)]


@pytest.mark.parametrize(("second", "first"), [(5, 1), (18, 2), (24, 2), (24.5, 2), (25, 3), (44, 4)])
def test_a_turn_belongs_to_the_agent_of_its_greater_part(second, first):
    (_, _, _, last), (_, _, start, _) = legs("acaca", agents=f"A07@0; A12@{second}")
    assert (last, start) == (first - 1, first)


def test_the_first_leg_begins_with_the_call_and_may_be_the_metadatas_agent():
    assert legs("iaca", agents="@12; A12@25") == [(1, "A07", 0, 2), (2, "A12", 3, 3)]


def test_agents_who_never_speak_get_no_leg():
    assert legs("acca", agents="A07@0; A09@#1; A12@#3") == [(1, "A07", 0, 2), (2, "A12", 3, 3)]
    assert legs("caca", agents="A01@#0; A02@#1") == [(1, "A02", 0, 3)]
    assert legs("aca", agents="A07@0; A12@500") == [(1, "A07", 0, 2)]


@pytest.mark.parametrize("agents", ["A07", "A07@0; A12@half past", "A07@0; A12@30; A09@10", ";"])
def test_an_unreadable_column_is_named(agents):
    with pytest.raises(ScoreError, match=r"Write it as `A07@0; A12@95\.5`"):
        legs("acac", agents=agents)


def test_seconds_need_times():
    with pytest.raises(ScoreError, match="gives seconds and this transcript has no times"):
        legs("acac", agents="A07@0; A12@20", timed=False)


@pytest.mark.parametrize(
    ("speakers", "column"),
    [
        ("A.A.", ""),
        ("A.AB.B", "A@#0; B@#3"),
        (".A.B", "A@#0; B@#3"),
        ("A.ABAB.B", "A@#0; B@#5"),
        ("A.BB.A", "A@#0; B@#2; A@#5"),
        ("A.B", "A@#0; B@#2"),
        ("A.B.C", "A@#0; B@#2; C@#4"),
    ],
)
def test_agents_named_turn_by_turn_make_the_column(speakers, column):
    assert agents_column([None if who == "." else (who, who) for who in speakers]) == column


def test_speakers_with_numbers_are_agents_without_an_id():
    assert with_agents(CallMetadata(), ["Agent 1", "Customer", "agent 1", "Agent 2"]).extra == {"agents": "@#0; @#3"}
    assert with_agents(CallMetadata(), ["Agent", "Customer", "agent"]).extra == {}


def test_a_turn_without_an_id_is_ignored_if_others_have_one():
    speakers, ids = ["agent", "agent", "customer", "agent"], ["A07", "", "", "A12"]
    assert with_agents(CallMetadata(), speakers, agent_ids=ids).extra == {"agents": "A07@#0; A12@#3"}


def test_the_metadata_column_takes_precedence():
    known = metadata_row({"agents": "A01@#0; A02@#1"}).metadata
    assert with_agents(known, ["Agent 1", "Agent 2"]) is known


def test_turns_of_a_json_object_may_name_their_agents():
    said = [("agent", "A07"), ("customer", None), ("agent", "A12")]
    turns = [{"speaker": speaker, "text": "hm", "agent_id": agent_id} for speaker, agent_id in said]
    read_back = transcript_from_json({"call_id": "c1", "turns": turns}, source="x")
    assert [leg.agent_id for leg in legs_of(read_back)] == ["A07", "A12"]


SAID = [("A07", "thanks for calling"), (None, "hi"), ("A12", "welcome"), (None, "bye"), ("A12", "sorry")]


@pytest.fixture
def recordings(tmp_path):
    turns = [{"speaker": "agent" if who else "customer", "text": text, "agent_id": who} for who, text in SAID]
    lines = [
        {"call_id": "moved", "agent_id": "A07", "language": "en", "turns": turns},
        {"call_id": "kept", "agent_id": "A07", "language": "en", "turns": [{"speaker": "agent", "text": "thanks"}]},
    ]
    (tmp_path / "calls.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return tmp_path / "calls.jsonl"


def test_each_leg_is_scored_for_its_own_agent_by_each_form(recordings, tmp_path):
    store = Store(str(tmp_path / "store"))
    forms = rubric_set([family("one", "thanks", "sorry"), family("two", "welcome")])
    summary = run_night(str(recordings), store=store, engine=engine(forms))
    rows = read(store, "scorecards").to_pylist()
    assert [(row["call_id"], row["rubric_id"], row["leg"], row["agent_id"], row["total"]) for row in rows] == [
        ("kept", "one", 1, "A07", 50.0), ("kept", "two", 1, "A07", 0.0), ("moved", "one", 1, "A07", 50.0),
        ("moved", "one", 2, "A12", 50.0), ("moved", "two", 1, "A07", 0.0), ("moved", "two", 2, "A12", 100.0),
    ]  # fmt: skip
    assert (summary.calls_done, summary.scorecards) == (2, 6)
    answers = [row for row in read(store, "answers").to_pylist() if (row["rubric_id"], row["leg"]) == ("one", 2)]
    assert [(row["question_id"], row["value"]) for row in answers] == [("thanks", "no"), ("sorry", "yes")]
    assert answers[0]["searched"] == [2, 4]
    assert answers[1]["evidence"][0]["turn"] == 4
    assert "turn 4" in answers[1]["reason"]
    before = parquet_files(tmp_path / "store")
    assert run_night(str(recordings), store=store, engine=engine(forms)).shards == 0
    assert rescore(store, engine=engine(forms)).shards == 0
    assert parquet_files(tmp_path / "store") == before


def test_flags_on_a_leg_name_its_agent_and_those_on_the_call_are_raised_once(recordings, tmp_path):
    store = Store(str(tmp_path / "store"))
    run_night(str(recordings), store=store, engine=engine(family("one", "thanks", "sorry")))
    flags = [row for row in read(store, "flags").to_pylist() if row["call_id"] == "moved"]
    low = sorted(row["reason"] for row in flags if row["rule"] == "low_score")
    assert low == [
        "The score is 50; most was lost on `sorry` (leg 1, agent A07)",
        "The score is 50; most was lost on `thanks` (leg 2, agent A12)",
    ]
    assert sum(row["rule"] == "negative_end" for row in flags) == 1


def test_a_transfer_that_becomes_known_later_replaces_the_scorecard(recordings, tmp_path):
    store = Store(str(tmp_path / "store"))
    lines = [json.loads(line) for line in recordings.read_text("utf-8").splitlines()]
    plain = tmp_path / "plain.jsonl"
    kept = [line | {"turns": [{**turn, "agent_id": None} for turn in line["turns"]]} for line in lines]
    plain.write_text("\n".join(map(json.dumps, kept)), "utf-8")
    run_night(str(plain), store=store, engine=engine(family("one", "thanks")))
    assert read(store, "scorecards").num_rows == 2
    plain.write_text(recordings.read_text("utf-8"), "utf-8")
    assert run_night(str(plain), store=store, engine=engine(family("one", "thanks"))).calls_done == 1
    assert [row["agent_id"] for row in read(store, "scorecards").to_pylist()] == ["A07", "A07", "A12"]
    plain.write_text("\n".join(map(json.dumps, kept)), "utf-8")
    run_night(str(plain), store=store, engine=engine(family("one", "thanks")))
    assert read(store, "scorecards").num_rows == 2


def test_an_unreadable_column_is_a_failure_of_that_call(recordings, tmp_path):
    store = Store(str(tmp_path / "store"))
    lines = [json.loads(line) for line in recordings.read_text("utf-8").splitlines()]
    lines[0]["agents"] = "A07 then A12"
    recordings.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    summary = run_night(str(recordings), store=store, engine=engine(family("one", "thanks")))
    assert (summary.calls_done, summary.calls_failed) == (1, 1)
    assert read(store, "failures").column("source").to_pylist() == ["moved"]


def test_files_without_legs_are_read(recordings, tmp_path):
    import pyarrow.parquet as pq

    store = Store(str(tmp_path / "store"))
    run_night(str(recordings), store=store, engine=engine(family("one", "thanks")))
    new = {"answers": ["leg"], "flags": ["leg"], "scorecards": ["leg", "agent_id"]}
    for table, columns in new.items():
        for path in (tmp_path / "store" / table).rglob("*.parquet"):
            kept = pq.read_table(path)
            only = kept.filter([value == 1 for value in kept.column("leg").to_pylist()])
            pq.write_table(only.drop_columns(columns), path)
    assert [(row["leg"], row["agent_id"]) for row in read(store, "scorecards").to_pylist()] == [(1, "")] * 2
    rescore(store, engine=engine(rubric_set([family("one", "thanks"), family("two", "sorry")])))
    rows = read(store, "scorecards").to_pylist()
    assert [(row["call_id"], row["rubric_id"], row["agent_id"]) for row in rows][:2] == [
        ("kept", "one", ""),
        ("kept", "two", "A07"),
    ]
    with open_duckdb(store) as connection:
        assert connection.execute("select count(*), min(leg) from answers").fetchone() == (5, 1)


def test_voices_of_captions_may_be_several_agents(tmp_path):
    spoken = ["<v Agent 1>hello", "<v Customer>hi", "<v Agent 2>hello", "<v Customer>bye"]
    cues = [f"00:00:{2 * n:02d}.000 --> 00:00:{2 * n + 1:02d}.000\n{text}\n" for n, text in enumerate(spoken)]
    (tmp_path / "call.vtt").write_text("\n".join(["WEBVTT\n", *cues]), "utf-8")
    (source,) = discover(str(tmp_path)).sources
    (made,) = read_transcripts(source)
    assert [(leg.agent_id, leg.first_turn, leg.last_turn) for leg in legs_of(made)] == [("", 0, 1), ("", 2, 3)]


def test_participants_of_amazon_transcribe_may_be_several_agents(tmp_path):
    said = [("AGENT", "anna"), ("CUSTOMER", "c"), ("AGENT", "ben")]
    entries = [
        {
            "ParticipantRole": role,
            "ParticipantId": name,
            "Content": "hm",
            "BeginOffsetMillis": n,
            "EndOffsetMillis": n + 1,
        }
        for n, (role, name) in enumerate(said)
    ]
    (tmp_path / "call.json").write_text(json.dumps({"LanguageCode": "en-US", "Transcript": entries}), "utf-8")
    (source,) = discover(str(tmp_path)).sources
    (made,) = read_transcripts(source)
    assert [(leg.agent_id, leg.first_turn) for leg in legs_of(made)] == [("anna", 0), ("ben", 2)]
