"""Every noun round-trips through its table."""

from datetime import date as Date  # noqa: N812

import numpy as np
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.analytics.topics.issues import issues_from
from pipeline.analytics.topics.registry import Registry
from pipeline.analytics.topics.rows import registry_from_rows, topics_table
from pipeline.enrich.findings import with_findings
from pipeline.enriched import Conduct, EnrichedCall, Interruption, Silence, TurnSentiment, half_precision
from pipeline.failure import Failure
from pipeline.flag import Flag
from pipeline.issue import Issue
from pipeline.recording import AudioHealth, CallMetadata, Recording
from pipeline.run import Run
from pipeline.scorecard import Answer, Evidence, Scorecard, SectionScore
from pipeline.store.parts import table_of
from pipeline.store.rows.calls import call_from_rows, call_row, recording_from_row
from pipeline.store.rows.failures import failure_from_row, failure_rows
from pipeline.store.rows.flags import flag_from_row, flag_rows
from pipeline.store.rows.runs import run_from_row, run_row
from pipeline.store.rows.scorecards import answer_rows, scorecard_from_rows, scorecard_row
from pipeline.store.rows.turns import turn_from_row, turn_rows, turns_by_call, vector_table, vectors_of
from pipeline.topic import Topic, TopicQuote
from pipeline.transcript import Prosody, Transcript, Turn, Word

DATE = "2026-11-20"


def given(*strategies):
    """Without a deadline: the first example pays for an import, and test machines are busy."""
    return lambda test: settings(deadline=None)(hypothesis_given(*strategies)(test))


texts = st.text(st.characters(codec="utf-8"), max_size=8)
names = st.text("abc-_.1", min_size=1, max_size=5)
numbers = st.floats(-1e6, 1e6)
counts = st.integers(0, 1_000)
maybe = st.none() | numbers
evidence = st.builds(Evidence, counts, texts, maybe, maybe)
answers = st.builds(
    Answer, names, names, names, numbers, numbers, numbers, st.lists(evidence, max_size=2).map(tuple),
    st.lists(counts, max_size=3).map(tuple), texts, names,
)  # fmt: skip
scorecards = st.builds(
    Scorecard, names, names, names, st.lists(answers, max_size=3).map(tuple),
    st.lists(st.builds(SectionScore, names, numbers, numbers, maybe), max_size=2).map(tuple), maybe,
    st.none() | st.tuples(numbers, numbers), st.lists(names, max_size=2).map(tuple), names,
)  # fmt: skip
metadata = st.builds(
    CallMetadata, texts, texts, texts, texts, texts, texts, st.sampled_from([None, 0, 1]),
    st.dictionaries(texts, texts, max_size=2),
)  # fmt: skip
roles = st.sampled_from(["agent", "customer", "ivr"])
words = st.lists(st.builds(Word, texts, numbers, numbers, numbers), max_size=2).map(tuple)
prosody = st.none() | st.builds(Prosody, numbers, maybe, maybe) | st.builds(Prosody, maybe, maybe, numbers)
conducts = st.builds(
    Conduct, maybe, maybe, maybe, maybe, st.lists(st.builds(Silence, numbers, numbers, roles), max_size=2).map(tuple),
    st.lists(st.builds(Interruption, counts, numbers, roles, st.booleans()), max_size=2).map(tuple),
)  # fmt: skip
moods = st.sampled_from(["negative", "neutral", "positive"])
healths = st.builds(
    AudioHealth, st.lists(numbers, max_size=2).map(tuple), st.lists(numbers, max_size=2).map(tuple),
    st.lists(st.booleans(), max_size=2).map(tuple), st.booleans(), st.booleans(),
)  # fmt: skip


flag_nouns = st.builds(
    Flag, st.just("c1"), names, st.just("low"), texts, st.lists(evidence, max_size=2).map(tuple), numbers, numbers
)


@st.composite
def calls(draw):
    turn = st.tuples(roles, st.integers(0, 1), maybe, maybe, texts, words, numbers, numbers, prosody)
    turns = tuple(Turn(index, *fields) for index, fields in enumerate(draw(st.lists(turn, max_size=3))))
    transcript = Transcript(
        draw(names), draw(st.sampled_from(["en", "zh"])), turns, draw(metadata), "audio", draw(names), draw(maybe),
        draw(names),
    )  # fmt: skip
    sentiment = st.builds(TurnSentiment, numbers, numbers, numbers)
    vectors = draw(arrays(np.float32, (len(turns), 4), elements=st.floats(-1, 1, width=32)))
    return EnrichedCall(
        transcript, tuple(draw(sentiment) for _ in turns), draw(st.tuples(moods, moods, moods)), draw(conducts),
        half_precision(vectors), draw(names), draw(names),
    )  # fmt: skip


def through_a_table(table, rows):
    return table_of(table, rows, part="g0001-f", date=DATE).to_pylist()


@given(scorecards)
def test_scorecards(scorecard):
    (row,) = through_a_table("scorecards", [scorecard_row(scorecard, turns_part="g0001-f")])
    assert scorecard_from_rows(row, through_a_table("answers", answer_rows(scorecard))) == scorecard


@given(scorecards)
def test_answers_may_come_in_any_order(scorecard):
    rows = through_a_table("answers", answer_rows(scorecard))
    (row,) = through_a_table("scorecards", [scorecard_row(scorecard, turns_part="")])
    assert scorecard_from_rows(row, rows[::-1]) == scorecard


