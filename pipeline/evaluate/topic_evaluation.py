"""Evaluate topics: group utterances with known topics as a night groups calls, and compare."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from threadpoolctl import threadpool_limits

from pipeline.analytics.topics import topics
from pipeline.analytics.topics.issue_words import IssueWords, ReadIssueWords
from pipeline.analytics.topics.issues import Issues, issues_from
from pipeline.analytics.topics.phrases import GrammarPhrases
from pipeline.analytics.topics.topics import SAMPLE, discover
from pipeline.enrich.issues import hashed, terms
from pipeline.enriched import Vectors
from pipeline.errors import ConfigError
from pipeline.evaluate.bertopic_peer import NO_TOPIC, Grouping
from pipeline.ingest.speakers import stated_or_guessed_language
from pipeline.issue import Issue
from pipeline.ports import TextEncoder
from pipeline.text.chinese_script import simplified
from pipeline.topic import OTHER, TopicQuote

EXAMPLE = '{"utterance": "I lost my card", "reference_label": "lost card"}'


class Utterance(BaseModel):
    """A customer utterance with its human topic."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    utterance: str = Field(min_length=1, repr=False, description="The customer's words.")
    reference_label: str = Field(min_length=1, description="The topic, used for evaluation only.")


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """How well the topics found match the reference topics.

    `accuracy` is the share of utterances in the right topic under the best one-to-one mapping of topics to reference
    topics; utterances in no topic are wrong. `nmi` is normalised mutual information (arithmetic mean). `seconds`
    include encoding. `bertopic` are BERTopic's figures on the same vectors, None if not requested.
    """

    accuracy: float
    nmi: float
    topics: int
    seconds: float
    bertopic: TopicFigures | None = None

    def to_json(self) -> str:
        """The figures as JSON, with BERTopic's if requested."""
        return json.dumps(self._record(), indent=2)

    def _record(self) -> dict[str, Any]:
        record = {name: round(getattr(self, name), 4) for name in ("accuracy", "nmi", "topics", "seconds")}
        return record if self.bertopic is None else {**record, "bertopic": self.bertopic._record()}


def read_utterances(path: Path) -> list[Utterance]:
    """Read the utterances of a JSONL file. Raises ConfigError with the number of an invalid line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read", remedy="Name a JSONL file of labelled utterances") from error
    found = [_utterance(line, where=f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise ConfigError(f"{path} has no utterances", remedy=f"Write one per line: {EXAMPLE}")
    return found


def evaluate_topics(
    utterances: Sequence[Utterance], *, encoder: TextEncoder, bertopic: Grouping | None = None
) -> TopicFigures:
    """Find topics among these utterances, each a call of one turn, and compare them with the reference topics."""
    reference = [utterance.reference_label for utterance in utterances]
    began = time.perf_counter()
    texts, vectors = _encoded(utterances, encoder)
    encoding_s = time.perf_counter() - began

    def figures(find: Callable[[], list[str]]) -> TopicFigures:
        began = time.perf_counter()
        found = find()
        seconds = encoding_s + time.perf_counter() - began
        return TopicFigures(accuracy(reference, found), nmi(reference, found), len(set(found) - {OTHER}), seconds)

    own = figures(lambda: _topics(texts, vectors, encoder.fingerprint))
    if bertopic is None:
        return own
    return replace(own, bertopic=figures(lambda: _topic_ids(bertopic(texts, vectors))))


def topics_of(utterances: Sequence[Utterance], *, encoder: TextEncoder) -> list[str]:
    """The topic id of each utterance, `other` for none."""
    texts, vectors = _encoded(utterances, encoder)
    return _topics(texts, vectors, encoder.fingerprint)


def accuracy(reference: Sequence[str], found: Sequence[str]) -> float:
    """Share of correct utterances under the best one-to-one assignment of topics to reference topics.

    Kuhn, 1955, "The Hungarian method for the assignment problem". Utterances in `other` are wrong.

    >>> accuracy(["card", "card", "bill"], ["topic-1", "topic-1", "topic-1"])
    0.6666666666666666
    """
    from scipy.optimize import linear_sum_assignment

    table = _counts(reference, found)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum() / len(reference))


def nmi(reference: Sequence[str], found: Sequence[str]) -> float:
    """Normalised mutual information; `other` counts as one topic."""
    from sklearn.metrics import normalized_mutual_info_score

    return float(normalized_mutual_info_score(reference, found))


def _counts(reference: Sequence[str], found: Sequence[str]) -> npt.NDArray[np.int64]:
    """Contingency table of reference topics and found topics: int64 [reference topics, topics]."""
    names, topics = sorted(set(reference)), sorted(set(found) - {OTHER})
    table = np.zeros((len(names), len(topics)), dtype=np.int64)
    for name, topic in zip(reference, found, strict=True):
        if topic != OTHER:
            table[names.index(name), topics.index(topic)] += 1
    return table


def _encoded(utterances: Sequence[Utterance], encoder: TextEncoder) -> tuple[list[str], Vectors]:
    """The texts in Simplified characters, and their vectors."""
    texts = [simplified(utterance.utterance) for utterance in utterances]
    return texts, encoder.encode(texts)


def issues_and_words(utterances: Sequence[Utterance], *, encoder: TextEncoder) -> tuple[Issues, ReadIssueWords]:
    """The utterances as issues, each of a call with nothing else, and a function that returns their words."""
    texts, vectors = _encoded(utterances, encoder)
    return _issues(texts, vectors, encoder.fingerprint)


def _topics(texts: Sequence[str], vectors: Vectors, encoder: str) -> list[str]:
    """The topic id of each text, `other` for none."""
    issues, words = _issues(texts, vectors, encoder)
    sample = np.sort(np.random.default_rng(0).permutation(len(issues))[:SAMPLE])
    with threadpool_limits(limits=1):
        discovery = discover(issues.take(sample), words=words, finder=GrammarPhrases())
        return list(topics.topics_of(discovery, issues)[0])


def _issues(texts: Sequence[str], vectors: Vectors, encoder: str) -> tuple[Issues, ReadIssueWords]:
    found = [_issue(number, text, vectors[number], encoder) for number, text in enumerate(texts)]

    def words(issues: Issues) -> dict[tuple[str, int], IssueWords]:
        return {key: _issue_words(found[int(key[0])], texts[int(key[0])]) for key in issues.keys}

    return issues_from(found, dates=[Date.min] * len(found)), words


def _topic_ids(numbers: Sequence[int]) -> list[str]:
    """BERTopic's topic numbers as ids; texts in no topic are `other`."""
    return [OTHER if number == NO_TOPIC else str(number) for number in numbers]


def _utterance(line: str, *, where: str) -> Utterance:
    try:
        return Utterance.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "the line"
        raise ConfigError(f"{where}: {field}: {first['msg']}", remedy=f"Write {EXAMPLE}") from error


def _issue(number: int, text: str, vector: npt.NDArray[np.float32], encoder: str) -> Issue:
    """An utterance as the only issue of a call."""
    language = stated_or_guessed_language("", [text])
    return Issue(str(number), 1, 0, (0,), language, "simplified", encoder, vector, hashed(terms([text])))


def _issue_words(issue: Issue, text: str) -> IssueWords:
    quote = TopicQuote(issue.call_id, 0, issue.language, text)
    return IssueWords(issue.language, "simplified", (text,), (), quote)
