import numpy as np
import pytest
from overall_calls import brief, enriched, scored

from pipeline.overall.digest import comparable, digest
from pipeline.overall.issue import issue_turns, issue_vector, spoken_digits, word_count
from pipeline.transcript import Turn


def turns(*said):
    return [Turn(index, role, 0, None, None, text) for index, (role, text) in enumerate(said)]


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("yes, it's 42", 2), ("账单不对啊啊啊啊", 5), ("我要退 refund", 2.875)]
)
def test_a_word_counts_the_same_in_both_languages(text, words):
    assert word_count(text) == pytest.approx(words)


@pytest.mark.parametrize(("text", "digits"), [("double four, nine 2", 4), ("一三八零", 4), ("anyone alone", 0)])
def test_spelled_numbers_are_counted(text, digits):
    assert spoken_digits(text) == digits


def test_the_greeting_and_the_yes_are_not_the_issue():
    said = turns(
        ("agent", "hello there caller"), ("customer", "Hello?"), ("customer", "my bill is wrong"), ("customer", "yes")
    )
    assert issue_turns(said) == (2,)


def test_the_issue_is_in_the_first_six_telling_turns():
    assert issue_turns(turns(*[("customer", "something else entirely")] * 9)) == (0, 1, 2, 3, 4, 5)


def test_a_customer_of_few_words_is_taken_as_they_are():
    assert issue_turns(turns(("agent", "hello"), ("customer", "Refund."), ("customer", ""))) == (1,)


def test_no_customer_has_no_issue():
    call = digest(enriched("c", [("agent", "hello, is anybody there")]))
    assert call.turns == ()
    assert not call.vector.any()


def test_a_long_turn_weighs_by_the_root_of_its_words():
    vectors = np.eye(2, dtype=np.float32)
    found = issue_vector(
        ["one two three", "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"],
        vectors,
    )
    assert found == pytest.approx(np.array([2.0, 4.0]) / 20**0.5)


def test_a_digest_takes_the_answer_about_calling_before():
    call = enriched("c", [("customer", "I called about this before")])
    assert digest(call, [scored("c", repeat_contact="yes")]).says_repeat
    assert not digest(call, [scored("c", repeat_contact="unsure")]).says_repeat
    assert not digest(call).says_repeat


def test_a_call_without_vectors_has_a_vector_of_nothing():
    call = enriched("c", [("customer", "my bill is wrong")])
    bare = type(call)(
        call.transcript, call.sentiments, call.sentiment_by_third, call.conduct, np.zeros((0, 0), np.float32)
    )
    assert digest(bare).vector.shape == (0,)
    assert comparable([digest(bare)]) == []


def test_only_calls_of_the_commonest_encoder_are_compared():
    calls = [brief("b", encoder="new"), brief("a", encoder="new"), brief("c", encoder="old")]
    assert [call.call_id for call in comparable(calls)] == ["a", "b"]


def test_the_repr_shows_nothing_said():
    assert "bill" not in repr(brief("a"))
