"""BERTopic as it comes, to be measured beside: UMAP, HDBSCAN and its own words, on the vectors that it is given."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from pipeline.enriched import Vectors

# BERTopic makes no topic of fewer, and fails on fewer.
MIN_UTTERANCES = 10
NO_TOPIC = -1

Grouping = Callable[[Sequence[str], Vectors], list[int]]


def bertopic() -> Grouping | None:
    """What gives each text the number of its topic, `NO_TOPIC` for none; None where BERTopic is not installed.

    It is imported here, so that its seconds are those of finding topics: the first import on a machine compiles for
    half a minute.
    """
    if find_spec("bertopic") is None:
        return None
    # It would switch off warnings in the whole process.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("bertopic")
    return grouped


def grouped(texts: Sequence[str], vectors: Vectors) -> list[int]:
    """A topic's number for each text, by BERTopic's defaults. UMAP starts at random and no seed is set: runs differ."""
    if len(texts) < MIN_UTTERANCES:
        return [NO_TOPIC] * len(texts)
    from bertopic import BERTopic

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        topics, _ = BERTopic(embedding_model=None).fit_transform(list(texts), embeddings=vectors)
    return [int(topic) for topic in topics]
