"""Spelling of recognised words."""

import numpy as np
import pytest

from models.fakes.diarizer import FakeDiarizer
from models.fakes.recogniser import FakeRecogniser
from models.fakes.voice import FakeVoiceDetector
from pipeline.recording import Audio, CallMetadata, Recording
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.transcribe import transcribe
from pipeline.transcribe.word_text import in_chosen_script, text_of
from pipeline.transcript import Transcript, Word


def said(*words):
    return tuple(Word(text, float(n), n + 0.9, 0.9) for n, text in enumerate(words))


def chosen(words, *, names=()):
    settings = TranscriptionSettings(chinese_script="traditional", hotwords=names)
    return [word.text for word in in_chosen_script(said(*words), settings)]


@pytest.mark.parametrize(
    ("words", "language", "text"),
    [
        (("Hello", "there."), "en", "Hello there."),
        (("我", "要", "查"), "zh", "我要查"),
        (("我", "用", "Box", "Nine", "套餐"), "zh", "我用Box Nine套餐"),
        (("工号", "30", "27"), "zh", "工号3027"),
    ],
)
def test_chinese_has_spaces_only_between_foreign_words(words, language, text):
    assert text_of(said(*words), language) == text


def test_conversion_of_a_character_depends_on_the_next_word():
    assert chosen(["头", "发", "发", "现"]) == ["頭", "髮", "發", "現"]


def test_times_and_probabilities_are_kept():
    (word,) = in_chosen_script(said("请问"), TranscriptionSettings(chinese_script="traditional"))
    assert word == Word("請問", 0.0, 0.9, 0.9)


def test_english_is_unchanged():
    words = said("Hello", "there")
    assert in_chosen_script(words, TranscriptionSettings(chinese_script="traditional")) == words


def test_names_keep_the_spelling_of_their_list_in_the_chosen_script():
    assert chosen(["台", "积", "在", "台湾"]) == ["臺", "積", "在", "臺灣"]
    assert chosen(["台", "积", "在", "台湾"], names=("台積",)) == ["台", "積", "在", "臺灣"]
    assert chosen(["台", "积"], names=("台积",)) == ["臺", "積"]


def test_chinese_is_simplified_by_default():
    assert [word.text for word in in_chosen_script(said("請", "问"), TranscriptionSettings())] == ["请", "问"]


@pytest.mark.parametrize(
    ("script", "text", "role"),
    [
        ("simplified", "您好星辰客服工号三零二七请问有什么可以帮您", "agent"),
        ("traditional", "您好星辰客服工號三零二七請問有什麼可以幫您", "agent"),
    ],
)
def test_a_call_is_transcribed_in_the_chosen_script(script, text, role):
    tone = np.zeros((1, 80_000), np.float32)
    tone[0, 16_000:64_000] = 0.3 * np.sin(np.arange(48_000) * 0.1)
    recording = Recording("a", "a.wav", "0", 5.0, 1, 16_000, "pcm", CallMetadata(language="zh"))
    spoken = FakeRecogniser({("a", 0): ["您好 星辰 客服 工号 三零二七 请问 有什么 可以 帮您"]}, spoken="zh")
    speech_models = SpeechModels(
        FakeVoiceDetector(), spoken, FakeDiarizer(), settings=TranscriptionSettings(chinese_script=script)
    )
    (heard,) = transcribe([(recording, Audio(tone))], speech_models=speech_models)
    assert isinstance(heard, Transcript)
    assert (heard.turns[0].text, heard.turns[0].role) == (text, role)
    assert "".join(word.text for word in heard.turns[0].words) == text


def test_the_script_changes_the_fingerprint():
    speech_models = [
        SpeechModels(
            FakeVoiceDetector(), FakeRecogniser(), FakeDiarizer(), settings=TranscriptionSettings(chinese_script=script)
        )
        for script in ("simplified", "traditional")
    ]
    assert speech_models[0].fingerprint != speech_models[1].fingerprint
