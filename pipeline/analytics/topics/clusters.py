"""Clusters: issues about the same thing, found without being told how many things there are.

Average linkage over a sample gives the groups; where there are enough calls, a logistic head learns them and judges
every issue anew, which mends what the linkage did in the wrong order and lets small groups go into those they resemble.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.analytics.topics.issues import Issues
from pipeline.analytics.topics.similarity import WORDS_WEIGHT, Similarity, Space, space_of

# Issues whose mean likeness is below this are not one group. Chosen on training calls of different topics: among
# 10,000 pairs of them, 20 meet in one group.
LEAST_LIKENESS = 0.22
STRAY_LIKENESS = 0.05
WORD_DIMENSIONS = 100
LEARNING_ROUNDS = 5
FEWEST_TO_LEARN = 3
HEAD_C = 1.5
NO_GROUP = -1

Labels = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judged:
    """A group number an issue, `NO_GROUP` for what resembles nothing, and its mean likeness with every group."""

    labels: Labels
    closeness: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Groups that were found in a sample, by which any issue can be judged. `sample` says what the sample's are."""

    space: Space = field(repr=False)
    sample: Judged
    means: Similarity = field(repr=False)
    head: Callable[[Similarity], Labels] | None = field(repr=False)

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.means)

    def judge(self, placed: Similarity) -> Judged:
        """The group of each of these issues, whether or not they are in the sample, as `space` places them."""
        if not self.groups:
            return Judged(np.full(len(placed), NO_GROUP, dtype=np.intp), np.zeros((len(placed), 0), np.float32))
        closeness = placed.with_means(self.means)
        if self.head is None:
            labels = np.where(closeness.max(axis=1) >= LEAST_LIKENESS, closeness.argmax(axis=1), NO_GROUP)
            return Judged(labels.astype(np.intp), closeness)
        labels = self.head(placed)
        near = closeness[np.arange(len(placed)), labels] >= STRAY_LIKENESS
        return Judged(np.where(near, labels, NO_GROUP).astype(np.intp), closeness)


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a fit begins."""

    coef_: Floats = field(repr=False)
    intercept_: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fit:
    """A head and the groups that it knows; without a head there is one group at most, and it is everybody's."""

    groups: Labels
    head: Any = field(repr=False)

    def judge(self, features: Floats) -> Labels:
        """The group of each row."""
        if self.head is None:
            return np.full(len(features), self.groups[0] if len(self.groups) else NO_GROUP, dtype=np.intp)
        return np.asarray(self.head.predict(features), dtype=np.intp)


def cluster(sample: Issues, *, fewest: int) -> Clusters:
    """The groups of at least so many issues in a sample."""
    space = space_of(sample)
    placed = space.place(sample)
    labels = _without_small(_linked(placed), fewest=fewest)
    head = None
    if fewest >= FEWEST_TO_LEARN and labels.max(initial=NO_GROUP) > 0:
        press = _press(placed)
        features = press(placed)
        learned, found = _learned(features, labels)
        labels = _without_small(_strays_out(placed, learned), fewest=fewest)
        fit = _fit(features, labels, start=_renumbered(found, learned, labels))
        head = _judging(press, fit)
    means = placed.means(labels, int(labels.max(initial=NO_GROUP)) + 1)
    return Clusters(space, Judged(labels, placed.with_means(means)), means, head)


def _judging(press: Callable[[Similarity], Floats], fit: Fit) -> Callable[[Similarity], Labels]:
    return lambda others: fit.judge(press(others))


def _linked(placed: Similarity) -> Labels:
    from scipy.cluster.hierarchy import average, fcluster
    from scipy.spatial.distance import squareform

    if len(placed) < 2:
        return np.zeros(len(placed), dtype=np.intp)
    rows = np.arange(len(placed))
    distances = np.clip(1.0 - placed.between(rows, rows), 0.0, 2.0)
    np.fill_diagonal(distances, 0.0)
    tree = average(squareform(distances, checks=False))
    return np.asarray(fcluster(tree, 1.0 - LEAST_LIKENESS, criterion="distance"), dtype=np.intp)