@given(calls())
def test_calls(call):
    (row,) = through_a_table("calls", [call_row(call, recording=None, uri="", input_hash="", turns_part="")])
    pairs = [turn_from_row(turn) for turn in through_a_table("turns", turn_rows(call))]
    vectors = vectors_of(vector_table([call], part="g0001-f", date=DATE))
    back = call_from_rows(
        row, [turn for turn, _ in pairs], sentiments=[sentiment for _, sentiment in pairs], vectors=vectors
    )
    assert back == call
    assert np.array_equal(vectors.reshape(call.vectors.shape), call.vectors)
    assert recording_from_row(row) is None


@given(calls(), st.none() | healths)
def test_recordings(call, health):
    recording = Recording(
        call.transcript.call_id, "file:///a.wav", "ab12", 12.5, 2, 8_000, "pcm_s16le", call.transcript.metadata, health
    )
    made = call_row(call, recording=recording, uri=recording.uri, input_hash=recording.sha256, turns_part="")
    (row,) = through_a_table("calls", [made])
    assert recording_from_row(row) == recording


@given(st.lists(flag_nouns, max_size=3))
def test_flags(flags):
    rows = through_a_table("flags", flag_rows(flags, rubric_id="r"))
    assert [flag_from_row(row) for row in rows] == flags


@given(st.lists(st.builds(Failure, texts, names, texts, texts, names, st.just(DATE)), max_size=3))
def test_failures(failures):
    rows = through_a_table("failures", failure_rows(failures, item="c1"))
    assert [failure_from_row(row) for row in rows] == failures


def test_the_registry_of_topics_round_trips():
    issues = [Issue("c1", 1, 0, (0,), "zh", "simplified", "e", np.array([0.6, 0.8], np.float16), (7, 7, 9))]
    exemplars = issues_from(issues, dates=[Date.fromisoformat(DATE)])
    quote = TopicQuote("c1", 3, "zh", "卡丢了")
    card = Topic("t-1", "Card", "en", 5, ("card",), ("c1",), (quote,), "pinned", "", Date(2026, 3, 2), Date(2026, 3, 9))
    gone = Topic("t-2", "Cards", "en", 0, status="merged", merged_into="t-1", found_on=Date(2026, 3, 2))
    table = topics_table(Registry({"t-1": card, "t-2": gone}, {"t-1": exemplars}), calls={"t-1": 5}, encoder="e")
    back = registry_from_rows(table.to_pylist(), encoder="e")
    assert back.topics == {"t-1": card, "t-2": gone}
    assert (back.exemplars["t-1"].keys, str(back.exemplars["t-1"].dates[0])) == ([("c1", 1)], DATE)
    assert back.exemplars["t-1"].term_ids.tolist() == [7, 7, 9]
    assert registry_from_rows(table.to_pylist(), encoder="another").exemplars == {}


@given(st.builds(Run, *[names] * 10, counts, counts, counts, numbers, numbers, maybe))
def test_runs(run):
    (row,) = through_a_table("runs", [run_row(run)])
    assert run_from_row(row) == run


def test_vectors_of_many_calls_keep_to_their_calls():
    def call(name, vectors):
        turns = tuple(Turn(index, "agent", 0, None, None, "") for index in range(len(vectors)))
        transcript = Transcript(name, "en", turns, CallMetadata(), "jsonl")
        return EnrichedCall(transcript, (), ("neutral",) * 3, Conduct(), np.array(vectors, np.float32), "encoder")

    table = vector_table([call("b", [[1, 2], [3, 4]]), call("a", [[5, 6]])], part="g0001-f", date=DATE)
    assert table.column("call_id").to_pylist() == ["a", "b", "b"]
    assert vectors_of(table).tolist() == [[5, 6], [1, 2], [3, 4]]


def test_a_turn_has_its_itn_where_that_differs():
    said = ["It is one hundred fifty dollars.", "Thank you."]
    turns = tuple(Turn(index, "agent", 0, None, None, text) for index, text in enumerate(said))
    transcript = Transcript("a", "en", turns, CallMetadata(), "jsonl")
    call = EnrichedCall(
        transcript, (TurnSentiment(0.0, 1.0, 0.0),) * 2, ("neutral",) * 3, Conduct(), np.zeros((2, 1), np.float32)
    )
    rows = turn_rows(with_findings(call))
    assert [(row["text"], row["text_written"]) for row in rows] == [(said[0], "It is $150."), (said[1], "")]
    assert tuple(turn_from_row(row)[0] for row in rows) == turns


def test_turns_round_trip_by_column_with_their_prosody():
    turns = (Turn(0, "agent", 0, 0.0, 1.0, "", prosody=Prosody(1.5, None, 0.9)), Turn(1, "customer", 1, 1.0, 2.0, ""))
    transcript = Transcript("a", "en", turns, CallMetadata(), "audio")
    call = EnrichedCall(
        transcript, (TurnSentiment(0.0, 1.0, 0.0),) * 2, ("neutral",) * 3, Conduct(), np.zeros((2, 1), np.float32)
    )
    rows = table_of("turns", turn_rows(call), part="g0001-f", date=DATE)
    assert tuple(turn for turn, _ in turns_by_call(rows)["a"]) == turns
    before = rows.drop_columns(["pitch_st", "loudness_db", "pace_ratio"])
    assert [turn.prosody for turn, _ in turns_by_call(before)["a"]] == [None, None]
    assert [turn_from_row(row)[0].prosody for row in before.to_pylist()] == [None, None]
