"""Vectors of issues as the table `issues` stores them: bytes of little-endian 16-bit floats.

DuckDB reads a million of them in a second as bytes, and in minutes as lists of numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
STORED = np.dtype("<f2")


def bytes_of(vector: npt.NDArray[Any]) -> bytes:
    """One vector as stored bytes."""
    return vector.astype(STORED).tobytes()


def matrix_of(column: Any) -> Floats:
    """An Arrow column of stored vectors as float32 [rows, dimensions]; zeros for a row without a vector."""
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
    filled = np.diff(offsets) > 0
    dimensions = len(numbers) // max(int(filled.sum()), 1)
    matrix = np.zeros((len(whole), dimensions), np.float32)
    matrix[filled] = numbers.reshape(-1, dimensions)
    return matrix
