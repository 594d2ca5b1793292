"""An index of the stored calls: the newest rows, scorecards and failures, as far as planning needs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.ports import Forms, rubric_ids
from pipeline.recording import CallMetadata
from pipeline.store import Store, open_duckdb
from pipeline.store.parts import Row, generation_of
from pipeline.store.rows.calls import PLAIN_METADATA, metadata_from_row
from pipeline.store.views import select
from pipeline.transcript import Language

CALL_COLUMNS = (
    "call_id", "part", "date", "uri", "input_hash", "hear_fingerprint", "read_fingerprint",
    "language", *PLAIN_METADATA, "language_hint", "extra",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IndexedCall:
    """The newest row of one call in `calls`."""

    call_id: str
    part: str
    date: str
    uri: str
    input_hash: str
    hear_fingerprint: str
    read_fingerprint: str
    language: Language
    metadata: CallMetadata


@dataclass(frozen=True, slots=True)
class IndexedFailure:
    """The newest failure of one call."""

    part: str
    stage: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """The newest rows by call id and by input hash. `scored` has the fingerprints of scorecards by call and form."""

    by_id: Mapping[str, IndexedCall]
    by_hash: Mapping[str, IndexedCall]
    scored: Mapping[str, Mapping[str, str]]
    failures: Mapping[str, IndexedFailure]

    def find(self, call_id: str, input_hash: str) -> IndexedCall | None:
        """The call's row by its id, else by its input, which may have been stored under another id."""
        return self.by_id.get(call_id) or self.by_hash.get(input_hash)

    def failure_of(self, call_id: str, input_hash: str) -> IndexedFailure | None:
        """The call's failure, if its last attempt failed."""
        return self.failures.get(call_id) or self.failures.get(input_hash)

    def scorecards(self, call_id: str) -> Mapping[str, str]:
        """The fingerprints of the call's scorecards, by form."""
        return self.scored.get(call_id, {})

    def generation(self, call_id: str, input_hash: str) -> int:
        """The last generation that holds a row of the call; 0 for a new one."""
        rows = (
            self.by_id.get(call_id),
            self.by_hash.get(input_hash),
            self.failures.get(call_id),
            self.failures.get(input_hash),
        )
        return max((generation_of(row.part) for row in rows if row is not None), default=0)


def read_stored_index(store: Store, *, rubric: Forms) -> StoredIndex:
    """Read what planning needs; none of it was said on a call."""
    connection = open_duckdb(store, tables=("calls", "scorecards", "failures"))
    try:
        calls = select(connection, "calls", columns=CALL_COLUMNS).to_pylist()
        scored = select(connection, "scorecards", columns=["call_id", "rubric_id", "fingerprint"]).to_pylist()
        columns = ["item", "part", "stage", "input_hash", "fingerprint"]
        failed = select(connection, "failures", columns=columns).to_pylist()
    finally:
        connection.close()
    indexed = [_indexed_call(row) for row in calls]
    names = rubric_ids(rubric)
    failures: dict[str, IndexedFailure] = {}
    for row in failed:
        for key in filter(None, (row["item"], row["input_hash"])):
            failures[key] = IndexedFailure(row["part"], row["stage"], row["fingerprint"])
    return StoredIndex(
        by_id={call.call_id: call for call in indexed},
        by_hash={call.input_hash: call for call in indexed},
        scored=_scored([row for row in scored if row["rubric_id"] in names]),
        failures=failures,
    )


def _scored(rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    by_call: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        by_call[row["call_id"]][row["rubric_id"]] = row["fingerprint"]
    return by_call


def _indexed_call(row: dict[str, object]) -> IndexedCall:
    plain = ("call_id", "part", "uri", "input_hash", "hear_fingerprint", "read_fingerprint")
    return IndexedCall(
        **{name: str(row[name]) for name in plain},
        date=str(row["date"]),
        language="zh" if row["language"] == "zh" else "en",
        metadata=metadata_from_row(row),
    )
