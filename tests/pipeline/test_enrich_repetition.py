import numpy as np
import pytest
from moods import transcript

from pipeline.enrich.repetition import repetitions
from pipeline.enrich.repetition_phrases import asks_again, says_said

PROBLEM = ("customer", "my broadband in Elm Street stopped working on Monday")
AGAIN = ("customer", "the broadband in Elm Street stopped, Monday, as you know")


def found(*turns, similarity=0.9, language="en"):
    rows = np.full((len(turns), 2), [similarity, np.sqrt(1 - similarity**2)], np.float32)
    rows[0] = [1.0, 0.0]
    return repetitions(transcript(*turns, language=language), rows)


def test_a_turn_similar_to_an_earlier_one_is_a_repetition():
    assert found(PROBLEM, ("agent", "I see"), AGAIN) == [2]


def test_similar_words_or_similar_vectors_alone_are_not_enough():
    assert found(PROBLEM, AGAIN, similarity=0.3) == []
    assert found(PROBLEM, ("customer", "there were several engineers inside our garden yesterday")) == []


@pytest.mark.parametrize(
    "said",
    [
        "seven one four double two nine",
        "a bravo two charlie nine",
        "hello good morning how are you",
        "thank you so much bye",
    ],
)
def test_numbers_letters_and_courtesies_are_not_repetitions(said):
    assert found(("customer", said), ("agent", "right"), ("customer", said)) == []


def test_back_channels_are_not_repetitions():
    assert found(("customer", "yeah okay"), ("customer", "yeah okay"), ("customer", "yeah okay")) == []


def test_chinese_is_compared_by_pairs_of_characters():
    turns = [("customer", "小区宽带从星期一开始就断了"), ("agent", "明白"), ("customer", "宽带星期一开始就断了呀")]
    assert found(*turns, language="zh") == [2]
    assert found(turns[0], turns[1], ("customer", "谢谢你啊，再见"), language="zh") == []


def test_an_answer_to_a_request_to_repeat_is_a_repetition():
    turns = [("customer", "my name is Lund"), ("agent", "sorry, could you repeat that?"), ("customer", "Lund")]
    assert found(*turns) == [2]
    assert found(*turns[1:]) == []
    assert found(*turns[:2]) == []


def test_a_turn_counts_once():
    turns = [PROBLEM, ("agent", "say that again?"), ("customer", "as i said, " + PROBLEM[1])]
    assert found(*turns) == [2]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Like I said, it never came.", "en"),
        ("I’ve already told you that.", "en"),
        ("I keep repeating myself!", "en"),
        ("How many times do I have to say this?", "en"),
        ("我刚才说过了", "zh"),
        ("我都跟你们讲过了", "zh"),
        ("说了好几遍了", "zh"),
    ],
)
def test_customers_say_that_they_repeat_themselves(text, language):
    assert says_said(text, language=language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("That's the last time I rent here.", "en"),
        ("He said he would.", "en"),
        ("I tell you what.", "en"),
        ("他说明天来", "zh"),
    ],
)
def test_other_words_are_not_repetitions(text, language):
    assert not says_said(text, language=language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Could you please repeat the number?", "en"),
        ("Sorry, I didn't catch that.", "en"),
        ("Pardon?", "en"),
        ("What was your surname again?", "en"),
        ("您再说一遍好吗", "zh"),
        ("不好意思没听清", "zh"),
        ("时间段您再说一下。", "zh"),
    ],
)
def test_agents_ask_for_a_repetition(text, language):
    assert asks_again(text, language=language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Let me repeat that back to you.", "en"),
        ("Please try again.", "en"),
        ("那我再讲一次", "zh"),
        ("到时候再说", "zh"),
        ("您再说下投保人叫什么", "zh"),
        ("有没有没听明白的地方？", "zh"),
    ],
)
def test_other_uses_of_again_are_not_requests(text, language):
    assert not asks_again(text, language=language)
