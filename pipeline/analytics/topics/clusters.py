"""Clusters: groups of issues about the same thing, without a given number of groups.

Average linkage over a sample finds the groups. With enough calls a logistic head then learns them and reassigns every
issue, which corrects early merges of the linkage and moves small groups into similar larger ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.analytics.topics.issues import Issues
from pipeline.analytics.topics.similarity import WORDS_WEIGHT, Similarity, Space, space_of

# Groups with a mean similarity below this are not merged. Chosen on training calls: of 10,000 pairs of calls about
# different topics, 20 end up in one group.
LEAST_SIMILARITY = 0.22
STRAY_SIMILARITY = 0.05
WORD_DIMENSIONS = 100
LEARNING_ROUNDS = 5
FEWEST_TO_LEARN = 3
HEAD_C = 1.5
NO_GROUP = -1

Labels = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The group of each issue [issues], `NO_GROUP` if it resembles none, and its mean similarity to each group.

    `closeness` is float32 [issues, groups].
    """

    labels: Labels
    closeness: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Groups found in a sample, to which any issue can be assigned. `sample` is the assignment of the sample itself."""

    space: Space = field(repr=False)
    sample: Assignment
    means: Similarity = field(repr=False)
    head: Callable[[Similarity], Labels] | None = field(repr=False)

    @property
    def groups(self) -> int:
        """The number of groups."""
        return len(self.means)

    def assign(self, placed: Similarity) -> Assignment:
        """Assign issues, in the sample or not, as placed by `space`."""
        if not self.groups:
            return Assignment(np.full(len(placed), NO_GROUP, dtype=np.intp), np.zeros((len(placed), 0), np.float32))
        closeness = placed.with_means(self.means)
        if self.head is None:
            labels = np.where(closeness.max(axis=1) >= LEAST_SIMILARITY, closeness.argmax(axis=1), NO_GROUP)
            return Assignment(labels.astype(np.intp), closeness)
        labels = self.head(placed)
        near = closeness[np.arange(len(placed)), labels] >= STRAY_SIMILARITY
        return Assignment(np.where(near, labels, NO_GROUP).astype(np.intp), closeness)


@dataclass(frozen=True, slots=True)
class _Start:
    """Coefficients from which a fit starts."""

    coef_: Floats = field(repr=False)
    intercept_: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fit:
    """A head and the groups it knows. Without a head there is at most one group, which takes every issue."""

    groups: Labels
    head: Any = field(repr=False)

    def predict(self, features: Floats) -> Labels:
        """Return the group of each row [issues]."""
        if self.head is None:
            return np.full(len(features), self.groups[0] if len(self.groups) else NO_GROUP, dtype=np.intp)
        return np.asarray(self.head.predict(features), dtype=np.intp)


def cluster(sample: Issues, *, fewest: int) -> Clusters:
    """Find the groups of at least `fewest` issues in a sample."""
    space = space_of(sample)
    placed = space.place(sample)
    labels = _without_small(_linked(placed), fewest=fewest)
    head = None
    if fewest >= FEWEST_TO_LEARN and labels.max(initial=NO_GROUP) > 0:
        reduce = _reduction(placed)
        features = reduce(placed)
        learned, found = _learned(features, labels)
        labels = _without_small(_strays_out(placed, learned), fewest=fewest)
        fit = _fit(features, labels, start=_renumbered(found, learned, labels))
        head = _predicting(reduce, fit)
    means = placed.means(labels, int(labels.max(initial=NO_GROUP)) + 1)
    return Clusters(space, Assignment(labels, placed.with_means(means)), means, head)


def _predicting(reduce: Callable[[Similarity], Floats], fit: Fit) -> Callable[[Similarity], Labels]:
    return lambda others: fit.predict(reduce(others))


def _linked(placed: Similarity) -> Labels:
    from scipy.cluster.hierarchy import average, fcluster
    from scipy.spatial.distance import squareform

    if len(placed) < 2:
        return np.zeros(len(placed), dtype=np.intp)
    rows = np.arange(len(placed))
    distances = np.clip(1.0 - placed.between(rows, rows), 0.0, 2.0)
    np.fill_diagonal(distances, 0.0)
    tree = average(squareform(distances, checks=False))
    return np.asarray(fcluster(tree, 1.0 - LEAST_SIMILARITY, criterion="distance"), dtype=np.intp)


def _without_small(labels: Labels, *, fewest: int) -> Labels:
    """Renumber groups, largest first and then by first issue, and dissolve those with too few issues."""
    groups, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    found = sorted(zip(-sizes, first, groups, strict=True))
    kept = [group for size, _, group in found if group != NO_GROUP and -size >= fewest]
    numbers = {group: number for number, group in enumerate(kept)}
    return np.array([numbers.get(label, NO_GROUP) for label in labels], dtype=np.intp)


def _learned(features: Floats, labels: Labels) -> tuple[Labels, Fit]:
    """Refit a head and relabel by it until the labels settle; return the labels and the last fit."""
    found = _fit(features, labels)
    for round_number in range(LEARNING_ROUNDS):
        found = _fit(features, labels, start=found) if round_number else found
        judged = _dissolved(found.predict(features), fewest=FEWEST_TO_LEARN)
        settled = bool((judged == labels).all())
        labels = judged
        if settled or labels.max(initial=NO_GROUP) < 1:
            break
    return labels, found


def _dissolved(labels: Labels, *, fewest: int) -> Labels:
    """Remove the groups with too few issues from the labels."""
    sizes = np.bincount(labels[labels != NO_GROUP], minlength=1)
    return np.where((labels != NO_GROUP) & (sizes[labels] >= fewest), labels, NO_GROUP).astype(np.intp)


def _strays_out(placed: Similarity, labels: Labels) -> Labels:
    """Remove issues that do not resemble their group: a head assigns every issue, however far away."""
    groups = int(labels.max(initial=NO_GROUP)) + 1
    if not groups:
        return labels
    alike = placed.with_means(placed.means(labels, groups))[np.arange(len(labels)), np.maximum(labels, 0)]
    return np.where(alike >= STRAY_SIMILARITY, labels, NO_GROUP).astype(np.intp)


def _renumbered(found: Fit, before: Labels, after: Labels) -> Fit | None:
    """Return the fit with its groups renumbered; None if the last fit does not know all of them."""
    if found.head is None or after.max(initial=NO_GROUP) < 2:
        return None
    numbers = np.array([before[np.flatnonzero(after == group)[0]] for group in range(after.max() + 1)])
    if not np.isin(numbers, found.groups).all():
        return None
    rows = np.searchsorted(found.groups, numbers)
    return Fit(np.arange(len(numbers)), _Start(found.head.coef_[rows], found.head.intercept_[rows]))


def _fit(features: Floats, labels: Labels, *, start: Fit | None = None) -> Fit:
    """Fit a logistic head on the labelled rows, starting from another fit to converge in a few steps."""
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


def _reduction(placed: Similarity) -> Callable[[Similarity], Floats]:
    """Return a function to features float32 [issues, features]: meaning, and words reduced to a hundred dimensions."""
    from sklearn.decomposition import TruncatedSVD

    size = min(WORD_DIMENSIONS, min(placed.words.shape) - 1)
    svd: Any = TruncatedSVD(size, random_state=0).fit(placed.words) if size >= 1 else None

    def raw(issues: Similarity) -> Floats:
        if svd is None:
            return issues.meanings
        reduced = svd.transform(issues.words)
        lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
        return np.hstack([issues.meanings, WORDS_WEIGHT**0.5 * reduced / np.where(lengths > 0, lengths, 1.0)])

    middle = raw(placed).mean(axis=0)

    def features(issues: Similarity) -> Floats:
        joined = raw(issues) - middle
        return np.asarray(joined / np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    return features
