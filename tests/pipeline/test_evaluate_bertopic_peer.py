"""BERTopic as a baseline; the real one only if `make peers` installed it."""

import sys
from types import ModuleType

import numpy as np
import pytest

from pipeline.evaluate import bertopic_peer
from pipeline.evaluate.bertopic_peer import NO_TOPIC, bertopic, bertopic_topics


def test_there_is_no_peer_without_the_package(monkeypatch):
    monkeypatch.setattr(bertopic_peer, "find_spec", lambda name: None)
    assert bertopic() is None


def test_too_few_texts_get_no_topic():
    assert bertopic_topics(["hello"] * 9, np.ones((9, 4), np.float32)) == [NO_TOPIC] * 9


def test_it_runs_with_its_defaults_on_the_given_vectors(monkeypatch):
    asked = {}

    class Recorded:
        def __init__(self, **options):
            asked["options"] = options

        def fit_transform(self, texts, embeddings):
            asked.update(texts=texts, embeddings=embeddings)
            return np.zeros(len(texts), np.int64), None

    module = ModuleType("bertopic")
    module.__dict__["BERTopic"] = Recorded
    monkeypatch.setitem(sys.modules, "bertopic", module)
    vectors = np.ones((10, 4), np.float32)
    assert bertopic_topics(("hello",) * 10, vectors) == [0] * 10
    assert asked == {"options": {"embedding_model": None}, "texts": ["hello"] * 10, "embeddings": vectors}


@pytest.mark.slow
def test_the_real_one_groups_similar_texts():
    find = bertopic()
    if find is None:
        pytest.skip("BERTopic is not installed (make peers)")
    random = np.random.default_rng(0)
    vectors = random.normal(0, 0.05, (60, 16)).astype(np.float32)
    vectors[:30, 0] += 1
    vectors[30:, 1] += 1
    found = find(["lost my card"] * 30 + ["wrong bill amount"] * 30, vectors)
    assert set(found[:30]).isdisjoint(set(found[30:]) - {NO_TOPIC})
    assert len(set(found) - {NO_TOPIC}) >= 2
