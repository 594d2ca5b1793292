"""Topic names: the words that stand for a topic's id on the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import records
from pipeline.topic import OTHER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called, and in which language."""

    text: str
    language: str = "en"


TopicNames = Mapping[str, Name]


def read_topic_names(connection: DuckDBPyConnection) -> TopicNames:
    """The name of each topic by its id; where two have the same, the id stands behind it, so that none is lost."""
    rows = records(connection, "select topic_id, name, language from topics order by topic_id")
    often = Counter(row["name"] for row in rows)
    named = {
        row["topic_id"]: Name(
            f"{row['name']} ({row['topic_id']})" if often[row["name"]] > 1 else row["name"] or row["topic_id"],
            row["language"] or "en",
        )
        for row in rows
    }
    return named | {OTHER: Name("no topic")}


def name_of(names: TopicNames, topic_id: str) -> Name:
    """The topic's name, or its id where there is none."""
    return names.get(topic_id) or Name(topic_id)
