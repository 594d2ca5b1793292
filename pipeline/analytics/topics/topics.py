"""Topics: what customers call about, found over all calls without a list of topics to start from.

Each night the issues of late are grouped anew, from a sample, and the groups are matched with the topics known so far:
what was found before keeps its id, what is new gets one. The same issues give the same groups in any order, so that a
month night by night ends with the groups of a month at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Date  # noqa: N812
from functools import reduce

import numpy as np
import numpy.typing as npt

from pipeline.analytics.topics.clusters import LEAST_LIKENESS, NO_GROUP, Clusters, Judged, cluster
from pipeline.analytics.topics.issue_words import ReadIssueWords
from pipeline.analytics.topics.issues import Issues, joined
from pipeline.analytics.topics.lineage import lineage
from pipeline.analytics.topics.naming import keywords_of, language_of, name_of
from pipeline.analytics.topics.phrases import PhraseFinder, spelled
from pipeline.analytics.topics.registry import Registry
from pipeline.analytics.topics.similarity import Similarity
from pipeline.topic import OTHER, Topic

# With so few issues every one is worth a line. With more, a topic has at least a sixth of the root of all: 2 of 100,
# 9 of 3,000. docs/quality.md says how that was chosen.
FEW_ISSUES = 20
ROOT_SHARE = 6
# Issues that are grouped; all others are judged by the groups.
SAMPLE = 3_000
EXAMPLES = 3
NAMED_BY = 30
# Half of a topic's exemplars are of the night it was found, so that it cannot drift away from what it meant.
FOUNDING_EXEMPLARS, LATE_EXEMPLARS = 6, 6


@dataclass(frozen=True, slots=True)
class Discovery:
    """The topics as they stand, and how any issue is given one.

    `of_group` has the topic of each group. `apart` are topics by their own exemplars: those that people made or pinned
    and that are no group; `apart_from` names for each the only topic that it may take issues from, "" for any.
    """

    registry: Registry
    clusters: Clusters = field(repr=False)
    of_group: tuple[str, ...]
    apart: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    apart_means: Similarity | None = field(default=None, repr=False)


def fewest_issues(sampled: int) -> int:
    """How many issues make a topic, among so many."""
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

    `before` has the topic of each sampled issue as of the last night, "" where it is new or was in none. `split_from`
    names topics that people made by examples, which stand in the registry, with the topic they are split off from.
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
    """The topic of each issue, `other` for none, and how near it is to that topic's middle."""
    placed = discovery.clusters.space.place(issues)
    judged = discovery.clusters.judge(placed)
    names = np.array([*discovery.of_group, OTHER], dtype=object)
    found = names[judged.labels]
    nearness = np.zeros(len(issues), dtype=np.float32)
    grouped = judged.labels != NO_GROUP
    nearness[grouped] = judged.closeness[np.flatnonzero(grouped), judged.labels[grouped]]
    if discovery.apart_means is not None:
        closeness = placed.with_means(discovery.apart_means)
        for place, (name, source) in enumerate(zip(discovery.apart, discovery.apart_from, strict=True)):
            nearer = (closeness[:, place] >= LEAST_LIKENESS) & (closeness[:, place] > nearness)
            taken = nearer & ((found == source) if source else np.ones(len(issues), dtype=bool))
            found[taken], nearness[taken] = name, closeness[taken, place]
    heirs = {name: discovery.registry.heir(name) for name in set(found.tolist())}
    return np.array([heirs[name] for name in found], dtype=object), nearness


def _resting(known: Registry, before: Collection[str], *, without: Collection[str]) -> list[str]:
    """Topics of which no issue is in the sample: their exemplars stand for them, so that they can come back."""
    out = set(before) | set(without)
    return [name for name in sorted(known.exemplars) if known.topics[name].stands and name not in out]


def _new_id(sample: Issues, members: npt.NDArray[np.bool_]) -> str:
    """The hash of the issues in it: the same group has the same id, whatever else was found beside it."""
    keys = sorted(f"{call_id}#{number}" for call_id, number in sample.take(np.flatnonzero(members)).keys)
    return f"t-{hashlib.sha256(chr(10).join(keys).encode()).hexdigest()[:10]}"


def _last_day(issues: Issues) -> Date | None:
    return issues.dates.max().item() if len(issues) else None


def _typical(judged: Judged, groups: Sequence[int]) -> npt.NDArray[np.intp]:
    """The rows of these groups, the most typical first."""
    rows = np.flatnonzero(np.isin(judged.labels, groups))
    return rows[np.argsort(-judged.closeness[rows, judged.labels[rows]], kind="stable")]


def _groups_of(of_group: Sequence[str]) -> dict[str, list[int]]:
    """The groups of each topic; a pinned one may have several."""
    found: dict[str, list[int]] = {}
    for group, name in enumerate(of_group):
        found.setdefault(name, []).append(group)
    return found


def _exemplars(known: Registry, sample: Issues, judged: Judged, of_group: Sequence[str]) -> dict[str, Issues]:
    exemplars = dict(known.exemplars)
    for name, groups in _groups_of(of_group).items():
        late = sample.take(_typical(judged, groups)[:LATE_EXEMPLARS])
        first = exemplars.get(name)
        if first is None:
            first = sample.take(_typical(judged, groups)[:FOUNDING_EXEMPLARS])
        first = first.take(np.arange(min(len(first), FOUNDING_EXEMPLARS)))
        new = [row for row, key in enumerate(late.keys) if key not in set(first.keys)]
        exemplars[name] = joined(first, late.take(np.array(new, dtype=np.intp)))
    return exemplars


def _described(
    registry: Registry,
    sample: Issues,
    judged: Judged,
    of_group: Sequence[str],
    *,
    words: ReadIssueWords,
    finder: PhraseFinder,
) -> Registry:
    """The registry with the days on which topics were last seen, and with names and quotes for those that grow."""
    topics = dict(registry.topics)
    rows = {name: _typical(judged, groups) for name, groups in _groups_of(of_group).items()}
    for name, members in rows.items():
        topics[name] = replace(topics[name], last_seen_on=_last_day(sample.take(members)))
    unnamed = [name for name in rows if topics[name].calls < NAMED_BY]
    asked = [sample.take(rows[name][:NAMED_BY]) for name in unnamed]
    said = words(reduce(joined, asked, sample.take(np.zeros(0, np.intp))))
    heard = [[said[key] for key in each.keys if key in said] for each in asked]
    for name, normalized_turns, found in zip(unnamed, heard, keywords_of(heard, finder), strict=True):
        language = language_of(normalized_turns)
        taken = {topic.name for topic in topics.values() if topic.stands and topic.topic_id != name}
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
    """The discovery with the topics that are no group: pinned ones without issues of late, and those by examples."""
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
