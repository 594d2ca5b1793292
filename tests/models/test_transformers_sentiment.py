import numpy as np
import pytest

from models.transformers_sentiment import TransformersSentiment
from pipeline.enriched import TurnSentiment
from pipeline.errors import ModelError
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn

pytestmark = pytest.mark.slow

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "this", "is", "awful", "great", "the", "customer", "##s", "."]
LINES = (("agent", "this is great"), ("customer", "this is awful"), ("customer", "the great customers"))
TRANSCRIPT = Transcript(
    call_id="c1",
    language="en",
    turns=tuple(
        Turn(index=number, role=role, channel=0, start_s=None, end_s=None, text=text)
        for number, (role, text) in enumerate(LINES)
    ),
    metadata=CallMetadata(),
    source="jsonl",
)
NO_VECTORS = np.zeros((3, 0), np.float32)


def classifier(folder, *labels):
    """A tiny randomly initialised BERT with these labels, saved in hub layout."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_a_classifier_gives_each_customer_turn_a_distribution(tmp_path):
    model = TransformersSentiment(classifier(tmp_path, "NEGATIVE", "NEUTRAL", "POSITIVE"), device="cpu")
    found = model.sentiments(TRANSCRIPT, NO_VECTORS)
    assert found[0] == TurnSentiment(0.0, 1.0, 0.0)
    for sentiment in found[1:]:
        assert sentiment.negative + sentiment.neutral + sentiment.positive == pytest.approx(1.0, abs=1e-6)
    assert found[1] != found[2]


def test_stars_are_added_up(tmp_path):
    names = [f"{number} star{'s' if number > 1 else ''}" for number in range(1, 6)]
    model = TransformersSentiment(classifier(tmp_path, *names), device="cpu")
    assert model._columns.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]


def test_a_zero_shot_model_weighs_three_hypotheses(tmp_path):
    model = TransformersSentiment(classifier(tmp_path, "contradiction", "neutral", "entailment"), device="cpu")
    found = model.sentiments(TRANSCRIPT, NO_VECTORS)[1]
    assert found.negative + found.neutral + found.positive == pytest.approx(1.0, abs=1e-6)


def test_other_labels_need_a_mapping(tmp_path):
    folder = classifier(tmp_path, "sad", "glad")
    with pytest.raises(ModelError, match="label 'sad' is not a sentiment"):
        TransformersSentiment(folder, device="cpu")
    model = TransformersSentiment(folder, device="cpu", labels={"sad": "negative", "glad": "positive"})
    assert model.sentiments(TRANSCRIPT, NO_VECTORS)[1].neutral == 0.0


def test_the_fingerprint_is_the_hub_revision_or_the_content(tmp_path):
    folder = classifier(tmp_path, "negative", "positive")
    pinned = TransformersSentiment(folder, name="owner/name@abc", device="cpu")
    assert pinned.fingerprint.startswith("sentiment:owner/name@abc:")
    local = TransformersSentiment(folder, device="cpu")
    assert local.fingerprint.startswith(f"sentiment:{folder.name}:")


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot load a classifier"):
        TransformersSentiment(tmp_path)
