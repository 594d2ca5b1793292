import json

import pytest

from pipeline.errors import ConfigError
from pipeline.evaluate.labelled import read_labelled

CALL = {
    "call_id": "c1",
    "language": "en",
    "agent_id": "A1",
    "turns": [{"speaker": "agent", "text": "hello"}, {"speaker": "customer", "text": "hi"}],
    "labels": {"greeting_identify": "yes"},
    "evidence": {"greeting_identify": [0]},
    "notes": "an extra field",
}


def written(tmp_path, *records):
    path = tmp_path / "calls.jsonl"
    path.write_text("\n".join(record if isinstance(record, str) else json.dumps(record) for record in records), "utf-8")
    return path


def test_labels_and_evidence_are_read_and_extra_fields_ignored(tmp_path):
    (call,) = read_labelled(written(tmp_path, CALL))
    assert call.labels == {"greeting_identify": "yes"}
    assert call.evidence == {"greeting_identify": (0,)}
    assert [turn.role for turn in call.transcript.turns] == ["agent", "customer"]
    assert call.transcript.metadata.agent_id == "A1"
    assert call.acts == () == call.turn_sentiment


def test_acts_and_sentiment_are_read(tmp_path):
    (call,) = read_labelled(written(tmp_path, CALL | {"acts": [["greets"], []], "turn_sentiment": [None, "neutral"]}))
    assert call.acts == (("greets",), ())
    assert call.turn_sentiment == (None, "neutral")


def test_empty_lines_are_skipped(tmp_path):
    assert len(read_labelled(written(tmp_path, CALL, "", CALL | {"call_id": "c2"}))) == 2


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "line 2 is not a labelled call"),
        ({"call_id": "c2", "turns": CALL["turns"]}, "line 2 is not a labelled call"),
        (CALL | {"turns": []}, "line 2: no turns"),
        (CALL | {"acts": [[]]}, "line 2: acts or turn_sentiment"),
    ],
)
def test_a_bad_line_is_named_with_its_remedy(tmp_path, bad, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read_labelled(written(tmp_path, CALL, bad))
    assert caught.value.remedy


def test_a_missing_or_empty_file_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_labelled(tmp_path / "none.jsonl")
    with pytest.raises(ConfigError, match="has no labelled calls"):
        read_labelled(written(tmp_path, ""))
