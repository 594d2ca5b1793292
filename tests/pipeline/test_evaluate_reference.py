"""Labels of recordings: times and channels are optional, errors name their place."""

import json

import pytest

from pipeline.errors import ConfigError
from pipeline.evaluate.reference import read_references

TURNS = [{"speaker": "agent", "text": "hello there"}, {"speaker": "customer", "text": "my card"}]


def write(folder, call_id="a", *, audio="a.wav", **changes):
    label = {"language": "en", "channels": {"0": "customer", "1": "agent"}, "turns": TURNS} | changes
    (folder / f"{call_id}.ref.json").write_text(json.dumps(label), "utf-8")
    if audio:
        (folder / audio).parent.mkdir(exist_ok=True)
        (folder / audio).touch()


def test_a_label_without_times_is_read_and_its_other_fields_are_kept(tmp_path):
    write(tmp_path, queue="billing", accent="Irish", agent_id=7)
    (found,) = read_references(tmp_path)
    assert found.turns == (("agent", None, None, "hello there"), ("customer", None, None, "my card"))
    assert found.channels == {0: "customer", 1: "agent"}
    assert found.fields == {"queue": "billing", "accent": "Irish", "agent_id": "7"}


def test_a_mix_in_the_folder_mono_is_a_separate_call(tmp_path):
    write(tmp_path)
    write(tmp_path, audio="mono/a.flac")
    assert [(each.call_id, each.mono) for each in read_references(tmp_path)] == [("a", False), ("a-mono", True)]


def test_an_id_that_starts_like_another_is_kept_apart(tmp_path):
    write(tmp_path)
    (tmp_path / "a.b.wav").touch()
    assert [each.audio.name for each in read_references(tmp_path)] == ["a.wav"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"language": "fr"}, "a.ref.json is wrong at `language`"),
        ({"turns": []}, "a.ref.json is wrong at `turns`"),
        ({"turns": [{"speaker": "bob", "text": "secret words"}]}, "a.ref.json is wrong at `turns.0.speaker`"),
        ({"channels": {"left": "agent"}}, "a.ref.json is wrong at `channels.left"),
        ({"audio": None, "audio_missing": True}, ""),
    ],
)
def test_an_invalid_label_is_refused_with_its_place_and_without_its_words(tmp_path, changes, message):
    if not message:
        write(tmp_path, audio=None)
        message = "a.ref.json has no recording beside it"
    else:
        write(tmp_path, **changes)
    with pytest.raises(ConfigError) as caught:
        read_references(tmp_path)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_invalid_json_names_the_line(tmp_path):
    (tmp_path / "a.ref.json").write_text('{"language":\n oh', "utf-8")
    with pytest.raises(ConfigError, match=r"a\.ref\.json is not JSON \(line 2\)"):
        read_references(tmp_path)


def test_a_folder_without_labels_shows_an_example(tmp_path):
    with pytest.raises(ConfigError, match=r'has no labels\. Put an ID\.ref\.json .*"speaker": "agent"'):
        read_references(tmp_path)
