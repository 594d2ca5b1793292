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

from pipeline.overall.issues import Issues
from pipeline.overall.likeness import WORDS_WEIGHT, Likeness, Space, space_of

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
    means: Likeness = field(repr=False)
    head: Callable[[Likeness], Labels] | None = field(repr=False)

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.means)

    def judge(self, placed: Likeness) -> Judged:
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


def cluster(sample: Issues, *, fewest: int) -> Clusters:
    """The groups of at least so many issues in a sample."""
    space = space_of(sample)
    placed = space.place(sample)
    labels = _without_small(_linked(placed), fewest=fewest)
    learns = fewest >= FEWEST_TO_LEARN and labels.max(initial=NO_GROUP) > 0
    head = None
    if learns:
        press = _press(placed)
        features = press(placed)
        labels = _without_small(_strays_out(placed, _learned(features, labels)), fewest=fewest)
        judge = _fitted(features, labels)
        head = lambda others: judge(press(others))  # noqa: E731
    means = placed.means(labels, int(labels.max(initial=NO_GROUP)) + 1)
    return Clusters(space, Judged(labels, placed.with_means(means)), means, head)


def _linked(placed: Likeness) -> Labels:
    from sklearn.cluster import AgglomerativeClustering

    if len(placed) < 2:
        return np.zeros(len(placed), dtype=np.intp)
    rows = np.arange(len(placed))
    distances = np.clip(1.0 - placed.between(rows, rows), 0.0, 2.0)
    np.fill_diagonal(distances, 0.0)
    model = AgglomerativeClustering(
        n_clusters=None, distance_threshold=1.0 - LEAST_LIKENESS, linkage="average", metric="precomputed"
    )
    return np.asarray(model.fit_predict(distances), dtype=np.intp)


def _without_small(labels: Labels, *, fewest: int) -> Labels:
    """Groups numbered anew, the largest first and else by their first issue; those of too few issues dissolved."""
    groups, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    found = sorted(zip(-sizes, first, groups, strict=True))
    kept = [group for size, _, group in found if group != NO_GROUP and -size >= fewest]
    numbers = {group: number for number, group in enumerate(kept)}
    return np.array([numbers.get(label, NO_GROUP) for label in labels], dtype=np.intp)


def _learned(features: Floats, labels: Labels) -> Labels:
    """The labels from a head that was fitted on them, until they settle."""
    for _ in range(LEARNING_ROUNDS):
        judged = _without_small(_fitted(features, labels)(features), fewest=FEWEST_TO_LEARN)
        settled = bool((judged == labels).all())
        labels = judged
        if settled or labels.max(initial=NO_GROUP) < 1:
            break
    return labels


def _strays_out(placed: Likeness, labels: Labels) -> Labels:
    """A head judges every issue, even one that resembles nothing: those leave their group."""
    groups = int(labels.max(initial=NO_GROUP)) + 1
    if not groups:
        return labels
    alike = placed.with_means(placed.means(labels, groups))[np.arange(len(labels)), np.maximum(labels, 0)]
    return np.where(alike >= STRAY_LIKENESS, labels, NO_GROUP).astype(np.intp)


def _fitted(features: Floats, labels: Labels) -> Callable[[Floats], Labels]:
    """A head fitted on the labelled ones among these; one group only is everybody's."""
    from sklearn.linear_model import LogisticRegression

    labelled = labels != NO_GROUP
    if len(np.unique(labels[labelled])) < 2:
        only = labels.max(initial=NO_GROUP)
        return lambda others: np.full(len(others), only, dtype=np.intp)
    head = LogisticRegression(C=HEAD_C, max_iter=300).fit(features[labelled], labels[labelled])
    return lambda others: np.asarray(head.predict(others), dtype=np.intp)


def _press(placed: Likeness) -> Callable[[Likeness], Floats]:
    """Meaning beside shared words, pressed into a hundred dimensions; gives float32 [issues, features]."""
    from sklearn.decomposition import TruncatedSVD

    size = min(WORD_DIMENSIONS, min(placed.words.shape) - 1)
    pressing: Any = TruncatedSVD(size, random_state=0).fit(placed.words) if size >= 1 else None

    def raw(issues: Likeness) -> Floats:
        if pressing is None:
            return issues.meanings
        pressed = pressing.transform(issues.words)
        lengths = np.linalg.norm(pressed, axis=1, keepdims=True)
        return np.hstack([issues.meanings, WORDS_WEIGHT**0.5 * pressed / np.where(lengths > 0, lengths, 1.0)])

    middle = raw(placed).mean(axis=0)

    def features(issues: Likeness) -> Floats:
        joined = raw(issues) - middle
        return np.asarray(joined / np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    return features
