from pathlib import Path

import pytest

from models import weights
from models.weights import Source, Weight, catalogue, locate, revision_of, verify
from pipeline.errors import WeightError

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def weight(tmp_path: Path, *sources: Source, sha256: str = HELLO) -> Weight:
    (tmp_path / "kept").mkdir(exist_ok=True)
    (tmp_path / "kept" / "model.bin").write_bytes(b"hello")
    return Weight("tiny", "test", "MIT", "1", "Install it", {"model.bin": sha256}, sources)


def use(monkeypatch: pytest.MonkeyPatch, entry: Weight) -> None:
    monkeypatch.setattr(weights, "catalogue", lambda: (entry,))


def test_a_folder_with_the_right_hash_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, weight(tmp_path, Source("folder", path=str(tmp_path / "kept"))))
    assert locate("tiny", cache_dir=tmp_path / "cache") == tmp_path / "kept"


def test_a_wrong_hash_is_an_error_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, weight(tmp_path, Source("folder", path=str(tmp_path / "kept")), sha256="0" * 64))
    with pytest.raises(WeightError, match=r"model\.bin missing or with another SHA-256.*Install it"):
        locate("tiny", cache_dir=tmp_path / "cache")


def test_the_next_source_is_tried_when_one_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Source("folder", path=str(tmp_path / "absent"))
    use(monkeypatch, weight(tmp_path, absent, Source("folder", path=str(tmp_path / "kept"))))
    assert verify("tiny", cache_dir=tmp_path / "cache").source == "folder"


def test_a_changed_file_is_hashed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, weight(tmp_path, Source("folder", path=str(tmp_path / "kept"))))
    locate("tiny", cache_dir=tmp_path / "cache")
    (tmp_path / "kept" / "model.bin").write_bytes(b"other")
    with pytest.raises(WeightError):
        locate("tiny", cache_dir=tmp_path / "cache")


def test_an_unchanged_file_is_not_hashed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, weight(tmp_path, Source("folder", path=str(tmp_path / "kept"))))
    locate("tiny", cache_dir=tmp_path / "cache")
    monkeypatch.setattr(weights, "_sha256", lambda path: pytest.fail("hashed twice"))
    assert locate("tiny", cache_dir=tmp_path / "cache") == tmp_path / "kept"


def test_parts_of_a_package_are_joined_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "everycall_test_parts"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('weights are found without importing the package')")
    (package / "one").write_bytes(b"he")
    (package / "two").write_bytes(b"llo")
    monkeypatch.syspath_prepend(tmp_path)
    parts = ("everycall_test_parts/one", "everycall_test_parts/two")
    use(monkeypatch, weight(tmp_path, Source("package", files={"model.bin": parts})))
    folder = locate("tiny", cache_dir=tmp_path / "cache")
    assert (folder / "model.bin").read_bytes() == b"hello"
    assert folder == tmp_path / "cache" / "tiny"


def test_a_damaged_joined_copy_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test_parts_of_a_package_are_joined_in_the_cache(tmp_path, monkeypatch)
    (tmp_path / "cache" / "tiny" / "model.bin").write_bytes(b"jello")
    assert (locate("tiny", cache_dir=tmp_path / "cache") / "model.bin").read_bytes() == b"hello"


def test_any_local_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert locate(str(tmp_path)) == tmp_path


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(WeightError, match="whisper-base"):
        locate("whisper-gigantic")


def test_every_weight_of_the_catalogue_has_hashes_a_licence_and_a_source() -> None:
    for entry in catalogue():
        assert entry.licence
        assert entry.sources
        assert all(len(sha256) == 64 for sha256 in entry.files.values())
    assert len({entry.name for entry in catalogue()}) == len(catalogue())


def test_the_revision_identifies_the_weights() -> None:
    assert revision_of("whisper-base").endswith("@ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66")
    assert revision_of("owner/name@abc") == "owner/name@abc"
    assert revision_of("/some/folder") == ""
