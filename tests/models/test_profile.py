import pytest

from models.language_model import OpenAICompatibleModel
from models.profile import PROFILES, load_profile
from models.registry import build_scoring_models
from pipeline.errors import ConfigError


def test_the_command_line_s_wishes_go_before_the_profile():
    profile = load_profile("gpu", asr="whisper-base", device="cpu")
    assert (profile.asr, profile.device) == ("whisper-base", "cpu")
    assert load_profile("embedded", hotwords="names.txt", asr=None).hotwords == "names.txt"
    assert PROFILES["gpu"].asr == "whisper-large-v3-turbo"


def test_what_a_file_leaves_out_is_as_in_embedded(tmp_path):
    (tmp_path / "ours.yaml").write_text("device: cpu\nmax_call_s: 600\n")
    profile = load_profile(str(tmp_path / "ours.yaml"))
    assert (profile.device, profile.max_call_s, profile.encoder) == ("cpu", 600.0, "use-multilingual-v3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("asrr: x\n", "asrr"),
        ("device: tpu\n", "device"),
        ("chinese_script: kanji\n", "chinese_script"),
        ("- a\n", "no names and values"),
        ("a: [\n", "not YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, text, message):
    (tmp_path / "ours.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_profile(str(tmp_path / "ours.yaml"))


def test_no_language_model_is_asked_unless_the_profile_gives_one():
    assert build_scoring_models(PROFILES["embedded"]).language_model is None


def test_a_language_model_of_the_profile_becomes_a_judge(tmp_path):
    (tmp_path / "ours.yaml").write_text("language_model: {address: 'http://localhost:8000/v1', model: judge}\n")
    judge = build_scoring_models(load_profile(str(tmp_path / "ours.yaml"))).language_model
    assert isinstance(judge, OpenAICompatibleModel)
    assert judge.settings.model == "judge"
