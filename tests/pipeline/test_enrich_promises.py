import time

import pytest
from promise_sentences import STARTED_AT, found, rows

from pipeline.enrich.promises import find_promises
from pipeline.promise import Promise
from pipeline.recording import CallMetadata
from pipeline.store.parts import table_of
from pipeline.store.rows.promises import COLUMNS, promise_rows
from pipeline.text.chinese_script import traditional
from pipeline.transcript import Transcript, Turn, Word

SETS = [(language, half) for language in ("en", "zh") for half in ("develop", "heldout")]


def transcript(*said, language="en", started_at=STARTED_AT, extra=None):
    """Turns of the agent, or of the role before a bar: `customer|…`."""
    turns = []
    for index, text in enumerate(said):
        role, _, words = text.rpartition("|")
        turns.append(Turn(index, role or "agent", 0, None, None, words))
    metadata = CallMetadata(agent_id="A1", started_at=started_at, extra=extra or {})
    return Transcript("c1", language, tuple(turns), metadata, "jsonl")


def only(*said, **options):
    (promise,) = find_promises(transcript(*said, **options))
    return promise


@pytest.mark.parametrize(("language", "half"), SETS)
def test_promises_are_distinguished_from_other_sentences(language, half):
    told = [(bool(row["kinds"]), bool(found(row["said"], language)[0])) for row in rows(f"{language}_{half}")]
    right = sum(is_one and was_found for is_one, was_found in told)
    assert right / sum(was_found for _, was_found in told) >= 0.95
    assert right / sum(is_one for is_one, _ in told) >= 0.95


@pytest.mark.parametrize(("language", "half"), SETS)
def test_a_promise_has_the_day_that_was_named(language, half):
    told = [(row["due"], found(row["said"], language)) for row in rows(f"{language}_{half}") if row["kinds"]]
    right = [days == ({due} if due else set()) for due, (kinds, days) in told if kinds]
    assert sum(right) / len(right) >= 0.95


def test_a_promise_quotes_its_words_and_says_by_when():
    promise = only("Right, that's noted. I'll call you back by Friday, so keep your phone on.")
    assert promise.quote == "I'll call you back by Friday"
    assert (promise.kind, promise.due_words, str(promise.due_date)) == ("call_back", "by Friday", "2026-03-13")
    assert (promise.position, promise.turn, promise.agent_id) == (0, 0, "A1")


def test_a_promise_in_traditional_characters_keeps_them():
    said = traditional("我明天下午给您回电话。")
    promise = only(said, language="zh")
    assert promise.quote in said
    assert (promise.due_words, str(promise.due_date)) == (traditional("明天下午"), "2026-03-12")


def test_a_promise_begins_when_its_first_word_is_spoken():
    words = tuple(
        Word(text, start, start + 0.5, 1.0) for start, text in enumerate(["Sure.", "I'll", "call", "you", "tomorrow."])
    )
    turn = Turn(0, "agent", 0, 0.0, 4.5, "Sure. I'll call you tomorrow.", words)
    (promise,) = find_promises(Transcript("c1", "en", (turn,), CallMetadata(started_at=STARTED_AT), "audio"))
    assert promise.start_s == 1.0


def test_a_repeated_promise_counts_once_with_the_day_that_was_named():
    promise = only(
        "I'll call you back.", "customer|When?", "We'll call you back by Monday.", "I'll ring you Monday then."
    )
    assert (promise.turn, str(promise.due_date)) == (2, "2026-03-16")


def test_promises_for_two_days_are_two():
    found = find_promises(transcript("I'll call you tomorrow.", "And I'll call you again on Friday."))
    assert [(promise.position, str(promise.due_date)) for promise in found] == [(0, "2026-03-12"), (1, "2026-03-13")]


def test_one_sentence_may_promise_several_things():
    said = "We'll look into it and call you back, and the refund will be with you by Friday."
    found = find_promises(transcript(said))
    assert [promise.kind for promise in found] == ["call_back", "check", "refund"]


def test_a_turn_in_the_other_language_is_read_in_its_own():
    assert only("好的，我明天给您回电话。", language="en").kind == "call_back"
    assert only("Okay, I'll call you back tomorrow morning.", language="zh").kind == "call_back"


def test_customers_make_no_promises():
    assert find_promises(transcript("customer|I'll call you back tomorrow.", "Fine.")) == ()


def test_each_agent_of_a_call_keeps_their_own_promises():
    said = ("I'll email you the form today.", "customer|Okay.", "I'll call you tomorrow.")
    found = find_promises(transcript(*said, extra={"agents": "A1@#0; A2@#2"}))
    assert [promise.agent_id for promise in found] == ["A1", "A2"]


def test_without_the_day_of_the_call_there_is_no_due_day():
    promise = only("I'll call you back tomorrow.", started_at="")
    assert (promise.due_words, promise.due_date) == ("tomorrow", None)


@pytest.mark.parametrize(
    "said", ["We'll refund you within five days of receiving the boots.", "收到货以后三天内给您退款。"]
)
def test_days_after_another_event_are_unknown(said):
    assert only(said, language="en" if said.isascii() else "zh").due_date is None


def test_the_repr_of_a_promise_shows_no_words():
    shown = repr(only("I'll call you back by Friday about the leak."))
    assert "leak" not in shown
    assert "Friday" not in shown


def test_promises_round_trip_through_their_table():
    promises = find_promises(transcript("I'll call you tomorrow.", "We'll post the form to you."))
    table = table_of("promises", promise_rows(promises), part="g0001-f", date="2026-03-11")
    assert tuple(Promise(**{name: row[name] for name in COLUMNS}) for row in table.to_pylist()) == promises


@pytest.mark.parametrize(
    "said",
    [
        "a" * 40_000,
        "and we'll call you by Friday or in five days " * 600,
        "我明天给您回电话然后" * 2_000,
    ],
)
def test_a_very_long_turn_is_processed_quickly(said):
    began = time.process_time()
    find_promises(transcript(said, language="en" if said.isascii() else "zh"))
    assert time.process_time() - began < 5
