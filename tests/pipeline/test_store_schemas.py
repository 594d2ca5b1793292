from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.store import MEASURE_TABLES, SHARD_TABLES, TABLES, schema_of, schema_text

GOLDEN = Path(__file__).parents[1] / "data" / "schemas"


@pytest.mark.parametrize("table", TABLES)
def test_a_schema_matches_its_golden_file(table):
    """On purpose? Raise SCHEMA_VERSION and write `schema_text` into the golden file."""
    assert schema_text(table) == (GOLDEN / f"{table}.txt").read_text()


def test_every_table_has_a_golden_file():
    assert sorted(path.stem for path in GOLDEN.iterdir()) == sorted(TABLES)


def test_every_table_is_of_a_shard_or_a_measure_or_is_surveys_or_runs():
    assert set(TABLES) == {*SHARD_TABLES, *MEASURE_TABLES, "surveys", "runs"}


def test_an_unknown_table_is_named():
    with pytest.raises(StoreError, match="there is no table `tuns`"):
        schema_of("tuns")
