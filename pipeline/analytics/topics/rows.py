"""The rows of `topics`: the registry with the exemplars of each topic, and back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from pipeline.analytics.topics.issues import Issues, issues_from
from pipeline.analytics.topics.registry import Registry
from pipeline.issue import Issue
from pipeline.store.parts import Row
from pipeline.store.schemas import made_schema
from pipeline.topic import Topic, TopicQuote

PLAIN = ("topic_id", "name", "language", "status", "merged_into", "found_on", "last_seen_on")


def topics_table(registry: Registry, *, calls: Mapping[str, int], encoder: str) -> pa.Table:
    """Return the rows of all topics, ended ones included, with their numbers of calls; without `part` and `date`."""
    rows = [
        {
            **{name: getattr(topic, name) for name in PLAIN},
            "merged_into": registry.heir(topic_id) if topic.status == "merged" else "",
            "calls": calls.get(topic_id, 0),
            "keywords": list(topic.keywords),
            "examples": list(topic.examples),
            "quotes": [
                {"call_id": quote.call_id, "turn": quote.turn, "language": quote.language, "text": quote.text}
                for quote in topic.quotes
            ],
            "encoder": encoder,
            "exemplars": _exemplar_rows(registry.exemplars.get(topic_id)),
        }
        for topic_id, topic in sorted(registry.topics.items())
    ]
    return pa.Table.from_pylist(rows, schema=made_schema("topics"))


def registry_from_rows(rows: list[Row], *, encoder: str) -> Registry:
    """Read the registry back. Exemplars by another encoder are dropped, while their topics keep their ids."""
    topics = {row["topic_id"]: _topic(row) for row in rows}
    exemplars = {row["topic_id"]: _exemplars(row) for row in rows if row["exemplars"] and row["encoder"] == encoder}
    return Registry(topics, exemplars)


def _topic(row: Row) -> Topic:
    quotes = tuple(TopicQuote(**quote) for quote in row["quotes"] or ())
    plain = {name: row[name] for name in PLAIN}
    return Topic(
        **plain, calls=row["calls"], keywords=tuple(row["keywords"]), examples=tuple(row["examples"]), quotes=quotes
    )


def _exemplar_rows(exemplars: Issues | None) -> list[Row]:
    if exemplars is None:
        return []
    return [
        {
            "call_id": exemplars.call_ids[row],
            "issue": int(exemplars.numbers[row]),
            "date": exemplars.dates[row].item(),
            "turn": int(exemplars.turns[row]),
            "language": exemplars.languages[row],
            "vector": exemplars.vectors[row],
            "terms": exemplars.term_ids[exemplars.offsets[row] : exemplars.offsets[row + 1]].tolist(),
        }
        for row in range(len(exemplars))
    ]


def _exemplars(row: Row) -> Issues:
    rows = row["exemplars"]
    found = [
        Issue(
            each["call_id"], each["issue"], each["turn"], (), each["language"], "simplified", row["encoder"],
            np.asarray(each["vector"], dtype=np.float32), tuple(each["terms"]),
        )
        for each in rows
    ]  # fmt: skip
    return issues_from(found, dates=[each["date"] for each in rows])
