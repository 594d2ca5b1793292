import numpy as np
import pytest
from analytics_calls import brief, enriched

from pipeline.enrich.issues import find_issues, hashed, issue_turns, issue_vector, spoken_digits, terms, word_count
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


def test_terms_leave_out_stop_words_and_numbers():
    assert terms(["The bill of 42"]) == ["bill"]
    assert terms(["bill wrong"]) == ["bill", "wrong", "bill wrong"]


def test_chinese_terms_are_runs_of_two_and_three_characters():
    assert terms(["查账单 ok"]) == ["ok", "查账", "账单", "查账单"]


def test_a_term_has_the_same_hash_everywhere():
    assert hashed(["bill", "账单", "bill"]) == (1743995847, 2048989667, 2048989667)


def test_the_greeting_and_the_yes_are_not_the_issue():
    said = turns(
        ("agent", "hello there caller"), ("customer", "Hello?"), ("customer", "my bill is wrong"), ("customer", "yes")
    )
    assert issue_turns(said) == [(2,)]


def test_the_issue_is_in_the_first_six_longer_turns():
    assert issue_turns(turns(*[("customer", "it is all wrong today")] * 9)) == [(0, 1, 2, 3, 4, 5)]


def test_short_turns_count_if_the_customer_has_no_others():
    assert issue_turns(turns(("agent", "hello"), ("customer", "Refund."), ("customer", ""))) == [(1,)]


@pytest.mark.parametrize(
    "text",
    [
        "Oh, and one more thing, my router keeps dropping out",
        "While I have you, can you change my address as well",
        "I've got another question about the invoice from May",
        "另外我想问一下宽带什么时候能装好",
        "还有一个问题，上个月的账单好像多扣了钱",
        "對了，順便問一下，我的地址可以改嗎",
    ],
)
def test_a_further_issue_begins_where_the_customer_says_so(text):
    said = turns(("customer", "my card was stolen this morning"), ("agent", "I have blocked it"), ("customer", text))
    assert issue_turns(said) == [(0,), (2,)]


@pytest.mark.parametrize(
    "text",
    [
        "No, there is not another question today, thanks",
        "No other thing, you have been very helpful indeed",
        "没有另外的问题了谢谢你啊再见",
        "One more thing.",
    ],
)
def test_a_negation_or_a_few_words_open_no_issue(text):
    said = turns(("customer", "my card was stolen this morning"), ("agent", "I have blocked it"), ("customer", text))
    assert len(issue_turns(said)) == 1


def test_without_a_customer_there_is_no_issue():
    assert find_issues(enriched("c", [("agent", "hello, is anybody there")])) == []


def test_a_call_without_vectors_has_no_issue():
    call = enriched("c", [("customer", "my bill is wrong")])
    bare = type(call)(
        call.transcript, call.sentiments, call.sentiment_by_third, call.conduct, np.zeros((0, 0), np.float32)
    )
    assert find_issues(bare) == []


def test_turns_are_weighted_by_the_root_of_their_words():
    vectors = np.eye(2, dtype=np.float32)
    found = issue_vector(
        ["one two three", "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"],
        vectors,
    )
    assert found == pytest.approx(np.array([2.0, 4.0]) / 20**0.5)


def test_a_number_being_spelled_out_is_not_quoted():
    said = [
        ("customer", "it is about my bill which is wrong"),
        ("customer", "so that is four four nine two one and the rest of it goes on and on"),
    ]
    (issue,) = find_issues(enriched("c", said, noise=0.0))
    assert (issue.turn, issue.turns) == (0, (0, 1))


def test_the_repr_shows_nothing_said():
    assert "bill" not in repr(brief("a"))
