import numpy as np
import pytest

from models.turn_words import BUCKETS, LONGEST_GRAM, cue_phrases, cue_vector, grams_of, hashed, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("I'm   fine", ["i'm", "fine"]),
        ("I’m fine", ["i'm", "fine"]),
        ("您好。", ["您", "好"]),
        ("Really?", ["really", "?"]),
        ("真的？", ["真", "的", "?"]),
        ("", []),
    ],
)
def test_tokens_are_words_characters_and_question_marks(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("it's twenty nine ninety nine", "It's $29.99"),
        ("four four oh nine", "4409"),
        ("尾号三三零七", "尾号3307"),
    ],
)
def test_numbers_spoken_and_written_are_the_same_token(spoken, written):
    assert tokens(spoken) == tokens(written)


def test_a_lone_one_is_not_a_number():
    assert tokens("one moment") == ["one", "moment"]
    assert tokens("等一下") == ["等", "一", "下"]


def test_case_and_punctuation_change_nothing():
    assert grams_of(tokens("Right, let me check.")) == grams_of(tokens("right let me check"))


def test_grams_run_from_one_to_four_tokens_with_both_ends_marked():
    assert grams_of(["a", "b"]) == {"<", "a", "b", ">", "< a", "a b", "b >", "< a b", "a b >", "< a b >"}


def test_hashed_grams_have_unit_length_and_sorted_buckets():
    buckets, weights = hashed(grams_of(tokens("thank you for calling")))
    assert np.all(np.diff(buckets) > 0)
    assert 0 <= buckets.min() <= buckets.max() < BUCKETS
    assert np.sum(weights**2) == pytest.approx(1.0)


def test_a_cue_is_found_in_either_language():
    names, _ = cue_phrases()
    recording = names.index("recording")
    assert cue_vector(grams_of(tokens("this call is recorded")))[recording] == 1.0
    assert cue_vector(grams_of(tokens("本次通话会录音")))[recording] == 1.0
    assert cue_vector(grams_of(tokens("a fine day")))[recording] == 0.0


def test_no_cue_is_longer_than_the_longest_gram():
    _, found = cue_phrases()
    assert max(len(gram.split()) for gram in found) <= LONGEST_GRAM


def test_chinese_ngrams_that_sound_alike_are_equal():
    said, heard = grams_of(tokens("工号")), grams_of(tokens("公好"))
    assert {gram for gram in said if " " in gram} == {gram for gram in heard if " " in gram}
    assert "工" in said
    assert "工" not in heard


def test_a_cue_is_found_by_its_sound():
    names, _ = cue_phrases()
    assert cue_vector(grams_of(tokens("请您少等一下")))[names.index("hold")] == 1.0
