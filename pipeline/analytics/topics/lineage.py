"""Lineage: which of tonight's groups is which topic of the nights before, so that an id never changes its meaning.

A group is a known topic when the two share so many of their issues that each is mostly the other. What was one topic
and is now two keeps its id in the larger part; what was two and is now one keeps the id of the larger.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Of the issues that either the group or the topic has, the least share that both must have. At a half no two groups can
# claim a topic; at a third a topic also lives on when it is split, or joined with its like, in the middle.
LEAST_SHARED = 1 / 3
# A topic that is no group any more went into another when this share of its issues did.
WENT_INTO = 0.5


@dataclass(frozen=True, slots=True)
class Lineage:
    """For each group the topic it is, None for a new one; and the topics that are no more, with what they went into."""

    topics: tuple[str | None, ...]
    gone: Mapping[str, str]


def lineage(
    labels: npt.NDArray[np.intp], known: Sequence[str], *, groups: int, pinned: Collection[str] = ()
) -> Lineage:
    """Match groups with topics, one to one, by the issues of a sample: `known` has the topic of each before, or "".

    A pinned topic is what people say it is: every group that is mostly of its issues belongs to it.
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
    """Pairs of group and topic that share most in all (Kuhn, 1955), less those that share too little."""
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
    """How many issues of each group were of each topic: int64 [groups, topics]."""
    places = {name: place for place, name in enumerate(names)}
    table = np.zeros((groups, len(names)), dtype=np.int64)
    for label, name in zip(labels, known, strict=True):
        if label >= 0 and name:
            table[label, places[name]] += 1
    return table


def _sizes(known: Sequence[str], names: Sequence[str]) -> npt.NDArray[np.int64]:
    places = {name: place for place, name in enumerate(names)}
    return np.bincount([places[name] for name in known if name], minlength=len(names)).astype(np.int64)
