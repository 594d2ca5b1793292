"""The files of a store as others read them, without Everycall."""

import pytest
from rubric_store import family, says, scored

ANSWERS = [
    (call_id, question_id, value)
    for call_id, said in (("c1", ("yes", "yes")), ("c2", ("no", "yes")), ("c3", ("yes", "no")), ("c4", ("no", "no")))
    for question_id, value in zip(("sorry", "thanks"), said, strict=True)
]
COLUMNS = ["call_id", "question_id", "value"]


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """The folder of a table."""
    folder = tmp_path_factory.mktemp("calls")
    scored(folder, family(says("thanks"), says("sorry")))
    return folder / "store" / "answers"


def by_duckdb(folder):
    import duckdb

    return duckdb.sql(f"select {', '.join(COLUMNS)} from '{folder}/*/*.parquet'").fetchall()


def by_polars(folder):
    import polars

    return polars.scan_parquet(folder).select(COLUMNS).collect().rows()


def by_pandas(folder):
    """Without `partitioning`, pandas would take `date` from the folders' names as a text, and it is a column too."""
    import pandas

    found = pandas.read_parquet(folder, columns=COLUMNS, partitioning=None)
    return list(found.itertuples(index=False, name=None))


def by_pyarrow(folder):
    from pyarrow.dataset import dataset

    found = dataset(folder, partitioning=None).to_table(columns=COLUMNS)
    return [tuple(row.values()) for row in found.to_pylist()]


@pytest.mark.parametrize("rows", [by_duckdb, by_polars, by_pandas, by_pyarrow])
def test_a_table_is_read_by(rows, answers):
    assert sorted(rows(answers)) == ANSWERS


def test_a_date_is_a_date_for_pandas_and_polars(answers):
    import pandas
    import polars

    (day,) = set(pandas.read_parquet(answers, columns=["date"], partitioning=None)["date"])
    assert {day} == set(polars.read_parquet(answers)["date"])
