from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.store import MEASURE_TABLES, SHARD_TABLES, TABLES, schema_of, schema_text

GOLDEN = Path(__file__).parents[1] / "data" / "schemas"


@pytest.mark.parametrize("table", TABLES)
def test_a_schema_is_what_its_golden_file_says(table):
    """On purpose? Raise SCHEMA_VERSION and write `schema_text` into the golden file."""
    assert schema_text(table) == (GOLDEN / f"{table}.txt").read_text()


def test_there_is_a_golden_file_for_every_table_and_no_other():
    assert sorted(path.stem for path in GOLDEN.iterdir()) == sorted(TABLES)


def test_every_table_belongs_to_a_shard_or_a_measure_or_is_a_person_s_or_the_runs():
    assert set(TABLES) == {*SHARD_TABLES, *MEASURE_TABLES, "surveys", "runs"}


def test_an_unknown_table_is_named():
    with pytest.raises(StoreError, match="there is no table `tuns`"):
        schema_of("tuns")
