import numpy as np
import pytest

from models.fakes.encoder import HashingEncoder
from models.fakes.sentiment import WordSentiment
from pipeline.enrich import EnrichmentModels, enrich
from pipeline.enrich.findings import with_findings
from pipeline.recording import CallMetadata
from pipeline.store.parts import table_of
from pipeline.store.rows.calls import call_from_rows, call_row
from pipeline.store.rows.turns import turn_rows, turns_by_call, vector_table, vectors_of
from pipeline.transcript import Transcript, Turn

DATE = "2026-11-20"
SAID = (
    ("agent", "How can I help you?"),
    ("customer", "I am angry, my bill is one hundred fifty dollars too high."),
    ("agent", "I am sorry about that."),
    ("customer", "This is awful, I have been waiting for weeks."),
    ("agent", "I will refund it to you by Friday."),
    ("customer", "Oh great, thank you so much for that."),
    ("agent", "我会退款给您的"),
    ("customer", "Thank you, that is great of you."),
)


@pytest.fixture(scope="module")
def call():
    turns = tuple(Turn(number, role, 0, None, None, text) for number, (role, text) in enumerate(SAID))
    metadata = CallMetadata(agent_id="A7", started_at=f"{DATE}T10:00:00")
    transcript = Transcript("c1", "en", turns, metadata, "jsonl", fingerprint="f")
    (enriched,) = enrich([transcript], enrichment_models=EnrichmentModels(HashingEncoder(), WordSentiment()))
    return enriched


def read_back(call):
    (row,) = table_of(
        "calls", [call_row(call, recording=None, uri="", input_hash="", turns_part="")], part="p", date=DATE
    ).to_pylist()
    pairs = turns_by_call(table_of("turns", turn_rows(call), part="p", date=DATE))["c1"]
    vectors = vectors_of(vector_table([call], part="p", date=DATE))
    turns, sentiments = zip(*pairs, strict=True)
    return call_from_rows(row, turns, sentiments=sentiments, vectors=vectors)


def test_an_enriched_call_carries_its_promises_and_issues(call):
    assert [(promise.kind, promise.turn, promise.agent_id) for promise in call.promises] == [("refund", 4, "A7")]
    assert [(issue.issue, issue.turn) for issue in call.issues] == [(1, 1)]


def test_each_turn_has_its_itn_where_that_differs_and_its_language(call):
    assert [(number, text) for number, text in enumerate(call.itn_texts) if text] == [
        (1, "I am angry, my bill is $150 too high.")
    ]
    assert call.turn_languages == ("en",) * 6 + ("zh", "en")


def test_a_call_that_was_read_back_has_no_findings(call):
    back = read_back(call)
    assert (back.promises, back.issues, back.itn_texts, back.turn_languages) == ((), (), (), ())
    assert back.mood.turning_points == ()


def test_a_call_that_was_read_back_gives_the_same_findings_again(call):
    again = with_findings(read_back(call))
    assert [point.turn for point in again.mood.turning_points] == [5]
    assert (again.mood, again.promises, again.issues) == (call.mood, call.promises, call.issues)
    assert (again.itn_texts, again.turn_languages) == (call.itn_texts, call.turn_languages)
    assert np.array_equal(again.issues[0].vector, call.issues[0].vector)
