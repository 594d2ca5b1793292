"""The list of topics in a store, and the taxonomy that people apply to it."""

from __future__ import annotations

from pipeline.analytics.topics.rows import registry_from_rows
from pipeline.analytics.topics.taxonomy import Taxonomy, load_taxonomy
from pipeline.errors import ConfigError
from pipeline.store import Store, open_duckdb
from pipeline.store.taxonomy_file import write_taxonomy_text
from pipeline.topic import Topic


def listed_topics(store: Store, *, every: bool = False) -> list[Topic]:
    """Return topics in use that have calls, the largest first; with `every`, ended and empty ones too."""
    topics = [topic for topic in _topics(store).values() if every or (topic.is_current and topic.calls)]
    return sorted(topics, key=lambda topic: (-topic.calls, topic.topic_id))


def apply_taxonomy(store: Store, text: str, *, source: str) -> Taxonomy:
    """Check a taxonomy against the topics of a store, and write it there.

    Raises:
        ConfigError: The text is not a taxonomy, or names a topic that does not exist.
        StoreError: The store cannot be read or written.
    """
    taxonomy = load_taxonomy(text, source=source)
    known = set(_topics(store))
    own = {topic.id for topic in taxonomy.topics if topic.examples}
    asked = [name for topic in taxonomy.topics for name in (topic.id, *topic.merge, topic.split_from) if name]
    unknown = sorted(set(asked) - known - own)
    if unknown:
        remedy = "`everycall topics list --all` has the ids; a topic of your own needs `examples`"
        raise ConfigError(f"{source}: there is no topic {', '.join(unknown)}", remedy=remedy)
    write_taxonomy_text(store, text)
    return taxonomy


def _topics(store: Store) -> dict[str, Topic]:
    with open_duckdb(store, tables=("topics",)) as connection:
        rows = connection.sql("select * from topics order by topic_id").to_arrow_table().to_pylist()
    return dict(registry_from_rows(rows, encoder="").topics)
