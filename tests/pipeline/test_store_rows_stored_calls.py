from pipeline.store import Store, open_duckdb
from pipeline.store.rows.stored_calls import stored_calls


def test_calls_that_the_store_does_not_have_are_not_there(tmp_path):
    with open_duckdb(Store(str(tmp_path))) as connection:
        assert stored_calls(connection, ["nobody"]) == {}
