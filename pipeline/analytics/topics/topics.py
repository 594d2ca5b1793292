"""Topics: what customers call about, discovered over all calls without a predefined list.

Each night a sample of recent issues is clustered, and the groups are matched with the known topics: a topic found again
keeps its id, a new one gets a new id. The same issues give the same groups in any order, so a month processed night by
night ends with the groups of a month processed at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Date  # noqa: N812
from functools import reduce

import numpy as np
import numpy.typing as npt

from pipeline.analytics.topics.clusters import LEAST_SIMILARITY, NO_GROUP, Assignment, Clusters, cluster
from pipeline.analytics.topics.issue_words import ReadIssueWords
from pipeline.analytics.topics.issues import Issues, joined
from pipeline.analytics.topics.lineage import lineage
from pipeline.analytics.topics.naming import keywords_of, name_of, topic_language
from pipeline.analytics.topics.phrases import PhraseFinder, spelled
from pipeline.analytics.topics.registry import Registry
from pipeline.analytics.topics.similarity import Similarity
from pipeline.topic import OTHER, Topic

# Up to this many issues, each may be a topic. With more, a topic needs a sixth of the square root of their number: 2 of
# 100, 9 of 3,000. docs/quality.md explains the choice.
FEW_ISSUES = 20
ROOT_SHARE = 6
# Issues that are clustered; all others are assigned to the groups.
SAMPLE = 3_000
EXAMPLES = 3
NAMED_BY = 30
# Half of a topic's exemplars stay those of its first night, so that its meaning cannot drift.
FOUNDING_EXEMPLARS, LATE_EXEMPLARS = 6, 6


@dataclass(frozen=True, slots=True)
class Discovery:
    """The topics of a night, and how any issue is assigned to one.

    Attributes:
        registry: All topics.
        clusters: The groups.
        of_group: The topic of each group.
        apart: Topics without a group, defined by exemplars: made or pinned by people.
        apart_from: For each of these, the only topic it may take issues from; "" for any.
        apart_means: Their mean vectors.
    """

    registry: Registry
    clusters: Clusters = field(repr=False)
    of_group: tuple[str, ...]
    apart: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    apart_means: Similarity | None = field(default=None, repr=False)


def fewest_issues(sampled: int) -> int:
    """Return how many issues make a topic in a sample of this size.

    >>> fewest_issues(3_000)
    9
    """
    return 1 if sampled <= FEW_ISSUES else max(2, round(sampled**0.5 / ROOT_SHARE))


def discover(
    sample: Issues,
    *,
    words: ReadIssueWords,
    finder: PhraseFinder,
    known: Registry | None = None,
    before: Sequence[str] = (),
    split_from: dict[str, str] | None = None,
) -> Discovery:
    """Find the topics of a sample.

    Args:
        sample: The issues to cluster.
        words: Reads the words of issues, for names and quotes.
        finder: Extracts candidate names.
        known: Topics of earlier nights.
        before: The last topic of each sampled issue, "" if it is new or had none.
        split_from: Topics of the registry that people defined by examples, with the topic each is split off from.
    """
    known = known or Registry()
    made = split_from or {}
    before = [known.heir(name) if name else "" for name in before] or [""] * len(sample)
    resting = _resting(known, before, without=made)
    whole, topic_before = sample, ["" if name == OTHER else name for name in before]
    for name in resting:
        whole = joined(whole, known.exemplars[name])
        topic_before += [name] * len(known.exemplars[name])
    clusters = cluster(whole, fewest=fewest_issues(len(sample)))
    pinned = [name for name, topic in known.topics.items() if topic.status == "pinned" and name not in made]
    ancestry = lineage(clusters.sample.labels, topic_before, groups=clusters.groups, pinned=pinned)
    of_group = [name or _new_id(whole, clusters.sample.labels == group) for group, name in enumerate(ancestry.topics)]
    topics = dict(known.topics)
    for name, heir in ancestry.gone.items():
        topics[name] = replace(topics[name], status="merged" if heir else "retired", merged_into=heir)
    for name in of_group:
        topics.setdefault(name, Topic(name, "", "", 0, found_on=_last_day(whole)))
    registry = Registry(topics, _exemplars(known, whole, clusters.sample, of_group))
    registry = _described(registry, whole, clusters.sample, of_group, words=words, finder=finder)
    return _with_topics_apart(Discovery(registry, clusters, tuple(of_group)), made)


def topics_of(discovery: Discovery, issues: Issues) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float32]]:
    """Return the topic of each issue, or `other`, and its mean similarity to that topic."""
    placed = discovery.clusters.space.place(issues)
    assignment = discovery.clusters.assign(placed)
    names = np.array([*discovery.of_group, OTHER], dtype=object)
    found = names[assignment.labels]
    nearness = np.zeros(len(issues), dtype=np.float32)
    grouped = assignment.labels != NO_GROUP
    nearness[grouped] = assignment.closeness[np.flatnonzero(grouped), assignment.labels[grouped]]
    if discovery.apart_means is not None:
        closeness = placed.with_means(discovery.apart_means)
        for place, (name, source) in enumerate(zip(discovery.apart, discovery.apart_from, strict=True)):
            nearer = (closeness[:, place] >= LEAST_SIMILARITY) & (closeness[:, place] > nearness)
            taken = nearer & ((found == source) if source else np.ones(len(issues), dtype=bool))
            found[taken], nearness[taken] = name, closeness[taken, place]
    heirs = {name: discovery.registry.heir(name) for name in set(found.tolist())}
    return np.array([heirs[name] for name in found], dtype=object), nearness


def _resting(known: Registry, before: Collection[str], *, without: Collection[str]) -> list[str]:
    """Return topics without an issue in the sample; their exemplars join it, so that they can be found again."""
    out = set(before) | set(without)
    return [name for name in sorted(known.exemplars) if known.topics[name].is_current and name not in out]


def _new_id(sample: Issues, members: npt.NDArray[np.bool_]) -> str:
    """Hash the issues of a group, so that the same group has the same id whatever other groups were found."""
    keys = sorted(f"{call_id}#{number}" for call_id, number in sample.take(np.flatnonzero(members)).keys)
    return f"t-{hashlib.sha256(chr(10).join(keys).encode()).hexdigest()[:10]}"


def _last_day(issues: Issues) -> Date | None:
    return issues.dates.max().item() if len(issues) else None


def _typical(assignment: Assignment, groups: Sequence[int]) -> npt.NDArray[np.intp]:
    """Return the rows of these groups, the most typical first."""
    rows = np.flatnonzero(np.isin(assignment.labels, groups))
    return rows[np.argsort(-assignment.closeness[rows, assignment.labels[rows]], kind="stable")]


def _groups_of(of_group: Sequence[str]) -> dict[str, list[int]]:
    """Return the groups of each topic; a pinned topic may have several."""
    found: dict[str, list[int]] = {}
    for group, name in enumerate(of_group):
        found.setdefault(name, []).append(group)
    return found


def _exemplars(known: Registry, sample: Issues, assignment: Assignment, of_group: Sequence[str]) -> dict[str, Issues]:
    exemplars = dict(known.exemplars)
    for name, groups in _groups_of(of_group).items():
        late = sample.take(_typical(assignment, groups)[:LATE_EXEMPLARS])
        first = exemplars.get(name)
        if first is None:
            first = sample.take(_typical(assignment, groups)[:FOUNDING_EXEMPLARS])
        first = first.take(np.arange(min(len(first), FOUNDING_EXEMPLARS)))
        new = [row for row, key in enumerate(late.keys) if key not in set(first.keys)]
        exemplars[name] = joined(first, late.take(np.array(new, dtype=np.intp)))
    return exemplars


def _described(
    registry: Registry,
    sample: Issues,
    assignment: Assignment,
    of_group: Sequence[str],
    *,
    words: ReadIssueWords,
    finder: PhraseFinder,
) -> Registry:
    """Set the day each topic was last seen, and the names and quotes of topics that have few calls so far."""
    topics = dict(registry.topics)
    rows = {name: _typical(assignment, groups) for name, groups in _groups_of(of_group).items()}
    for name, members in rows.items():
        topics[name] = replace(topics[name], last_seen_on=_last_day(sample.take(members)))
    unnamed = [name for name in rows if topics[name].calls < NAMED_BY]
    asked = [sample.take(rows[name][:NAMED_BY]) for name in unnamed]
    said = words(reduce(joined, asked, sample.take(np.zeros(0, np.intp))))
    heard = [[said[key] for key in each.keys if key in said] for each in asked]
    for name, normalized_turns, found in zip(unnamed, heard, keywords_of(heard, finder), strict=True):
        language = topic_language(normalized_turns)
        taken = {topic.name for topic in topics.values() if topic.is_current and topic.topic_id != name}
        own = topics[name].name if topics[name].status == "pinned" else ""
        quoted = [wording.quote for wording in normalized_turns if wording.quote.text]
        topics[name] = replace(
            topics[name],
            name=own or name_of(found, language, taken=taken),
            language=language,
            keywords=tuple(spelled(word.phrase) for word in found),
            examples=tuple(dict.fromkeys(str(call_id) for call_id in sample.call_ids[rows[name]]))[:EXAMPLES],
            quotes=tuple(
                quote for each in ("en", "zh") for quote in [q for q in quoted if q.language == each][:EXAMPLES]
            ),
        )
    return Registry(topics, registry.exemplars)


def _with_topics_apart(discovery: Discovery, made: dict[str, str]) -> Discovery:
    """Add the topics without a group: pinned ones without recent issues, and those defined by examples."""
    registry = discovery.registry
    names = sorted(
        name
        for name, topic in registry.topics.items()
        if topic.status == "pinned" and name in registry.exemplars and (name in made or name not in discovery.of_group)
    )
    if not names or not discovery.clusters.groups:
        return discovery
    whole = registry.exemplars[names[0]]
    for name in names[1:]:
        whole = joined(whole, registry.exemplars[name])
    labels = np.repeat(np.arange(len(names)), [len(registry.exemplars[name]) for name in names])
    means = discovery.clusters.space.place(whole).means(labels, len(names))
    return replace(
        discovery, apart=tuple(names), apart_from=tuple(made.get(name, "") for name in names), apart_means=means
    )
