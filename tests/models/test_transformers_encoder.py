import numpy as np
import pytest

from models.transformers_device import by_length, torch_device
from models.transformers_encoder import TransformersEncoder
from models.weights import locate
from pipeline.errors import ConfigError, ModelError

TEXTS = ["Thank you for calling.", "How can I help you today?", "My parcel never came.", "Thanks for ringing."]


@pytest.fixture(scope="module")
def encoder():
    return TransformersEncoder(locate("minilm"), device="cpu")


def test_batches_have_one_length_and_a_maximum_size():
    assert list(by_length([3, 5, 3, 3, 5], most=2)) == [[0, 2], [3], [1, 4]]


@pytest.mark.slow
def test_minilm_gives_unit_vectors_of_its_width(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.dimensions) == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-6)


@pytest.mark.slow
def test_minilm_puts_similar_texts_close(encoder):
    call, _, parcel, ring = encoder.encode(TEXTS)
    assert call @ ring > call @ parcel + 0.2


@pytest.mark.slow
def test_neighbours_change_a_vector_by_rounding_at_most(encoder):
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert together == pytest.approx(alone, abs=1e-6)


@pytest.mark.slow
def test_the_fingerprint_names_the_weights(encoder):
    assert encoder.fingerprint == TransformersEncoder(locate("minilm"), device="cpu").fingerprint
    assert encoder.fingerprint != TransformersEncoder(locate("minilm"), device="cpu", prefix="query: ").fingerprint


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot load an encoder"):
        TransformersEncoder(tmp_path)


def test_missing_cuda_is_refused(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ConfigError, match="no CUDA device"):
        torch_device("cuda")
    assert torch_device("auto").type == "cpu"


@pytest.mark.gpu
@pytest.mark.skipif("not __import__('torch').cuda.is_available()", reason="no CUDA device is there")
def test_a_gpu_gives_the_vectors_of_the_cpu(encoder):
    on_gpu = TransformersEncoder(locate("minilm"), device="cuda").encode(TEXTS)
    assert on_gpu == pytest.approx(encoder.encode(TEXTS), abs=1e-4)
