import numpy as np
import pytest

from models.use import UseEncoder

pytestmark = pytest.mark.slow

TEXTS = ["Thank you for calling, how can I help?", "您好，请问有什么可以帮您？", "My parcel never came.", "嗯", ""]


@pytest.fixture(scope="module")
def encoder():
    return UseEncoder()


def test_vectors_have_unit_length_and_the_stated_dimensions(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours(encoder):
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in reversed(TEXTS)])[::-1]
    assert np.array_equal(together, alone)


def test_both_languages_share_one_space(encoder):
    english, chinese, other = encoder.encode(TEXTS[:3])
    assert english @ chinese > english @ other


def test_no_texts_give_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, 512)
