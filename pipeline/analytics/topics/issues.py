"""Issues by column: what calls are about, as arrays, so that a million issues need no million objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.issue import Issue
from pipeline.store.issue_vectors import matrix_of

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Issues:
    """Arrays with one entry per issue, all by one encoder.

    `vectors` are float32 [issues, dimensions] of unit length, `turns` the turn that states each issue best. The terms
    of issue i are `term_ids[offsets[i]:offsets[i + 1]]`.
    """

    call_ids: npt.NDArray[np.object_]
    numbers: npt.NDArray[np.int32]
    dates: npt.NDArray[np.datetime64]
    turns: npt.NDArray[np.int32]
    languages: npt.NDArray[np.object_]
    vectors: Floats = field(repr=False)
    term_ids: npt.NDArray[np.int64] = field(repr=False)
    offsets: npt.NDArray[np.int64] = field(repr=False)

    def __len__(self) -> int:
        return len(self.call_ids)

    def take(self, rows: Rows) -> Issues:
        """Return these issues, in this order."""
        lengths = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.repeat(self.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Issues(
            self.call_ids[rows], self.numbers[rows], self.dates[rows], self.turns[rows], self.languages[rows],
            self.vectors[rows], self.term_ids[places], offsets,
        )  # fmt: skip

    @property
    def keys(self) -> list[tuple[str, int]]:
        """The call id and the number of each issue."""
        return list(zip(self.call_ids.tolist(), self.numbers.tolist(), strict=True))


def issues_from(found: Sequence[Issue], *, dates: Sequence[Date]) -> Issues:
    """Build arrays from issues found in calls of these dates."""
    lengths = [len(issue.terms) for issue in found]
    dimensions = len(found[0].vector) if found else 0
    return Issues(
        call_ids=np.array([issue.call_id for issue in found], dtype=object),
        numbers=np.array([issue.issue for issue in found], dtype=np.int32),
        dates=np.array(dates, dtype="datetime64[D]"),
        turns=np.array([issue.turn for issue in found], dtype=np.int32),
        languages=np.array([issue.language for issue in found], dtype=object),
        vectors=np.array([issue.vector for issue in found], dtype=np.float32).reshape(len(found), dimensions),
        term_ids=np.array([term for issue in found for term in issue.terms], dtype=np.int64),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
    )


def joined(first: Issues, second: Issues) -> Issues:
    """Concatenate two sets of issues."""
    if not len(first) or not len(second):
        return first if len(first) else second
    columns = [name for name in Issues.__slots__ if name != "offsets"]
    both = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns}
    return Issues(**both, offsets=np.concatenate([first.offsets, first.offsets[-1] + second.offsets[1:]]))


def read_issues(connection: DuckDBPyConnection, where: str, parameters: Sequence[object], *, encoder: str) -> Issues:
    """Read the rows of `issues` that match a condition, by date, call and number.

    Only issues by one encoder are read, because vectors of two encoders cannot be compared.
    """
    found = connection.sql(
        f"""select call_id, issue, date, turn, language, vector, terms from issues
        where {where} and encoder = ? order by date, call_id, issue""",
        params=[*parameters, encoder],
    ).to_arrow_table()
    return _issues_of(found.combine_chunks())


def _issues_of(found: pa.Table) -> Issues:
    terms, term_offsets = _flat(found.column("terms"))
    return Issues(
        call_ids=np.array(found.column("call_id").to_pylist(), dtype=object),
        numbers=found.column("issue").to_numpy().astype(np.int32),
        dates=found.column("date").to_numpy().astype("datetime64[D]"),
        turns=found.column("turn").to_numpy().astype(np.int32),
        languages=np.array(found.column("language").to_pylist(), dtype=object),
        vectors=matrix_of(found.column("vector")),
        term_ids=terms.astype(np.int64),
        offsets=term_offsets,
    )


def _flat(column: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Split a column of lists into all values and the offsets of the lists."""
    import pyarrow as pa

    lists = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(lists, pa.ChunkedArray):
        lists = lists.chunk(0) if lists.num_chunks else pa.array([], lists.type)
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return lists.flatten().to_numpy(zero_copy_only=False), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
