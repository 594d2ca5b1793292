"""Errors of a transcript against a label: words, roles with and without times, diarization."""

from pathlib import Path

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.reference import Reference
from pipeline.evaluate.word_errors import diarization_error, edits_in, errors_of, missed_turns, normalised
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn, Word

SIDES = {0: "agent", 1: "customer"}
SAID = (("agent", 0.0, 4.0, "hello who is calling"), ("customer", 5.0, 9.0, "my card was charged"))


def reference(*, mono=False, turns=SAID, language="en"):
    return Reference("a", Path("a.wav"), language, mono, SIDES, turns)


def turn(index, role, text, start_s, channel=0):
    words = tuple(Word(word, start_s + n, start_s + n + 0.9, 0.9) for n, word in enumerate(text.split()))
    return Turn(index, role, channel, start_s, words[-1].end_s, text, words)


def heard(*turns):
    return Transcript("a", "en", turns, CallMetadata(), "audio")


def test_words_are_compared_channel_by_channel():
    found = errors_of(
        reference(), heard(turn(0, "agent", "hello is calling", 0, 0), turn(1, "customer", "my cart was charged", 5, 1))
    )
    assert (found.edits, found.units) == (2, 8)
    assert (found.role_right, found.role_words) == (7, 7)


def test_a_turn_without_words_on_its_channel_is_missed():
    said = (*SAID, ("agent", 9.2, 10.1, "sure"))
    both = [turn(0, "agent", "hello is calling", 0, 0), turn(1, "agent", "my card", 5, 0)]
    assert missed_turns(reference(turns=said), heard(*both)) == [("customer", 5.0, 9.0)]
    assert missed_turns(reference(turns=said, mono=True), heard(*both)) == []
    assert missed_turns(reference(turns=said), None) == [("agent", 0.0, 4.0), ("customer", 5.0, 9.0)]


def test_a_failed_call_is_all_deletions():
    found = errors_of(reference(), None)
    assert (found.edits, found.units, found.role_words) == (8, 8, 0)


def test_roles_on_one_channel_go_by_time():
    found = errors_of(
        reference(mono=True), heard(turn(0, "agent", "hello who is calling my", 0.05), turn(1, "agent", "card was", 6))
    )
    assert (found.role_right, found.role_words) == (4, 6)


def test_without_times_roles_on_one_channel_go_by_aligned_words():
    untimed = tuple((who, None, None, text) for who, _, _, text in SAID)
    got = heard(turn(0, "agent", "hello who is calling my", 0), turn(1, "customer", "car was charged", 6))
    found = errors_of(reference(mono=True, turns=untimed), got)
    assert (found.edits, found.units) == (1, 8)
    assert (found.role_right, found.role_words) == (6, 7)
    assert (found.diarization_error_s, found.speech_s) == (0.0, 0.0)


def test_diarization_counts_confused_missed_and_false_speech_outside_the_collar():
    exact = (turn(0, "agent", "a b c d", 0), turn(1, "customer", "a b c d", 5))
    assert diarization_error(reference(mono=True), exact)[0] == pytest.approx(0, abs=0.02)
    one_voice = (turn(0, "agent", "a b c d", 0), turn(1, "agent", "a b c d", 5))
    wrong_s, speech_s = diarization_error(reference(mono=True), one_voice)
    assert (wrong_s, speech_s) == (pytest.approx(3.5, abs=0.05), pytest.approx(7.0, abs=0.05))


def test_speakers_are_mapped_the_better_way():
    swapped = (turn(0, "customer", "a b c d", 0), turn(1, "agent", "a b c d", 5))
    assert diarization_error(reference(mono=True), swapped)[0] == pytest.approx(0, abs=0.02)


def test_spelling_of_numbers_and_chinese_is_not_an_error():
    assert edits_in([("It's twenty dollars.", "it is $20")], "en", digits=False) == (0, 3)
    assert normalised("請問，您的號碼？", "zh", digits=False) == list("请问您的号码")
    assert edits_in([("幺三二", "132")], "zh", digits=False) == (3, 3)
    assert edits_in([("幺三二", "132")], "zh", digits=True) == (0, 3)


PAIRS = {
    "en": [("Hello, who's calling?", "hello who is this calling"), ("It's twenty dollars.", ""), ("ok", "so OK then")],
    "zh": [("您好，請問您的號碼？", "您好请问号码"), ("幺三二", "一三二啊"), ("好", "")],
}


@pytest.mark.parametrize("digits", [False, True])
@pytest.mark.parametrize("language", PAIRS)
def test_edits_are_those_that_jiwer_counts_in_the_same_words(language, digits):
    words = [[" ".join(normalised(text, language, digits=digits)) for text in pair] for pair in PAIRS[language]]
    theirs = jiwer.process_words([truth for truth, _ in words], [heard for _, heard in words])
    edits = theirs.substitutions + theirs.deletions + theirs.insertions
    assert edits_in(PAIRS[language], language, digits=digits) == (
        edits,
        theirs.substitutions + theirs.deletions + theirs.hits,
    )


WORDS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12).map(" ".join)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_the_word_error_rate_of_several_channels_is_jiwer_s(pairs):
    edits, units = edits_in(pairs, "en", digits=False)
    wanted, got = ([" ".join(normalised(pair[side], "en", digits=False)) for pair in pairs] for side in (0, 1))
    assert edits / units == pytest.approx(jiwer.wer(wanted, got))
