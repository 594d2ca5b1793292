import json

import pytest

from pipeline.errors import IngestError
from pipeline.failure import Failure
from pipeline.ingest import discover, read_transcripts
from pipeline.ingest.speakers import role_of, stated_or_guessed_language

AMAZON = {
    "LanguageCode": "en-US",
    "Participants": [{"ParticipantRole": "AGENT"}, {"ParticipantRole": "CUSTOMER"}],
    "Transcript": [
        {
            "ParticipantRole": "AGENT",
            "Content": "Good morning.",
            "BeginOffsetMillis": 500,
            "EndOffsetMillis": 1500,
            "Items": [
                {"Content": "Good", "BeginOffsetMillis": 500, "EndOffsetMillis": 900, "Confidence": "0.5"},
                {"Content": "morning.", "BeginOffsetMillis": 900, "EndOffsetMillis": 1500, "Confidence": "1.0"},
            ],
        },
        {"ParticipantRole": "CUSTOMER", "Content": "Hi.", "BeginOffsetMillis": 1600, "EndOffsetMillis": 1900},
    ],
}


def read(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    return read_transcripts(discover(str(tmp_path)).sources[0])


def test_labelled_jsonl_is_read_without_times(tmp_path):
    call = {
        "call_id": "1",
        "agent_id": "A1",
        "started_at": "2026-10-05T09:14:00",
        "turns": [{"speaker": "agent", "text": "您好"}, {"speaker": "customer", "text": "喂"}],
        "labels": {"anything": "more"},
    }
    transcript = read(tmp_path, "calls.jsonl", json.dumps(call) + "\n\n")[0]
    assert (transcript.call_id, transcript.language, transcript.date) == ("1", "zh", "2026-10-05")
    assert [(turn.role, turn.text, turn.start_s) for turn in transcript.turns] == [
        ("agent", "您好", None),
        ("customer", "喂", None),
    ]


def test_a_bad_line_is_a_failure_that_names_it_and_the_rest_is_read(tmp_path):
    good = json.dumps({"call_id": "1", "turns": [{"speaker": "agent", "text": "Hi"}]})
    results = read(tmp_path, "calls.jsonl", f"{{\n{good}\n" + '{"call_id": "2", "turns": []}\n')
    assert [result.source for result in results if isinstance(result, Failure)] == ["calls.jsonl:1", "calls.jsonl:3"]
    assert len(results) == 3


def test_an_unknown_speaker_is_refused_with_the_turn(tmp_path):
    failure = read(tmp_path, "c.jsonl", '{"call_id": "1", "turns": [{"speaker": "nobody", "text": "Hi"}]}')[0]
    assert failure.cause == "turn 0 has no text or no known speaker"


def test_webvtt_cues_of_one_voice_are_one_turn(tmp_path):
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>Good morning,\n\n00:02.000 --> 00:03.500\n<v Agent>Tom here.\n\n"
        "00:04.000 --> 00:05.000\n<v Customer>Hello.\n"
    )
    transcript = read(tmp_path, "a.vtt", text)[0]
    assert [(turn.role, turn.text, turn.start_s, turn.end_s) for turn in transcript.turns] == [
        ("agent", "Good morning, Tom here.", 1.0, 3.5),
        ("customer", "Hello.", 4.0, 5.0),
    ]


def test_webvtt_lines_may_name_their_speaker(tmp_path):
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nAgent: Hi.\n\n00:02.000 --> 00:03.000\nCustomer 1: At 9:30, please.\n"
    turns = read(tmp_path, "a.vtt", text)[0].turns
    assert [(turn.role, turn.text) for turn in turns] == [("agent", "Hi."), ("customer", "At 9:30, please.")]


def test_webvtt_without_speakers_is_refused(tmp_path):
    with pytest.raises(IngestError, match="caption 1 names no known speaker"):
        read(tmp_path, "a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n")


def test_amazon_keeps_word_times_and_confidence(tmp_path):
    transcript = read(tmp_path, "a.json", json.dumps(AMAZON))[0]
    first = transcript.turns[0]
    assert (first.role, first.start_s, first.end_s, first.confidence) == ("agent", 0.5, 1.5, 0.75)
    assert [(word.start_s, word.end_s) for word in first.words] == [(0.5, 0.9), (0.9, 1.5)]
    assert (transcript.source, transcript.language, transcript.duration_s) == ("amazon", "en", 1.9)


def test_amazon_without_offsets_is_refused(tmp_path):
    with pytest.raises(IngestError, match="BeginOffsetMillis"):
        read(tmp_path, "a.json", json.dumps({**AMAZON, "Transcript": [{"ParticipantRole": "AGENT", "Content": "x"}]}))


def test_bytes_that_are_not_text_are_rejected(tmp_path):
    (tmp_path / "a.vtt").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(IngestError, match="not UTF-8"):
        read_transcripts(discover(str(tmp_path)).sources[0])


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("AGENT", "agent"),
        ("Agent 1", "agent"),
        ("客户", "customer"),
        ("客戶", "customer"),
        ("客服 2", "agent"),
        ("自動語音", "ivr"),
        ("Caller:", "customer"),
        ("Bob", None),
    ],
)
def test_speakers_are_known_by_their_usual_names(name, role):
    assert role_of(name) == role


def test_a_brand_in_latin_letters_does_not_make_a_call_english():
    assert stated_or_guessed_language("", ["我的 iPhone 登不上 App 了怎么办呀"]) == "zh"


def test_the_repr_of_a_transcript_shows_no_words(tmp_path):
    transcript = read(tmp_path, "c.jsonl", '{"call_id": "1", "turns": [{"speaker": "agent", "text": "Hi Joan"}]}')[0]
    assert "Joan" not in repr(transcript)
