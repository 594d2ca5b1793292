from pipeline.store import Store, open_duckdb
from pipeline.store.rows.stored_calls import stored_calls


def test_unknown_call_ids_are_left_out(tmp_path):
    with open_duckdb(Store(str(tmp_path))) as connection:
        assert stored_calls(connection, ["nobody"]) == {}
