"""Clusters: calls about the same thing, found without being told how many things there are.

Average linkage over a sample gives the groups; where there are enough calls, a logistic head learns them and judges
every call anew, which mends what the linkage did in the wrong order and lets small groups go into those they resemble.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.overall.likeness import WORDS_WEIGHT, Likeness

# Calls whose mean likeness is below this are not one group. Chosen on training calls of different topics: among
# 10,000 pairs of them, 20 meet in one group.
LEAST_LIKENESS = 0.22
STRAY_LIKENESS = 0.05
SAMPLE = 3_000
WORD_DIMENSIONS = 100
LEARNING_ROUNDS = 5
FEWEST_TO_LEARN = 8
HEAD_C = 1.5
NO_GROUP = -1

Labels = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]


def cluster(calls: Likeness, *, fewest: int) -> Labels:
    """A group number a call, `NO_GROUP` for what resembles nothing; groups have at least `fewest` calls."""
    count = calls.calls
    sample = np.unique(np.linspace(0, count - 1, min(count, SAMPLE)).astype(np.intp))
    labels = np.full(count, NO_GROUP, dtype=np.intp)
    labels[sample] = _linked(calls, sample)
    labels = _without_small(labels, fewest=max(1, round(fewest * len(sample) / count)))
    if fewest >= FEWEST_TO_LEARN and labels.max(initial=NO_GROUP) > 0:
        labels = _strays_out(calls, _learned(calls, labels, sample))
    elif len(sample) < count:
        labels = _joined(calls, labels)
    return _without_small(labels, fewest=fewest)


def _linked(calls: Likeness, rows: Labels) -> Labels:
    from sklearn.cluster import AgglomerativeClustering

    if len(rows) < 2:
        return np.zeros(len(rows), dtype=np.intp)
    distances = np.clip(1.0 - calls.between(rows, rows), 0.0, 2.0)
    np.fill_diagonal(distances, 0.0)
    model = AgglomerativeClustering(
        n_clusters=None, distance_threshold=1.0 - LEAST_LIKENESS, linkage="average", metric="precomputed"
    )
    return np.asarray(model.fit_predict(distances), dtype=np.intp)


def _without_small(labels: Labels, *, fewest: int) -> Labels:
    """Groups numbered anew, the largest first and else by their first call; those of too few calls dissolved."""
    groups, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    found = sorted(zip(-sizes, first, groups, strict=True))
    kept = [group for size, _, group in found if group != NO_GROUP and -size >= fewest]
    numbers = {group: number for number, group in enumerate(kept)}
    return np.array([numbers.get(label, NO_GROUP) for label in labels], dtype=np.intp)


def _learned(calls: Likeness, labels: Labels, sample: Labels) -> Labels:
    """The sample's labels from a head that was fitted on them, until they settle; then the other calls' from it."""
    features = _features(calls)
    own = labels[sample]
    for _ in range(LEARNING_ROUNDS):
        judged = _without_small(_judged(features[sample], own, features[sample]), fewest=FEWEST_TO_LEARN)
        settled = bool((judged == own).all())
        own = judged
        if settled or own.max(initial=NO_GROUP) < 1:
            break
    learned = _judged(features[sample], own, features) if len(sample) < calls.calls else labels.copy()
    learned[sample] = own
    return learned


def _judged(known: Floats, labels: Labels, features: Floats) -> Labels:
    """What a head says that was fitted on the labelled ones among the known; one group only is everybody's."""
    from sklearn.linear_model import LogisticRegression

    labelled = labels != NO_GROUP
    if len(np.unique(labels[labelled])) < 2:
        return np.full(len(features), labels.max(initial=NO_GROUP), dtype=np.intp)
    head = LogisticRegression(C=HEAD_C, max_iter=300).fit(known[labelled], labels[labelled])
    return np.asarray(head.predict(features), dtype=np.intp)


def _features(calls: Likeness) -> Floats:
    """Meaning beside shared words, pressed into a hundred dimensions; float32 [calls, features]."""
    from sklearn.decomposition import TruncatedSVD

    size = min(WORD_DIMENSIONS, min(calls.words.shape) - 1)
    if size < 1:
        return calls.meanings
    pressed = TruncatedSVD(size, random_state=0).fit_transform(calls.words)
    lengths = np.linalg.norm(pressed, axis=1, keepdims=True)
    words = WORDS_WEIGHT**0.5 * pressed / np.where(lengths > 0, lengths, 1.0)
    joined = np.hstack([calls.meanings, words])
    joined -= joined.mean(axis=0)
    return np.asarray(joined / np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _joined(calls: Likeness, labels: Labels) -> Labels:
    """Calls outside the sample go to the group they resemble most, if they would have been linked to it."""
    groups = int(labels.max(initial=NO_GROUP)) + 1
    if not groups:
        return labels
    alike = calls.to_groups(labels, groups)
    nearest = np.where(alike.max(axis=1) >= LEAST_LIKENESS, alike.argmax(axis=1), NO_GROUP)
    return np.where(labels == NO_GROUP, nearest, labels).astype(np.intp)


def _strays_out(calls: Likeness, labels: Labels) -> Labels:
    """A head judges every call, even one that resembles nothing: those leave their group."""
    groups = int(labels.max(initial=NO_GROUP)) + 1
    if not groups:
        return labels
    alike = calls.to_groups(labels, groups)[np.arange(len(labels)), np.maximum(labels, 0)]
    return np.where(alike >= STRAY_LIKENESS, labels, NO_GROUP).astype(np.intp)