def _without_small(labels: Labels, *, fewest: int) -> Labels:
    """Groups numbered anew, the largest first and else by their first issue; those of too few issues dissolved."""
    groups, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    found = sorted(zip(-sizes, first, groups, strict=True))
    kept = [group for size, _, group in found if group != NO_GROUP and -size >= fewest]
    numbers = {group: number for number, group in enumerate(kept)}
    return np.array([numbers.get(label, NO_GROUP) for label in labels], dtype=np.intp)


def _learned(features: Floats, labels: Labels) -> tuple[Labels, Fit]:
    """The labels from a head that was fitted on them, until they settle, and the last fit."""
    found = _fit(features, labels)
    for round_number in range(LEARNING_ROUNDS):
        found = _fit(features, labels, start=found) if round_number else found
        judged = _dissolved(found.judge(features), fewest=FEWEST_TO_LEARN)
        settled = bool((judged == labels).all())
        labels = judged
        if settled or labels.max(initial=NO_GROUP) < 1:
            break
    return labels, found


def _dissolved(labels: Labels, *, fewest: int) -> Labels:
    """The labels without the groups of too few issues."""
    sizes = np.bincount(labels[labels != NO_GROUP], minlength=1)
    return np.where((labels != NO_GROUP) & (sizes[labels] >= fewest), labels, NO_GROUP).astype(np.intp)


def _strays_out(placed: Similarity, labels: Labels) -> Labels:
    """A head judges every issue, even one that resembles nothing: those leave their group."""
    groups = int(labels.max(initial=NO_GROUP)) + 1
    if not groups:
        return labels
    alike = placed.with_means(placed.means(labels, groups))[np.arange(len(labels)), np.maximum(labels, 0)]
    return np.where(alike >= STRAY_LIKENESS, labels, NO_GROUP).astype(np.intp)


def _renumbered(found: Fit, before: Labels, after: Labels) -> Fit | None:
    """The fit under the numbers that its groups have now; None where the last fit does not know them all."""
    if found.head is None or after.max(initial=NO_GROUP) < 2:
        return None
    numbers = np.array([before[np.flatnonzero(after == group)[0]] for group in range(after.max() + 1)])
    if not np.isin(numbers, found.groups).all():
        return None
    rows = np.searchsorted(found.groups, numbers)
    return Fit(np.arange(len(numbers)), _Start(found.head.coef_[rows], found.head.intercept_[rows]))


def _fit(features: Floats, labels: Labels, *, start: Fit | None = None) -> Fit:
    """A logistic head on the labelled ones; begun where another ended, it is there in a few steps."""
    from sklearn.linear_model import LogisticRegression

    labelled = labels != NO_GROUP
    groups = np.unique(labels[labelled])
    if len(groups) < 2:
        return Fit(groups, None)
    head = LogisticRegression(C=HEAD_C, max_iter=300, warm_start=True)
    if start is not None and start.head is not None and len(groups) > 2 and set(groups) <= set(start.groups):
        rows = np.searchsorted(start.groups, groups)
        head.coef_, head.intercept_, head.classes_ = start.head.coef_[rows], start.head.intercept_[rows], groups
    return Fit(groups, head.fit(features[labelled], labels[labelled]))


def _press(placed: Similarity) -> Callable[[Similarity], Floats]:
    """Meaning beside shared words, pressed into a hundred dimensions; gives float32 [issues, features]."""
    from sklearn.decomposition import TruncatedSVD

    size = min(WORD_DIMENSIONS, min(placed.words.shape) - 1)
    pressing: Any = TruncatedSVD(size, random_state=0).fit(placed.words) if size >= 1 else None

    def raw(issues: Similarity) -> Floats:
        if pressing is None:
            return issues.meanings
        pressed = pressing.transform(issues.words)
        lengths = np.linalg.norm(pressed, axis=1, keepdims=True)
        return np.hstack([issues.meanings, WORDS_WEIGHT**0.5 * pressed / np.where(lengths > 0, lengths, 1.0)])

    middle = raw(placed).mean(axis=0)

    def features(issues: Similarity) -> Floats:
        joined = raw(issues) - middle
        return np.asarray(joined / np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    return features
