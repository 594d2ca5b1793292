import subprocess
import sys

import pytest
from analytics_calls import WordPairs, worded

from pipeline.analytics.topics.naming import Keyword, keywords_of, name_of, topic_language
from pipeline.analytics.topics.phrases import GrammarPhrases, read_empty_words, spelled


def test_a_topic_has_the_language_of_most_of_its_calls():
    assert topic_language([worded("a", "hello"), worded("b", "你好", language="zh")]) == "en"
    assert (
        topic_language([worded("a", "好", language="zh"), worded("b", "好", language="zh"), worded("c", "good")])
        == "zh"
    )


def test_a_phrase_of_every_topic_weighs_less_than_one_of_its_own():
    calls = [worded(f"a{n}", "late parcel") for n in range(3)] + [worded("b0", "my account")]
    others = [worded(f"c{n}", "my account") for n in range(3)]
    keywords = keywords_of([calls, others], WordPairs())
    assert [word.phrase for word in keywords[0]] == [("late", "parcel"), ("my", "account")]
    assert keywords[0][0].weight > 3 * keywords[0][1].weight


def test_a_phrase_that_the_agent_repeats_weighs_more():
    call = worded("c", "red kettle", "blue door", agent=["let me see about the door, the blue one"])
    (keywords,) = keywords_of([[call]], WordPairs())
    assert keywords[0].phrase == ("blue", "door")


def test_a_topic_is_named_in_the_script_of_its_calls():
    mainland = [worded(f"a{n}", "信用卡 年费 太高", language="zh") for n in range(2)]
    taiwan = [worded(f"b{n}", "信用卡 年费 太高", language="zh", script="traditional") for n in range(3)]
    for calls, name in ((mainland, "年费"), ([*mainland, *taiwan], "年費")):
        ((keyword, *others),) = keywords_of([calls], WordPairs())
        assert (keyword.phrase, others) == (("信用卡", name), [])


def test_a_phrase_of_one_customer_among_many_is_no_name():
    calls = [worded(f"c{n}", "late parcel") for n in range(8)] + [worded("z", "purple elephant")]
    (keywords,) = keywords_of([calls], WordPairs())
    assert [word.phrase for word in keywords] == [("late", "parcel")]


@pytest.mark.parametrize(
    ("keywords", "name"),
    [
        ([("close account", 2.0), ("transfer fee", 1.5)], "Close account · transfer fee"),
        ([("close account", 2.0), ("closed accounts", 1.9), ("fee", 1.8)], "Close account · fee"),
        ([("close account", 2.0), ("fee", 0.4)], "Close account"),
        ([], "Unnamed"),
    ],
)
def test_a_name_is_one_phrase_or_two_that_differ(keywords, name):
    assert name_of([Keyword(tuple(text.split()), weight) for text, weight in keywords], "en") == name


def test_chinese_is_spelled_without_spaces():
    assert spelled(("信用卡", "年费")) == "信用卡年费"
    assert spelled(("late", "fee")) == "late fee"


def test_the_list_of_empty_words_can_be_read():
    assert "thing" in read_empty_words().english_nouns
    assert "没" in read_empty_words().chinese_characters


@pytest.mark.slow
def test_english_phrases_are_noun_phrases_and_verbs_with_their_object():
    texts = ["I want to dispute a strange charge on my credit card.", "Hi, how are you today?"]
    found, nothing = GrammarPhrases().phrases(texts, language="en")
    assert ("dispute", "strange", "charge") in found
    assert ("credit", "card") in found
    assert nothing == []


@pytest.mark.slow
def test_chinese_phrases_are_nouns_and_their_neighbours():
    found, nothing = GrammarPhrases().phrases(["我想取消订单，信用卡年费太高了。", ""], language="zh")
    assert ("取消", "订单") in found
    assert ("信用卡", "年费") in found
    assert nothing == []


@pytest.mark.slow
def test_english_phrases_do_not_load_torch_and_do_not_block_it():
    code = """import sys
from pipeline.analytics.topics.phrases import GrammarPhrases
print(GrammarPhrases().phrases(["a late fee"], language="en"), "torch" in sys.modules)
import torch"""
    read = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert read.stdout == "[[('late', 'fee'), ('fee',)]] False\n"
