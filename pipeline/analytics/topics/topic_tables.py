"""The tables of topics: the topic of each issue, and the registry of all topics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.analytics.measure.working_tables import registered, replace_table
from pipeline.analytics.topics.issue_words import StoredIssueWords
from pipeline.analytics.topics.issues import Issues, read_issues
from pipeline.analytics.topics.phrases import PhraseFinder
from pipeline.analytics.topics.registry import Registry, with_examples, with_taxonomy
from pipeline.analytics.topics.rows import registry_from_rows, topics_table
from pipeline.analytics.topics.taxonomy import Taxonomy
from pipeline.analytics.topics.topics import SAMPLE, Discovery, discover, topics_of
from pipeline.concurrency.prefetch import prefetch
from pipeline.ports import TextEncoder

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ISSUES_AT_ONCE = 20_000


def find_topic_tables(
    connection: DuckDBPyConnection,
    *,
    since: Date | None,
    taxonomy: Taxonomy,
    finder: PhraseFinder,
    encoder: TextEncoder | None = None,
) -> dict[str, pa.Table]:
    """Find topics, and replace the tables `call_topics` and `topics` on the connection.

    Args:
        connection: An open store with the newest rows of `issues` and `turns`.
        since: The first day whose issues get a topic; None for all.
        taxonomy: Names, pins, merges and examples that people gave.
        finder: Reads candidate names off texts.
        encoder: Encodes the example sentences of the taxonomy.

    Returns:
        The rows of `call_topics` since that day, and all rows of `topics`.

    Raises:
        ConfigError: The taxonomy has examples and there is no encoder.
    """
    encoded_by = _encoded_by(connection, since)
    known = with_taxonomy(_registry(connection, encoded_by), taxonomy)
    known = with_examples(known, taxonomy, encoder=encoder)
    sample = _sample(connection, since, encoder=encoded_by)
    discovery = discover(
        sample,
        words=StoredIssueWords(connection),
        finder=finder,
        known=known,
        before=_topics_before(connection, sample),
        split_from={topic.id: topic.split_from for topic in taxonomy.topics if topic.examples},
    )
    found = pa.concat_tables(
        [_call_topics(discovery, issues) for issues in _batches(connection, since, encoder=encoded_by)]
    )
    replace_table(connection, "call_topics", found, since=since)
    _inherit(connection, discovery.registry)
    calls = dict(
        connection.execute("select topic_id, count(distinct call_id) from call_topics group by topic_id").fetchall()
    )
    topics = topics_table(discovery.registry, calls=calls, encoder=encoded_by)
    replace_table(connection, "topics", topics)
    return {"call_topics": found, "topics": topics}


def _inherit(connection: DuckDBPyConnection, registry: Registry) -> None:
    """Move earlier calls of merged topics to the topics they were merged into, as the stored view does too."""
    merged = [(name, registry.heir(name)) for name, topic in registry.topics.items() if topic.status == "merged"]
    for name, heir in sorted(merged):
        connection.execute("update call_topics set topic_id = ? where topic_id = ?", [heir, name])


def _encoded_by(connection: DuckDBPyConnection, since: Date | None) -> str:
    """Return the encoder of most issues since a day, of all days if there are none since; "" without any issue."""
    found = connection.execute(
        """select encoder from issues where date >= coalesce($1, date)
        group by encoder order by count(*) desc, encoder limit 1""",
        [since],
    ).fetchall()
    if found or since is None:
        return str(found[0][0]) if found else ""
    return _encoded_by(connection, None)


def _registry(connection: DuckDBPyConnection, encoder: str) -> Registry:
    rows = connection.sql("select * exclude (part, date) from topics order by topic_id").to_arrow_table()
    return registry_from_rows(rows.to_pylist(), encoder=encoder)


def _sample(connection: DuckDBPyConnection, since: Date | None, *, encoder: str) -> Issues:
    """Read the issues with the smallest hashes, so that the same calls give the same sample in any order."""
    drawn = connection.sql(
        """select call_id, issue from issues where date >= coalesce($1, date)
        order by md5(call_id || '#' || issue), call_id, issue limit $2""",
        params=[since, SAMPLE],
    ).to_arrow_table()
    where = "date >= coalesce(?, date) and (call_id, issue) in (select (call_id, issue) from drawn)"
    with registered(connection, drawn=drawn):
        return read_issues(connection, where, [since], encoder=encoder)


def _topics_before(connection: DuckDBPyConnection, sample: Issues) -> list[str]:
    keys = pa.table({"call_id": sample.call_ids.tolist(), "issue": sample.numbers})
    with registered(connection, sampled=keys):
        rows = connection.execute(
            "select call_id, issue, topic_id from call_topics semi join sampled using (call_id, issue)"
        ).fetchall()
    before = {(call_id, issue): topic for call_id, issue, topic in rows}
    return [before.get(key, "") for key in sample.keys]


def _batches(connection: DuckDBPyConnection, since: Date | None, *, encoder: str) -> Iterator[Issues]:
    """Yield all issues since a day, some days at a time, reading ahead; one empty batch if there are none."""
    days = connection.execute(
        "select date, count(*) from issues where date >= coalesce($1, date) group by date order by date", [since]
    ).fetchall()
    spans: list[list[Date]] = [[]]
    held = 0
    for day, count in days:
        if held and held + count > ISSUES_AT_ONCE:
            spans.append([])
            held = 0
        spans[-1].append(day)
        held += count

    def of(span: list[Date]) -> Issues:
        return read_issues(connection, "list_contains(?::date[], date)", [span], encoder=encoder)

    return prefetch(of, spans, threads=1)


def _call_topics(discovery: Discovery, issues: Issues) -> pa.Table:
    names, nearness = topics_of(discovery, issues)
    return pa.table(
        {
            "date": pa.array(issues.dates.astype("datetime64[D]"), pa.date32()),
            "call_id": pa.array(issues.call_ids.tolist(), pa.string()),
            "issue": pa.array(issues.numbers, pa.int32()),
            "topic_id": pa.array(names.tolist(), pa.string()),
            "similarity": pa.array(np.round(nearness.astype(np.float64), 4), pa.float64()),
            "turn": pa.array(issues.turns, pa.int32()),
        }
    )
