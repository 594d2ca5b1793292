"""The command `check-asr`: its table, its file of figures and its errors, on real ears and a made recording."""

import json

import pytest


def test_a_folder_without_labels_is_one_line(everycall, tmp_path):
    output = everycall("check-asr", tmp_path, exits=2)
    assert "has no labels" in " ".join(output.split())


@pytest.mark.slow
def test_noise_that_a_label_calls_words_is_lost_and_told(everycall, tmp_path):
    import wave

    import numpy as np

    noise = (np.random.default_rng(0).normal(0, 300, 8000 * 4)).astype("<i2")
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(noise.tobytes())
    label = {"language": "en", "queue": "billing", "turns": [{"speaker": "agent", "text": "hello there"}]}
    (tmp_path / "a.ref.json").write_text(json.dumps(label), "utf-8")
    figures = tmp_path / "figures.json"
    output = everycall("check-asr", tmp_path, "--by", "queue", "--json", figures)
    assert "en, queue billing" in output
    assert "not heard: a:" in output
    assert json.loads(figures.read_text("utf-8"))["groups"][0]["error_rate"]["estimate"] == 1.0
