"""BERTopic with its defaults (UMAP, HDBSCAN, c-TF-IDF) on given vectors, for comparison."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from pipeline.enriched import Vectors

# BERTopic fails on fewer texts.
MIN_UTTERANCES = 10
NO_TOPIC = -1

Grouping = Callable[[Sequence[str], Vectors], list[int]]


def bertopic() -> Grouping | None:
    """A function that assigns each text a topic number (`NO_TOPIC` for none); None if BERTopic is not installed.

    Imports BERTopic here, so that its import is not part of the measured time: the first import on a machine compiles
    for half a minute.
    """
    if find_spec("bertopic") is None:
        return None
    # BERTopic disables warnings for the whole process.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("bertopic")
    return bertopic_topics


def bertopic_topics(texts: Sequence[str], vectors: Vectors) -> list[int]:
    """Assign each text a topic number by BERTopic's defaults. Runs differ: UMAP starts at random, without a seed."""
    if len(texts) < MIN_UTTERANCES:
        return [NO_TOPIC] * len(texts)
    from bertopic import BERTopic

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        topics, _ = BERTopic(embedding_model=None).fit_transform(list(texts), embeddings=vectors)
    return [int(topic) for topic in topics]
