"""The store: one Parquet table a noun, partitioned by the call's date, written atomically and read newest first."""

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
