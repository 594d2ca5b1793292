"""One row for each failure. Failures of one item, a call or a discovery, are replaced together."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.failure import Failure
from pipeline.store.parts import Row


def failure_rows(failures: Sequence[Failure], *, item: str, input_hash: str = "", fingerprint: str = "") -> list[Row]:
    """The rows of `failures` of one item. The item is tried again once its `fingerprint` changes."""
    return [
        {
            "item": item,
            "position": position,
            "input_hash": input_hash,
            "fingerprint": fingerprint,
            "source": failure.source,
            "stage": failure.stage,
            "cause": failure.cause,
            "remedy": failure.remedy,
            "call_id": failure.call_id,
        }
        for position, failure in enumerate(failures)
    ]


def all_clear_row(*, item: str) -> Row:
    """A row that hides this item's earlier failures; readers do not see it either."""
    return failure_rows([Failure(source="", stage="", cause="", remedy="")], item=item)[0]


def failure_from_row(row: Row) -> Failure:
    """Restore one failure."""
    return Failure(
        source=row["source"],
        stage=row["stage"],
        cause=row["cause"],
        remedy=row["remedy"],
        call_id=row["call_id"],
        date=row["date"].isoformat(),
    )
