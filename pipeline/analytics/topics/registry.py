"""The registry: all topics so far, each with a few exemplars that represent it when no recent issue does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Date  # noqa: N812

from pipeline.analytics.topics.issues import Issues, issues_from
from pipeline.analytics.topics.taxonomy import Taxonomy
from pipeline.enrich.issues import hashed, terms
from pipeline.errors import ConfigError
from pipeline.issue import Issue
from pipeline.ports import TextEncoder
from pipeline.text.chinese_script import simplified, turn_language
from pipeline.topic import OTHER, Topic


@dataclass(frozen=True, slots=True)
class Registry:
    """Topics by id, ended ones included, and the exemplars of those that are still in use."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    exemplars: Mapping[str, Issues] = field(default_factory=dict, repr=False)

    def heir(self, topic_id: str) -> str:
        """Return the topic that its calls belong to now; `other` if its calls went to several topics."""
        seen = set()
        while topic_id in self.topics and not self.topics[topic_id].is_current and topic_id not in seen:
            seen.add(topic_id)
            topic_id = self.topics[topic_id].merged_into or OTHER
        return topic_id


def with_taxonomy(registry: Registry, taxonomy: Taxonomy) -> Registry:
    """Apply names, pins and merges to the registry.

    A topic that was removed from the taxonomy becomes a found topic again, and its merges are undone.
    """
    described = {topic.id: topic for topic in taxonomy.topics}
    merges = taxonomy.merges
    topics = {}
    for topic_id, topic in registry.topics.items():
        if topic_id in merges:
            topics[topic_id] = replace(topic, status="merged", merged_into=merges[topic_id])
        elif topic_id in described:
            topics[topic_id] = replace(
                topic, status="pinned", merged_into="", name=described[topic_id].name or topic.name
            )
        elif topic.status == "pinned" or (topic.status == "merged" and topic_id in registry.exemplars):
            topics[topic_id] = replace(topic, status="found", merged_into="")
        else:
            topics[topic_id] = topic
    return Registry(topics, registry.exemplars)


def with_examples(registry: Registry, taxonomy: Taxonomy, *, encoder: TextEncoder | None) -> Registry:
    """Add the topics that people defined by example sentences.

    Raises ConfigError if there are such topics but no encoder for their sentences.
    """
    made = [topic for topic in taxonomy.topics if topic.examples]
    if not made:
        return registry
    if encoder is None:
        raise ConfigError("the taxonomy defines topics by examples, but there is no encoder to read them")
    topics, exemplars = dict(registry.topics), dict(registry.exemplars)
    for topic in made:
        exemplars[topic.id] = _sentences(topic.examples, encoder)
        language = turn_language(topic.examples[0], call="en")
        named = Topic(topic.id, topic.name or topic.id, language, 0, status="pinned")
        topics[topic.id] = replace(topics.get(topic.id, named), name=named.name, status="pinned", merged_into="")
    return Registry(topics, exemplars)


def _sentences(examples: Sequence[str], encoder: TextEncoder) -> Issues:
    """Return sentences as issues that belong to no call."""
    texts = [simplified(text) for text in examples]
    found = [
        Issue(
            "", number, 0, (), turn_language(text, call="en"), "simplified", encoder.fingerprint, vector,
            hashed(terms([text])),
        )
        for number, (text, vector) in enumerate(zip(texts, encoder.encode(texts), strict=True), 1)
    ]  # fmt: skip
    return issues_from(found, dates=[Date(1970, 1, 1)] * len(found))
