"""Hot words replace only words with a low probability that sound like them."""

import logging

import pytest

from pipeline.errors import ConfigError
from pipeline.transcribe.hotwords import MAX_NAMES, read_hotwords, with_hotwords
from pipeline.transcript import Word


def said(*words, probability=0.4):
    return [Word(text, float(n), n + 0.9, probability) for n, text in enumerate(words)]


def written(words, *names, language="en"):
    return [word.text for word in with_hotwords(words, names, language=language)]


def test_an_improbable_word_that_sounds_like_a_name_is_replaced():
    assert written(said("the", "zellvane", "plan"), "Selvane") == ["the", "Selvane", "plan"]


def test_punctuation_and_times_stay():
    (_, word) = with_hotwords(said("my", "zellvane?"), ["Selvane"], language="en")
    assert (word.text, word.start_s, word.end_s) == ("Selvane?", 1.0, 1.9)


def test_a_name_heard_as_two_words_becomes_one():
    (word,) = with_hotwords(said("sell", "vane."), ["Selvane"], language="en")
    assert (word.text, word.start_s, word.end_s) == ("Selvane.", 0.0, 1.9)


def test_probable_words_are_kept():
    assert written(said("zellvane", probability=0.8), "Selvane") == ["zellvane"]


def test_a_word_that_sounds_different_is_kept():
    assert written(said("several", "planes"), "Selvane") == ["several", "planes"]


def test_short_names_match_too_much_and_are_ignored():
    assert written(said("knee", "no"), "Ni") == ["knee", "no"]


def test_a_name_does_not_cross_the_end_of_a_sentence():
    assert written(said("sell.", "vane"), "Selvane") == ["sell.", "vane"]


def test_chinese_matches_by_syllable_and_length():
    assert written(said("我", "要", "星成", "套餐"), "星辰", language="zh") == ["我", "要", "星辰", "套餐"]
    assert written(said("星", "成"), "星辰", language="zh") == ["星辰"]
    assert written(said("星成", probability=0.9), "星辰", language="zh") == ["星成"]


def test_a_name_in_traditional_characters_is_found_in_simplified_ones():
    assert written(said("我", "要", "星成", "乐园"), "星辰樂園", language="zh") == ["我", "要", "星辰乐园"]


def test_without_names_nothing_changes():
    words = said("zellvane", "plan")
    assert with_hotwords(words, (), language="en") == words


def test_a_file_has_one_name_a_line_with_comments(tmp_path):
    (tmp_path / "names.txt").write_text("# products\nSelvane\n\nBrightcast  # since May\nSelvane\n", "utf-8")
    assert read_hotwords(tmp_path / "names.txt") == ("Selvane", "Brightcast")


def test_spaces_byte_order_marks_and_signs_within_a_name_are_handled(tmp_path):
    (tmp_path / "names.txt").write_text("\ufeffBright  Cast\t#1\r\nBox#9\r\n  星辰套餐 \r\n", "utf-8")
    assert read_hotwords(tmp_path / "names.txt") == ("Bright Cast", "Box#9", "星辰套餐")


def test_a_line_that_is_too_long_is_refused_by_number(tmp_path):
    (tmp_path / "names.txt").write_text("Selvane\n" + "a sentence and not a name " * 4, "utf-8")
    with pytest.raises(ConfigError, match=r"names\.txt have over 60 characters in line 2"):
        read_hotwords(tmp_path / "names.txt")


def test_a_file_without_names_is_logged(tmp_path, caplog):
    (tmp_path / "names.txt").write_text("# none yet\n", "utf-8")
    assert read_hotwords(tmp_path / "names.txt") == ()
    assert caplog.messages == ["names.txt has no names"]


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "names.txt").write_bytes("Zoë".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"names\.txt cannot be read \(UnicodeDecodeError\)"):
        read_hotwords(tmp_path / "names.txt")


def test_names_change_the_fingerprint(tmp_path):
    from models.profile import load_profile
    from models.registry import build_speech_models

    prints = []
    for names in ("Selvane", "Selvane\nBrightcast", "# the same\nSelvane\n\nBrightcast\n"):
        (tmp_path / "names.txt").write_text(names, "utf-8")
        prints.append(build_speech_models(load_profile("embedded", hotwords=str(tmp_path / "names.txt"))).fingerprint)
    plain = build_speech_models(load_profile("embedded")).fingerprint
    assert (len({plain, *prints}), prints[1]) == (3, prints[2])


def test_a_long_list_is_cut_with_a_warning(tmp_path, caplog):
    (tmp_path / "names.txt").write_text("\n".join(f"name{n}" for n in range(MAX_NAMES + 5)), "utf-8")
    with caplog.at_level(logging.WARNING):
        assert len(read_hotwords(tmp_path / "names.txt")) == MAX_NAMES
    assert caplog.messages == ["names.txt has 505 names; the first 500 are used"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"names\.txt cannot be read"):
        read_hotwords(tmp_path / "names.txt")


def test_a_call_is_transcribed_with_the_hot_words_of_its_settings():
    import numpy as np

    from models.fakes.diarizer import FakeDiarizer
    from models.fakes.recogniser import FakeRecogniser
    from models.fakes.voice import FakeVoiceDetector
    from pipeline.recording import Audio, CallMetadata, Recording
    from pipeline.transcribe.settings import TranscriptionSettings
    from pipeline.transcribe.transcribe import SpeechModels, transcribe

    tone = np.zeros((1, 80_000), np.float32)
    tone[0, 16_000:64_000] = 0.3 * np.sin(np.arange(48_000) * 0.1)
    recording = Recording("a", "a.wav", "0", 5.0, 1, 16_000, "pcm", CallMetadata())
    doubting = FakeRecogniser({("a", 0): ["the zellvane plan"]}, probability=0.4)
    for names, expected in (((), "the zellvane plan"), (("Selvane",), "the Selvane plan")):
        listening = SpeechModels(
            FakeVoiceDetector(), doubting, FakeDiarizer(), settings=TranscriptionSettings(hotwords=names)
        )
        (heard,) = transcribe([(recording, Audio(tone))], speech_models=listening)
        assert heard.turns[0].text == expected
