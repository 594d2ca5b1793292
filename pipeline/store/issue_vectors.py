"""Vectors of issues as the table `issues` holds them: the bytes of 16-bit floats, little-endian.

As lists of numbers a million of them take DuckDB minutes to read; as bytes it is a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
STORED = np.dtype("<f2")


def bytes_of(vector: npt.NDArray[Any]) -> bytes:
    """One vector as it is stored."""
    return vector.astype(STORED).tobytes()


def matrix_of(column: Any) -> Floats:
    """An Arrow column of stored vectors, float32 [rows, dimensions]; a row without one is zeros."""
    import pyarrow as pa

    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.binary())
    whole = whole.cast(pa.large_binary())
    _, ends, content = whole.buffers()
    if not len(whole) or content is None or whole.null_count == len(whole):
        return np.zeros((len(whole), 0), np.float32)
    offsets = np.frombuffer(ends, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    numbers = np.frombuffer(content, np.uint8)[offsets[0] : offsets[-1]].view(STORED)
    told = np.diff(offsets) > 0
    dimensions = len(numbers) // max(int(told.sum()), 1)
    matrix = np.zeros((len(whole), dimensions), np.float32)
    matrix[told] = numbers.reshape(-1, dimensions)
    return matrix
