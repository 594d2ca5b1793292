"""Characters that sound alike share a key."""

import pytest

from pipeline.text.homophones import phonetic_key, sound, syllable, usual_characters


@pytest.mark.parametrize(("said", "written"), [("工号", "公号"), ("稍等", "少等"), ("录音", "路因"), ("您", "林")])
def test_homophones_share_a_key(said, written):
    assert phonetic_key(said) == phonetic_key(written)


def test_different_sounds_have_different_keys():
    assert phonetic_key("录音") != phonetic_key("录像")


def test_length_and_other_scripts_are_unchanged():
    assert len(phonetic_key("您好，工号3027 please")) == len("您好，工号3027 please")
    assert phonetic_key("Hello, 3027！") == "Hello, 3027！"


def test_a_syllable_has_no_tone():
    assert [syllable(character) for character in "马吗绿x"] == ["ma", "ma", "lv", "x"]


@pytest.mark.parametrize(
    ("one", "other"), [("中", "宗"), ("吃", "词"), ("少", "扫"), ("女", "绿"), ("花", "发"), ("硬", "印")]
)
def test_easily_confused_sounds_are_merged(one, other):
    assert syllable(one) != syllable(other)
    assert sound(one) == sound(other)


def test_the_usual_characters_are_those_of_the_first_level():
    assert (len(usual_characters()), usual_characters()[0], usual_characters()[-1]) == (3755, "啊", "座")
