from pathlib import Path

import numpy as np
import pytest

import models.fakes
from models.fakes.encoder import HashingEncoder
from models.fakes.heads import KeywordHeads
from models.fakes.sentiment import WordSentiment
from pipeline.enrich import EnrichmentModels, enrich


def test_keyword_heads_match_the_right_role_only(calls):
    (call,) = enrich([calls[1].transcript], enrichment_models=EnrichmentModels(HashingEncoder(), WordSentiment()))
    heads = KeywordHeads({"greets": ("hello",), "voices_problem": ("hello", "bill")}, {"outcome": {"resolved": 1.0}})
    found = heads.act_probabilities(call)
    assert found["greets"].tolist() == [1, 0, 0, 0, 0, 0]
    assert found["voices_problem"].tolist() == [0, 1, 0, 0, 0, 0]
    assert heads.call_label("outcome", call).probabilities == {"resolved": 1.0}
    assert (heads.acts, heads.call_labels) == (("greets", "voices_problem"), {"outcome": ("resolved",)})


def test_hashing_encoder_puts_common_words_close():
    one, two, other = HashingEncoder(256).encode(["my bill is wrong", "my bill is late", "谢谢您"])
    assert one @ two > one @ other
    assert np.linalg.norm(one) == pytest.approx(1.0)


@pytest.mark.parametrize("path", sorted(Path(models.fakes.__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_a_fake_has_at_most_fifty_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 50
