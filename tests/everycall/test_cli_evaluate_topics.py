"""`everycall evaluate-topics`, with a peer and without one."""

import json

import pytest

import models.registry
from models.fakes.encoder import HashingEncoder
from pipeline.enrich.enrich import EnrichmentModels
from pipeline.evaluate import bertopic_peer
from pipeline.evaluate.topic_evaluation import Utterance

CARD = ["lost my card today", "my card is lost", "lost card again"]
BILL = ["question about bill amount", "bill amount is wrong", "the wrong amount on bill"]


def said(*texts, label):
    return [Utterance(utterance=text, reference_label=label) for text in texts]


@pytest.fixture
def measured(tmp_path, monkeypatch, everycall):
    """What the command prints and writes with a peer, or with None for one that is not installed."""

    def measure(peer):
        monkeypatch.setattr(
            models.registry, "build_enrichment_models", lambda _: EnrichmentModels(HashingEncoder(dimensions=256), None)
        )
        monkeypatch.setattr(bertopic_peer, "bertopic", lambda: peer)
        path, written = tmp_path / "said.jsonl", tmp_path / "topics.json"
        labelled = [*said(*CARD, label="card"), *said(*BILL, label="bill")]
        path.write_text("\n".join(utterance.model_dump_json() for utterance in labelled), "utf-8")
        return everycall("evaluate-topics", path, "--json", written), json.loads(written.read_text("utf-8"))

    return measure


def test_without_the_peer_the_command_says_how_to_get_it_and_goes_on(measured):
    output, record = measured(None)
    assert "6 utterances in 2 topics: accuracy 1.000" in output
    assert "BERTopic is not installed" in output
    assert "make peers" in output
    assert set(record) == {"accuracy", "nmi", "topics", "seconds"}


def test_the_command_prints_a_line_of_the_peer(measured):
    output, record = measured(lambda *_: [0, 0, 0, 0, 0, 0])
    assert "BERTopic on the same vectors: 1 topics: accuracy 0.500" in output
    assert record["bertopic"]["accuracy"] == 0.5
