import hashlib
import json
import re

import pytest
from audio_files import encoded, tone, write_wav

from pipeline.errors import ConfigError
from pipeline.ingest import MetadataSource, discover
from pipeline.ingest.metadata import read_metadata_csv


def causes(discovery):
    return {failure.source: failure.cause for failure in discovery.failures}


def test_folders_are_searched_recursively_in_name_order(tmp_path):
    (tmp_path / "b").mkdir()
    write_wav(tmp_path / "b" / "2.wav", tone(level=0.2))
    write_wav(tmp_path / "a.wav", tone(level=0.1))
    assert [source.name for source in discover(str(tmp_path)).sources] == ["a.wav", "2.wav"]


def test_any_fsspec_address_works(tmp_path):
    import fsspec

    content = write_wav(tmp_path / "a.wav", tone()).read_bytes()
    fsspec.filesystem("memory").pipe("/night/a.wav", content)
    source = discover("memory://night").sources[0]
    assert (source.uri, source.size_bytes) == ("memory:///night/a.wav", len(content))


def test_the_call_id_without_metadata_is_the_content_hash(tmp_path):
    content = write_wav(tmp_path / "a.wav", tone()).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    source = discover(str(tmp_path)).sources[0]
    assert (source.sha256, source.call_id) == (digest, f"c{digest[:16]}")


def test_identical_audio_is_one_call_and_reported(tmp_path):
    content = write_wav(tmp_path / "a.wav", tone()).read_bytes()
    (tmp_path / "copy.wav").write_bytes(content)
    found = discover(str(tmp_path))
    assert [source.name for source in found.sources] == ["a.wav"]
    assert causes(found) == {"copy.wav": "the same audio as a.wav; it is counted as one call"}


def test_one_call_id_for_two_recordings_is_refused(tmp_path):
    write_wav(tmp_path / "a.wav", tone(level=0.1))
    write_wav(tmp_path / "b.wav", tone(level=0.2))
    rows = read_metadata_csv("file,call_id\na.wav,7\nb.wav,7\n", name="calls.csv")
    found = discover(str(tmp_path), metadata=MetadataSource(rows=rows))
    assert causes(found) == {"b.wav": "the call id 7 already belongs to a.wav"}


def test_an_empty_file_is_a_failure_and_the_others_are_found(tmp_path):
    (tmp_path / "a.wav").touch()
    write_wav(tmp_path / "b.wav", tone())
    found = discover(str(tmp_path))
    assert causes(found) == {"a.wav": "the file is empty"}
    assert len(found.sources) == 1


def test_a_file_that_cannot_be_opened_is_a_failure(tmp_path):
    (tmp_path / "a.wav").symlink_to(tmp_path / "nowhere.wav")
    assert "cannot be opened" in causes(discover(str(tmp_path)))["a.wav"]


def test_audio_with_an_unknown_ending_is_known_by_its_first_bytes(tmp_path):
    (tmp_path / "call.0017").write_bytes(encoded(tone(), container="flac", codec="flac"))
    (tmp_path / "readme.txt").write_text("nothing to hear")
    assert [source.name for source in discover(str(tmp_path)).sources] == ["call.0017"]


def test_metadata_comes_from_csv_then_sidecar_then_name(tmp_path):
    write_wav(tmp_path / "A7_20261005_q.wav", tone())
    (tmp_path / "A7_20261005_q.json").write_text(json.dumps({"agent_id": "sidecar", "queue": "claims"}))
    rows = read_metadata_csv("file,agent_id,branch\nA7_20261005_q.wav,csv,Leeds\n", name="calls.csv")
    pattern = re.compile(r"(?P<agent_id>A\d+)_\d+_(?P<direction>\w)")
    found = discover(str(tmp_path), metadata=MetadataSource(rows=rows, pattern=pattern))
    metadata = found.sources[0].metadata
    assert (metadata.agent_id, metadata.queue, metadata.direction) == ("csv", "claims", "q")
    assert (metadata.started_at, metadata.extra) == ("2026-10-05", {"branch": "Leeds"})


def test_rows_without_recordings_and_recordings_without_rows_are_reported(tmp_path):
    write_wav(tmp_path / "a.wav", tone())
    rows = read_metadata_csv("file,agent_id\nb.wav,A1\n", name="calls.csv")
    found = discover(str(tmp_path), metadata=MetadataSource(rows=rows))
    assert causes(found) == {
        "a.wav": "the metadata has no row for it",
        "b.wav": "the metadata names it, but there is no such recording",
    }
    assert len(found.sources) == 1


def test_a_broken_sidecar_is_a_failure_and_the_call_is_kept(tmp_path):
    write_wav(tmp_path / "a.wav", tone())
    (tmp_path / "a.json").write_text("{")
    found = discover(str(tmp_path))
    assert list(causes(found)) == ["a.json"]
    assert len(found.sources) == 1


def test_an_address_that_does_not_exist_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        discover(str(tmp_path / "nowhere"))


def test_the_repr_of_a_source_is_safe_to_log(tmp_path):
    write_wav(tmp_path / "a.wav", tone())
    assert "customer" not in repr(discover(str(tmp_path)).sources[0]).replace("customer_id=''", "")


def test_of_two_copies_the_one_with_metadata_is_kept(tmp_path):
    content = write_wav(tmp_path / "a.wav", tone()).read_bytes()
    (tmp_path / "b.wav").write_bytes(content)
    rows = read_metadata_csv("file,agent_id\nb.wav,A1\n", name="calls.csv")
    found = discover(str(tmp_path), metadata=MetadataSource(rows=rows))
    assert [source.name for source in found.sources] == ["b.wav"]
    assert causes(found)["a.wav"] == "the same audio as b.wav; it is counted as one call"
