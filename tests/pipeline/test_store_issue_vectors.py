import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store.issue_vectors import bytes_of, matrix_of

rows = st.lists(st.none() | st.lists(st.floats(-1, 1, width=16), min_size=3, max_size=3), max_size=6)


@given(rows, st.integers(0, 3))
def test_vectors_round_trip_and_missing_ones_are_zeros(vectors, skipped):
    column = pa.array([None if each is None else bytes_of(np.array(each)) for each in vectors], pa.binary())
    found = matrix_of(column.slice(skipped))
    wanted = [each or [0.0] * 3 for each in vectors[skipped:]]
    assert found.dtype == np.float32
    if any(each is not None for each in vectors[skipped:]):
        assert found.tolist() == wanted
    else:
        assert found.shape == (len(wanted), 0)


def test_chunks_are_one_column():
    column = pa.chunked_array([[bytes_of(np.array([0.5, 1.0]))], [bytes_of(np.array([0.25, 0.0]))]])
    assert matrix_of(column).tolist() == [[0.5, 1.0], [0.25, 0.0]]
