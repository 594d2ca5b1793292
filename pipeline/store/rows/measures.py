"""Rows of the measures over all calls: topics, the calls' topics, repeats."""

from __future__ import annotations

from pipeline.repeat import Repeat
from pipeline.store.parts import Row
from pipeline.topic import CallTopic, Topic


def topic_row(topic: Topic) -> Row:
    """The row of `topics`."""
    return {
        "topic_id": topic.topic_id,
        "name": topic.name,
        "language": topic.language,
        "calls": topic.calls,
        "keywords": list(topic.keywords),
        "examples": list(topic.examples),
    }


def topic_from_row(row: Row) -> Topic:
    """One topic back."""
    keywords, examples = tuple(row["keywords"]), tuple(row["examples"])
    return Topic(row["topic_id"], row["name"], row["language"], row["calls"], keywords, examples)


def call_topic_row(call_topic: CallTopic) -> Row:
    """The row of `call_topics`; its date is the partition."""
    return {
        "call_id": call_topic.call_id,
        "topic_id": call_topic.topic_id,
        "similarity": call_topic.similarity,
        "turn": call_topic.turn,
    }


def call_topic_from_row(row: Row) -> CallTopic:
    """One call's topic back."""
    return CallTopic(row["call_id"], row["date"].isoformat(), row["topic_id"], row["similarity"], row["turn"])


def repeat_row(repeat: Repeat) -> Row:
    """The row of `repeats`; its date is the partition."""
    return {
        "call_id": repeat.call_id,
        "method": repeat.method,
        "customer_id": repeat.customer_id,
        "earlier_call_id": repeat.earlier_call_id,
        "days_between": repeat.days_between,
        "similarity": repeat.similarity,
    }


def repeat_from_row(row: Row) -> Repeat:
    """One repeat back."""
    return Repeat(
        call_id=row["call_id"],
        date=row["date"].isoformat(),
        method=row["method"],
        customer_id=row["customer_id"],
        earlier_call_id=row["earlier_call_id"],
        days_between=row["days_between"],
        similarity=row["similarity"],
    )
