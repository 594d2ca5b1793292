import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.two_speakers import add_overlap, likeliest_path, two_centroids
from pipeline.ports import Span, SpeakerSpan


def voices(*labels: int) -> np.ndarray:
    random = np.random.default_rng(0)
    base = np.eye(2, 16)[list(labels)]
    noisy = base + random.normal(0, 0.05, (len(labels), 16))
    return (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32)


def test_two_voices_are_separated_and_the_first_comes_first() -> None:
    labels = [1, 1, 0, 0, 0, 1, 0]
    centroids = two_centroids(voices(*labels))
    assert np.argmax(voices(*labels) @ centroids.T, axis=1).tolist() == [1 - label for label in labels]


def test_one_embedding_gives_the_same_centroid_twice() -> None:
    centroids = two_centroids(voices(0))
    assert np.array_equal(centroids[0], centroids[1])


def test_the_path_follows_a_clear_lead_and_ignores_a_flicker() -> None:
    lead = np.array([0.5] * 10 + [-0.1] + [0.5] * 10 + [-0.5] * 10)
    assert likeliest_path(lead, np.full(31, 1.0)).tolist() == [0] * 21 + [1] * 10


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=60))
def test_free_changes_follow_the_sign_and_costly_ones_never_happen(lead: list[float]) -> None:
    values = np.array(lead)
    free = likeliest_path(values, np.zeros(len(lead)))
    clear = np.abs(values) > 1e-6
    assert np.array_equal(free[clear], (values[clear] < 0).astype(int))
    assert len(set(likeliest_path(values, np.full(len(lead), 1000.0)).tolist())) == 1


def test_where_both_speak_the_other_is_added_less_sure_than_the_first() -> None:
    first, second = SpeakerSpan(0, 0.0, 4.0, 0.9), SpeakerSpan(1, 4.0, 6.0, 0.7)
    assert add_overlap([first, second], [Span(3.5, 4.2), Span(5.0, 5.5)]) == [
        first,
        SpeakerSpan(1, 3.5, 4.0, 0.5),
        second,
        SpeakerSpan(0, 4.0, 4.2, 0.5),
        SpeakerSpan(0, 5.0, 5.5, 0.5),
    ]


def test_without_overlap_the_spans_stay_as_they_are() -> None:
    spans = [SpeakerSpan(0, 0.0, 4.0, 0.9), SpeakerSpan(1, 4.0, 6.0, 0.7)]
    assert add_overlap(spans, [Span(7.0, 8.0)]) == spans
