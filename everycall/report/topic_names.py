"""Topic names: what the page calls a topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.query import records
from pipeline.language import Translator
from pipeline.topic import OTHER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Name:
    """A name and its language."""

    text: str
    language: str = "en"


TopicNames = Mapping[str, Name]


def read_topic_names(connection: DuckDBPyConnection, translator: Translator) -> TopicNames:
    """The name of each topic by id; where two share a name, the id follows it."""
    rows = records(connection, "select topic_id, name, language from topics order by topic_id")
    often = Counter(row["name"] for row in rows)
    named = {
        row["topic_id"]: Name(
            f"{row['name']} ({row['topic_id']})" if often[row["name"]] > 1 else row["name"] or row["topic_id"],
            row["language"] or "en",
        )
        for row in rows
    }
    return named | {OTHER: Name(translator.gettext("no topic"), translator.tag)}


def name_of(names: TopicNames, topic_id: str) -> Name:
    """The topic's name, or its id without one."""
    return names.get(topic_id) or Name(topic_id)
