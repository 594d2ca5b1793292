"""The store: a Parquet table for each noun, partitioned by the call's date and written atomically.

Readers see only the newest rows:

    >>> store = Store("no-such-store")
    >>> read(store, "calls", columns=["call_id", "language"]).num_rows
    0
"""

from pipeline.store.compaction import clean, compact
from pipeline.store.dates import dates_between
from pipeline.store.parts import Part, Store, snapshot, write_part
from pipeline.store.schemas import MEASURE_TABLES, SCHEMA_VERSION, SHARD_TABLES, TABLES, schema_of, schema_text
from pipeline.store.views import open_duckdb, read

__all__ = [
    "MEASURE_TABLES",
    "SCHEMA_VERSION",
    "SHARD_TABLES",
    "TABLES",
    "Part",
    "Store",
    "clean",
    "compact",
    "dates_between",
    "open_duckdb",
    "read",
    "schema_of",
    "schema_text",
    "snapshot",
    "write_part",
]
