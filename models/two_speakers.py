"""Two clusters of voices, the most likely speaker path, and overlap.

Deterministic arithmetic without a model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.ports import Span, SpeakerSpan

ROUNDS = 30
TRIM = 0.8
# Confidence of the second speaker in overlap; the first's is at least this.
SECOND_CONFIDENCE = 0.5


def two_centroids(embeddings: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Two unit centroids float32 [2, dimensions] of unit embeddings: spherical k-means, started on the principal axis.

    The first centroid belongs to the speaker of the first embedding. Each centroid is the mean of the most typical 80 %
    of its cluster, because windows with both voices lie between the clusters.
    """
    if len(embeddings) < 2:
        return np.repeat(embeddings[:1], 2, axis=0)
    centred = embeddings - embeddings.mean(axis=0)
    axis = np.linalg.svd(centred.astype(np.float64), full_matrices=False)[2][0]
    labels = (centred @ axis > np.median(centred @ axis)).astype(np.int64)
    centroids = _centroids(embeddings, labels)
    for _ in range(ROUNDS):
        renewed = np.argmax(embeddings @ centroids.T, axis=1)
        if np.array_equal(renewed, labels) or len(set(renewed.tolist())) < 2:
            break
        labels, centroids = renewed, _centroids(embeddings, renewed)
    return centroids if labels[0] == 0 else centroids[::-1].copy()


def likeliest_path(lead: npt.NDArray[np.float64], costs: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The speaker (0 or 1) at each step, by Viterbi. A positive `lead` favours 0; each change costs."""
    best = np.zeros(2)
    came_from = np.zeros((len(lead), 2), dtype=np.int64)
    for step, (value, cost) in enumerate(zip(lead, costs, strict=True)):
        stay, change = best, best[::-1] - cost
        came_from[step] = np.where(change > stay, [1, 0], [0, 1])
        best = np.maximum(stay, change) + np.array([value, -value])
    path = np.zeros(len(lead), dtype=np.int64)
    speaker = int(np.argmax(best))
    for step in range(len(lead) - 1, -1, -1):
        path[step] = speaker
        speaker = int(came_from[step, speaker])
    return path


def add_overlap(spans: Sequence[SpeakerSpan], overlaps: Sequence[Span]) -> list[SpeakerSpan]:
    """Add the other speaker wherever both speak; spans in time order."""
    seconds = [
        SpeakerSpan(1 - span.speaker, max(span.start_s, at.start_s), min(span.end_s, at.end_s), SECOND_CONFIDENCE)
        for span in spans
        for at in overlaps
        if min(span.end_s, at.end_s) > max(span.start_s, at.start_s)
    ]
    return sorted([*spans, *seconds], key=lambda span: (span.start_s, -span.confidence))


def _centroids(embeddings: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Unit mean of the typical members of each cluster."""
    means = []
    for label in (0, 1):
        members = embeddings[labels == label]
        if not len(members):
            members = embeddings
        mean = members.mean(axis=0)
        typical = members[members @ mean >= np.quantile(members @ mean, 1 - TRIM)].mean(axis=0)
        means.append(typical / max(float(np.linalg.norm(typical)), 1e-9))
    return np.stack(means).astype(np.float32)
