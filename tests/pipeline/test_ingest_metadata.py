import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.ingest.metadata import (
    iso_time,
    merged,
    metadata_from_name,
    metadata_row,
    read_metadata_csv,
    read_sidecar,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-10-05T09:14:00", "2026-10-05T09:14:00"),
        ("2026-10-05 09:14", "2026-10-05T09:14:00"),
        ("2026-10-05T09:14:00+02:00", "2026-10-05T09:14:00"),
        ("20261005091400", "2026-10-05T09:14:00"),
        ("05/10/2026", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_a_time_is_read_or_left_unknown_never_guessed(written, read):
    assert iso_time(written) == read


@pytest.mark.parametrize(("stated", "language"), [("en-GB", "en"), ("zh_CN", "zh"), ("Chinese", "zh"), ("fr", "")])
def test_language_names_are_normalised(stated, language):
    assert metadata_row({"language": stated}).metadata.language == language


def test_a_csv_without_a_key_column_is_refused():
    with pytest.raises(ConfigError, match="neither a `file` nor a `call_id`"):
        read_metadata_csv("agent,queue\nA,b\n", name="calls.csv")


def test_a_file_named_twice_is_refused_with_its_line():
    with pytest.raises(ConfigError, match=r"line 3 names `a.wav` a second time"):
        read_metadata_csv("file\na.wav\na.wav\n", name="calls.csv")


def test_a_byte_order_mark_does_not_hide_the_first_column():
    assert list(read_metadata_csv("\ufefffile,agent_id\na.wav,A1\n", name="calls.csv")) == ["a.wav"]


def test_a_sidecar_must_be_one_object():
    with pytest.raises(ConfigError, match="not a JSON object"):
        read_sidecar("[1]", name="a.json")


def test_a_date_in_the_name_is_found_without_a_pattern():
    assert metadata_from_name("x/rec-2026-10-05-17.wav", None).metadata.started_at == "2026-10-05"


def test_a_long_number_is_not_a_date():
    assert metadata_from_name("482026100599.wav", None).metadata.started_at == ""


@given(st.text(max_size=8), st.text(max_size=8))
def test_the_first_source_that_knows_a_field_wins(first, second):
    row = merged([metadata_row({"queue": first}), metadata_row({"queue": second})])
    assert row.metadata.queue == (first.strip() or second.strip())
