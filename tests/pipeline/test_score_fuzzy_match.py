"""Fuzzy matching: accepts recognition errors, but no other numbers or negations."""

import pytest

from pipeline.score.words.fuzzy_match import Span, fuzzy_match
from pipeline.score.words.normalized_text import normalize
from pipeline.text.homophones import phonetic_key


def found(target: str, text: str, similarity: float = 80) -> Span | None:
    return fuzzy_match(target, normalize(text).words, similarity=similarity)


@pytest.mark.parametrize(
    ("target", "text", "place"),
    [
        ("this call is recorded", "well this call is recorded today", (1, 5)),
        ("this call is recorded", "well this cool is recorder today", (1, 5)),
        ("pay thirty pounds", "you pay 30 pounds now", (1, 4)),
        ("本次通话将全程录音", "好的本次通话将全成路音吧", (2, 11)),
        ("支付三十元", "请支付30元", (1, 5)),
        ("this call may be recorded for training", "well call may recorded for training", (1, 6)),
        ("the price is twenty nine pounds ninety nine", "the price is £29.99", (0, 4)),
        ("the rate is 4.5 percent", "the rate is four point five percent", (0, 7)),
        ("a deposit of 1,250 dollars", "a deposit of twelve hundred and fifty dollars", (0, 5)),
        ("年利率百分之四点五", "年利率4.5%", (0, 5)),
        ("总额一万两千元", "总额1.2万元", (0, 4)),
        ("总额一万两千元", "总额一万二", (0, 3)),
        ("thanks for your call", "well thank you for your call", (1, 6)),
    ],
)
def test_similar_words_are_found(target: str, text: str, place: tuple[int, int]):
    span = found(target, text)
    assert span is not None
    assert (span.start, span.end) == place


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("pay thirty pounds", "you pay 13 pounds now"),
        ("this call is recorded", "this call is not recorded"),
        ("you can not cancel", "you can cancel"),
        ("本次通话将全程录音", "本次通话不会全程录音"),
        ("支付三十元", "请支付十三元"),
        ("the rate is 4.5 percent", "the rate is 45 percent"),
        ("年利率百分之四点五", "年利率百分之五点四"),
        ("the price is 29.99", "the price is nineteen pounds ninety nine"),
        ("you can cancel within fourteen days at no cost", "you can't cancel within fourteen days at no cost"),
        ("您可以在十四天内取消", "您不可以在十四天内取消"),
        ("this call is recorded", "recorded"),
        ("this call is recorded", ""),
    ],
)
def test_another_number_a_negation_or_a_fragment_does_not_match(target: str, text: str):
    assert found(target, text) is None


def test_an_exact_match_has_similarity_100():
    exact = found("this call is recorded", "this call is recorded")
    assert exact is not None
    assert exact.similarity == 100


def test_homophones_have_one_phonetic_key_of_the_same_length():
    assert phonetic_key("录音") == phonetic_key("路因") != phonetic_key("录像")
    assert len(phonetic_key("您好，权程")) == len("您好，权程")
