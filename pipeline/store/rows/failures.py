"""One row a failure. Failures of one item are replaced together: those of a call, or those of one discovery."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.failure import Failure
from pipeline.store.parts import Row


def failure_rows(failures: Sequence[Failure], *, item: str, input_hash: str = "", fingerprint: str = "") -> list[Row]:
    """The rows of `failures` of one item; `fingerprint` is what must change before it is worth another try."""
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
    """A row that readers do not see: this item's earlier failures are no more."""
    return failure_rows([Failure(source="", stage="", cause="", remedy="")], item=item)[0]


def failure_from_row(row: Row) -> Failure:
    """One failure back."""
    return Failure(
        source=row["source"],
        stage=row["stage"],
        cause=row["cause"],
        remedy=row["remedy"],
        call_id=row["call_id"],
        date=row["date"].isoformat(),
    )
