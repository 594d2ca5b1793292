from dataclasses import dataclass, field

import numpy as np

from models.fakes.encoder import HashingEncoder
from models.fakes.sentiment import WordSentiment
from pipeline.enrich import EnrichmentModels, enrich
from pipeline.enrich.sentiment_by_third import sentiment_by_third
from pipeline.enriched import TurnSentiment
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn

READER = EnrichmentModels(HashingEncoder(), WordSentiment())
NEGATIVE, NEUTRAL, POSITIVE = TurnSentiment(1, 0, 0), TurnSentiment(0, 1, 0), TurnSentiment(0, 0, 1)


def transcript(call_id, *turns, mark="f"):
    return Transcript(
        call_id=call_id,
        language="en",
        turns=tuple(
            Turn(index=number, role=role, channel=0, start_s=None, end_s=None, text=text)
            for number, (role, text) in enumerate(turns)
        ),
        metadata=CallMetadata(),
        source="jsonl",
        fingerprint=mark,
    )


@dataclass(frozen=True)
class CountingEncoder(HashingEncoder):
    batches: list[list[str]] = field(default_factory=list)

    def encode(self, texts):
        self.batches.append(list(texts))
        return super().encode(texts)


def test_one_enriched_call_a_transcript_in_order():
    calls = enrich([transcript("b", ("agent", "hi")), transcript("a", ("customer", "oh"))], enrichment_models=READER)
    assert [call.transcript.call_id for call in calls] == ["b", "a"]


def test_every_distinct_text_of_a_batch_is_encoded_once():
    encoder = CountingEncoder()
    enrichment_models = EnrichmentModels(encoder, WordSentiment())
    enrich(
        [transcript("a", ("agent", "hi"), ("customer", "hi")), transcript("b", ("agent", "hi"))],
        enrichment_models=enrichment_models,
    )
    assert encoder.batches == [["hi"]]


def test_each_turn_has_the_vector_of_its_text():
    (call,) = enrich([transcript("a", ("agent", "good morning"), ("customer", "hi"))], enrichment_models=READER)
    assert np.array_equal(call.vectors, HashingEncoder().encode(["good morning", "hi"]))
    assert call.encoder == "hashing-encoder"


def test_a_call_without_turns_is_enriched_as_empty():
    (call,) = enrich([transcript("a")], enrichment_models=READER)
    assert call.vectors.shape == (0, 32)
    assert call.sentiment_by_third == ("neutral", "neutral", "neutral")


def test_sentiment_by_third_is_the_customers():
    turns = [("customer", "x"), ("agent", "x"), ("customer", "x"), ("agent", "x"), ("customer", "x"), ("agent", "x")]
    found = sentiment_by_third(transcript("a", *turns), [NEGATIVE, POSITIVE, NEUTRAL, POSITIVE, POSITIVE, NEGATIVE])
    assert found == ("negative", "neutral", "positive")


def test_a_third_without_the_customer_is_neutral():
    found = sentiment_by_third(
        transcript("a", ("customer", "x"), ("agent", "x"), ("agent", "x")), [POSITIVE, NEGATIVE, NEGATIVE]
    )
    assert found == ("positive", "neutral", "neutral")


def test_the_fingerprint_changes_with_the_transcript_and_the_models():
    other = EnrichmentModels(HashingEncoder(fingerprint="other"), WordSentiment())
    found = {
        enrich([transcript("a", ("agent", "hi"), mark=mark)], enrichment_models=enrichment_models)[0].fingerprint
        for mark in ("f", "g")
        for enrichment_models in (READER, other)
    }
    assert len(found) == 4
    assert fingerprint("f", READER.fingerprint) in found
