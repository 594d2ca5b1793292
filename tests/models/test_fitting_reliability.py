from dataclasses import replace

import pytest

from models.fitting.held_out import HeldOut
from models.fitting.reliability import level, measured_reliability, misheard_words, sure_from
from models.heads import load_heads
from pipeline.evaluate.agreement import QUESTIONS
from pipeline.evaluate.labelled import LabelledCall
from pipeline.recording import CallMetadata
from pipeline.score.context.reliability import Reliability, reliability_of
from pipeline.transcript import Transcript, Turn


def labelled(*texts: str) -> LabelledCall:
    turns = tuple(Turn(index, "agent", 0, None, None, text) for index, text in enumerate(texts))
    return LabelledCall(Transcript("c1", "en", turns, CallMetadata(), source="jsonl"), labels={}, evidence={})


def test_lost_and_wrong_words_count_as_misheard():
    said, heard = labelled("how are you today", "fine thanks"), labelled("how is you today", "fine")
    assert misheard_words(said, heard) == pytest.approx(2 / 6)


def test_an_empty_call_has_no_misheard_words():
    assert misheard_words(labelled(""), labelled("")) == 0.0


def test_answers_are_sure_where_the_risk_is_kept():
    right, wrong = [(0.9, True)] * 200, [(0.6, False)] * 100
    assert sure_from([*right, *wrong], risk=0.1, versions=1) == 0.9


def test_few_wrong_answers_make_every_answer_sure():
    assert sure_from([*[(0.9, True)] * 200, *[(0.55, False)] * 5], risk=0.1, versions=1) == 0.55


def test_equal_certainties_are_treated_alike():
    mixed = [(0.8, True), (0.8, False)] * 100
    assert sure_from([*[(0.9, True)] * 100, *mixed], risk=0.1, versions=1) == 0.9


def test_a_few_right_answers_do_not_prove_a_small_risk():
    assert sure_from([(0.9, True)] * 5, risk=0.1, versions=1) == 1.0


def test_two_versions_of_a_call_count_as_one():
    answers = [(0.9, True)] * 14
    assert sure_from(answers, risk=0.1, versions=1) == 0.9
    assert sure_from(answers, risk=0.1, versions=2) == 1.0


def test_the_level_is_slightly_above_the_ninety_percent_quantile():
    depths = [number / 1000 for number in range(1000)]
    assert 0.90 < level(depths, versions=1) < 0.92


def test_few_calls_give_a_wide_interval():
    assert level([0.1, 0.2, 0.3], versions=1) == 0.3


def test_heads_without_the_standard_forms_labels_get_the_default():
    call = replace(labelled("hello"), labels={"empathy": "yes"})
    held_out = HeldOut(call, vectors=None, acts={}, call_labels={})
    assert measured_reliability([held_out], [held_out]) == Reliability().to_card()


def test_the_shipped_heads_have_reliability_for_each_standard_question():
    shipped = reliability_of(load_heads().card)
    assert set(QUESTIONS) <= set(shipped.sure_from)
    assert 0.5 < shipped.level < 1
    assert 0 < shipped.misheard <= 1
    assert all(sorted(own.values(), reverse=True) == list(own.values()) for own in shipped.sure_from.values())
