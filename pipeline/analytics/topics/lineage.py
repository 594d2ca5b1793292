"""Lineage: match tonight's groups with the topics of earlier nights, so that an id never changes its meaning.

A group is a known topic if the two overlap enough. When a topic splits, the larger part keeps its id; when topics
merge, the result keeps the id of the larger one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# The least Jaccard overlap of a group and a topic. At a half, no two groups could claim one topic; at a third, a topic
# also survives being split, or merged with a similar one, down the middle.
LEAST_SHARED = 1 / 3
# A topic without a group was merged into another if this share of its issues moved there.
WENT_INTO = 0.5


@dataclass(frozen=True, slots=True)
class Lineage:
    """The topic of each group, None if it is new; and topics that ended, each with the one it merged into, or ""."""

    topics: tuple[str | None, ...]
    gone: Mapping[str, str]


def lineage(
    labels: npt.NDArray[np.intp], known: Sequence[str], *, groups: int, pinned: Collection[str] = ()
) -> Lineage:
    """Match groups with topics one to one, by the issues of a sample.

    Args:
        labels: Tonight's group of each issue [issues].
        known: The earlier topic of each issue [issues], or "".
        groups: Number of groups.
        pinned: Topics that people pinned. Every group that consists mostly of a pinned topic's issues belongs to it.
    """
    names = sorted(set(known) - {""})
    shared = _shared(labels, known, names, groups)
    sizes_of_groups, sizes_of_topics = shared.sum(axis=1), _sizes(known, names)
    found: list[str | None] = [None] * groups
    for group, place in _matched(shared, sizes_of_groups, sizes_of_topics):
        found[group] = names[place]
    for group in range(groups):
        most = int(shared[group].argmax()) if names else 0
        if names and names[most] in pinned and 2 * shared[group, most] > sizes_of_groups[group]:
            found[group] = names[most]
    gone = {}
    for place, name in enumerate(names):
        if name not in found and name not in pinned:
            group = int(shared[:, place].argmax()) if groups else 0
            mostly = bool(groups) and shared[group, place] >= WENT_INTO * sizes_of_topics[place]
            gone[name] = (found[group] or "") if mostly else ""
    return Lineage(tuple(found), gone)


def _matched(
    shared: npt.NDArray[np.int64], groups: npt.NDArray[np.int64], topics: npt.NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return pairs of group and topic by optimal assignment (Kuhn 1955), without those that overlap too little."""
    from scipy.optimize import linear_sum_assignment

    if not shared.size:
        return []
    either = groups[:, np.newaxis] + topics[np.newaxis] - shared
    alike = np.where(shared > 0, shared / np.maximum(either, 1), 0.0)
    rows, columns = linear_sum_assignment(alike, maximize=True)
    return [
        (int(row), int(column)) for row, column in zip(rows, columns, strict=True) if alike[row, column] >= LEAST_SHARED
    ]


def _shared(
    labels: npt.NDArray[np.intp], known: Sequence[str], names: Sequence[str], groups: int
) -> npt.NDArray[np.int64]:
    """Count issues by group and earlier topic: int64 [groups, topics]."""
    places = {name: place for place, name in enumerate(names)}
    table = np.zeros((groups, len(names)), dtype=np.int64)
    for label, name in zip(labels, known, strict=True):
        if label >= 0 and name:
            table[label, places[name]] += 1
    return table


def _sizes(known: Sequence[str], names: Sequence[str]) -> npt.NDArray[np.int64]:
    places = {name: place for place, name in enumerate(names)}
    return np.bincount([places[name] for name in known if name], minlength=len(names)).astype(np.int64)
