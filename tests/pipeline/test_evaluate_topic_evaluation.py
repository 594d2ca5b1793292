"""Topics found, compared with human topics."""

import json

import pytest

from models.fakes.encoder import HashingEncoder
from pipeline.errors import ConfigError
from pipeline.evaluate.topic_evaluation import (
    TopicFigures,
    Utterance,
    accuracy,
    evaluate_topics,
    nmi,
    read_utterances,
    topics_of,
)
from pipeline.topic import OTHER

CARD = ["lost my card today", "my card is lost", "lost card again"]
BILL = ["question about bill amount", "bill amount is wrong", "the wrong amount on bill"]


def said(*texts, label="any"):
    return [Utterance(utterance=text, reference_label=label) for text in texts]


def test_each_topic_maps_to_one_reference_topic():
    assert accuracy(["a", "a", "a", "b", "b", "b"], ["1", "1", "2", "2", "2", "2"]) == pytest.approx(5 / 6)


def test_a_split_reference_topic_is_right_once():
    assert accuracy(["a", "a", "a", "a"], ["1", "1", "1", "2"]) == pytest.approx(3 / 4)


def test_utterances_in_no_topic_are_wrong():
    assert accuracy(["a", "a", "b", "b"], ["1", OTHER, "2", OTHER]) == 0.5


def test_accuracy_is_zero_without_topics():
    assert accuracy(["a", "b"], [OTHER, OTHER]) == 0.0


def test_mutual_information_ignores_topic_names():
    assert nmi(["a", "a", "b", "b"], ["2", "2", "1", "1"]) == pytest.approx(1.0)
    assert nmi(["a", "a", "b", "b"], ["1", "2", "1", "2"]) == pytest.approx(0.0)


def test_utterances_about_the_same_thing_share_a_topic():
    found = topics_of(said(*CARD, *BILL), encoder=HashingEncoder(dimensions=256))
    assert len(set(found[:3])) == len(set(found[3:])) == 1
    assert found[0] != found[3]


def test_labels_do_not_influence_topics():
    labelled = [*said(*CARD, label="card"), *said(*BILL, label="bill")]
    assert topics_of(labelled, encoder=HashingEncoder()) == topics_of(said(*CARD, *BILL), encoder=HashingEncoder())


def test_the_figures_of_a_file_grouped_like_its_labels():
    labelled = [*said(*CARD, label="card"), *said(*BILL, label="bill")]
    figures = evaluate_topics(labelled, encoder=HashingEncoder(dimensions=256))
    assert (figures.accuracy, figures.topics) == (1.0, 2)
    assert figures.nmi == pytest.approx(1.0)


def test_the_figures_as_json():
    record = json.loads(TopicFigures(0.66666, 0.5, 3, 1.23456).to_json())
    assert record == {"accuracy": 0.6667, "nmi": 0.5, "topics": 3, "seconds": 1.2346}


def test_a_peer_gets_the_same_texts_and_vectors():
    labelled = [*said(*CARD, label="card"), *said(*BILL, label="bill")]
    encoder, given = HashingEncoder(dimensions=256), {}

    def peer(texts, vectors):
        given.update(texts=texts, vectors=vectors)
        return [0, 0, 0, 1, 1, 0]

    figures = evaluate_topics(labelled, encoder=encoder, bertopic=peer)
    assert given["texts"] == [*CARD, *BILL]
    assert (given["vectors"] == encoder.encode([*CARD, *BILL])).all()
    assert (figures.bertopic.accuracy, figures.bertopic.topics) == (pytest.approx(5 / 6), 2)
    assert (figures.accuracy, figures.topics) == (1.0, 2)


def test_a_peers_texts_in_no_topic_are_wrong_too():
    labelled = [*said(*CARD, label="card"), *said(*BILL, label="bill")]
    figures = evaluate_topics(
        labelled, encoder=HashingEncoder(dimensions=256), bertopic=lambda *_: [-1, -1, -1, 0, 0, 0]
    )
    assert (figures.bertopic.accuracy, figures.bertopic.topics) == (0.5, 1)


def test_the_json_has_the_peers_figures_under_its_name():
    record = json.loads(TopicFigures(0.7, 0.6, 3, 1.0, bertopic=TopicFigures(0.66666, 0.5, 2, 2.0)).to_json())
    assert record.pop("bertopic") == {"accuracy": 0.6667, "nmi": 0.5, "topics": 2, "seconds": 2.0}
    assert record == {"accuracy": 0.7, "nmi": 0.6, "topics": 3, "seconds": 1.0}


def test_a_file_is_read_and_other_fields_are_ignored(tmp_path):
    path = tmp_path / "said.jsonl"
    path.write_text('{"utterance": "hello there", "reference_label": "greeting", "turn_id": "1"}\n\n', "utf-8")
    assert read_utterances(path) == said("hello there", label="greeting")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"utterance": "a secret"}', "line 1: reference_label: Field required"),
        ("no json", "line 1: the line"),
        ("", "has no"),
    ],
)
def test_an_invalid_file_is_an_error_with_its_line_and_without_words(tmp_path, text, message):
    path = tmp_path / "said.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=message) as error:
        read_utterances(path)
    assert "secret" not in str(error.value)


def test_the_repr_of_an_utterance_has_no_words():
    assert "card" not in repr(said("I lost my card")[0])
