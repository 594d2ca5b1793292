"""Find and verify model weights: `locate` returns a folder whose files match the hashes in the catalogue."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import WeightError

log = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One place to get a weight from.

    `files` (kind `package`) maps a file name to the parts (module/path) that it is joined from. `path` is for `folder`,
    `repository` and `revision` for `hub`.
    """

    kind: Literal["package", "hub", "folder"]
    requirement: str = ""
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    path: str = ""
    repository: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Weight:
    """One entry of the catalogue. `files` maps each file name to its SHA-256; `remedy` says how to get the weight."""

    name: str
    task: str
    licence: str
    revision: str
    remedy: str
    files: Mapping[str, str]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """A weight whose files all match; `source` is the kind of source it came from."""

    weight: Weight
    folder: Path
    source: str
    size_bytes: int


@cache
def catalogue() -> tuple[Weight, ...]:
    """All known weights, in the order of `catalog.toml`."""
    table = tomllib.loads((Path(__file__).parent / "catalog.toml").read_text("utf-8"))
    return tuple(_weight(entry) for entry in table["weight"])


def locate(name: str, *, cache_dir: Path | None = None) -> Path:
    """The folder of a weight: a catalogue name (hashes checked), a local folder, or a hub id `owner/name@revision`.

    Raises WeightError when it is missing or a hash does not match.
    """
    if any(weight.name == name for weight in catalogue()):
        return verify(name, cache_dir=cache_dir).folder
    if Path(name).expanduser().is_dir():
        return Path(name).expanduser()
    if "@" in name and "/" in name:
        repository, revision = name.split("@", 1)
        return _download(repository, revision, patterns=None, cache_dir=_cache(cache_dir))
    known = ", ".join(weight.name for weight in catalogue())
    raise WeightError(
        f"There is no weight and no folder named '{name}'",
        remedy=f"Choose one of {known}, a folder, or a hub id with its revision (owner/name@revision)",
    )


def revision_of(name: str) -> str:
    """The pinned revision of a catalogue name; the part after the @ of a hub id; "" for a folder."""
    for weight in catalogue():
        if weight.name == name:
            return weight.revision
    return name if "@" in name else ""


def verify(name: str, *, cache_dir: Path | None = None) -> Verified:
    """Find a weight of the catalogue and check every hash; unchanged size and time save hashing again.

    Raises WeightError with the problem of each source and a remedy.
    """
    weight = next((weight for weight in catalogue() if weight.name == name), None)
    if weight is None:
        raise WeightError(f"There is no weight named '{name}'", remedy="`everycall models` lists the catalogue")
    problems = []
    for source in weight.sources:
        try:
            folder = _folder_of(weight, source, _cache(cache_dir))
        except (FileNotFoundError, ImportError, OSError) as error:
            problems.append(f"{source.kind}: {error}")
            continue
        stamp = _cache(cache_dir) / "stamps" / f"{weight.name}.json"
        wrong = _mismatches(weight, folder, stamp=stamp)
        if wrong and folder == _cache(cache_dir) / weight.name:
            shutil.rmtree(folder)
            wrong = _mismatches(weight, _folder_of(weight, source, _cache(cache_dir)), stamp=stamp)
        if not wrong:
            size = sum((folder / file).stat().st_size for file in weight.files)
            return Verified(weight, folder, source.kind, size)
        problems.append(f"{source.kind}: {', '.join(wrong)} missing or with another SHA-256 than the catalogue's")
    raise WeightError(f"The weight '{name}' is not usable ({'; '.join(problems)})", remedy=weight.remedy)


def _weight(entry: Mapping[str, Any]) -> Weight:
    """One parsed entry of the catalogue."""
    sources = tuple(
        Source(**{**source, "files": {name: tuple(parts) for name, parts in source.get("files", {}).items()}})
        for source in entry["sources"]
    )
    return Weight(**{**entry, "sources": sources})


def _cache(cache_dir: Path | None) -> Path:
    """The folder for joined and downloaded weights."""
    if cache_dir is not None:
        return cache_dir
    home = os.environ.get("EVERYCALL_CACHE") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "everycall" / "weights"


def _folder_of(weight: Weight, source: Source, cache_dir: Path) -> Path:
    """The folder of a source, joining or downloading its files first if needed."""
    if source.kind == "folder":
        folder = Path(os.path.expandvars(source.path)).expanduser()
        if not folder.is_dir():
            raise FileNotFoundError(f"{source.path} is not there")
        return folder
    if source.kind == "hub":
        return _download(source.repository, source.revision, patterns=tuple(weight.files), cache_dir=cache_dir)
    return _from_packages(weight, source, cache_dir)


def _from_packages(weight: Weight, source: Source, cache_dir: Path) -> Path:
    """The package's own folder if its files are there under their names, else a joined copy in the cache."""
    parts = {name: [_package_file(part) for part in listed] for name, listed in source.files.items()}
    first_name, first_parts = next(iter(parts.items()))
    home = Path(str(first_parts[0]).removesuffix(first_name))
    if all(len(paths) == 1 and paths[0] == home / name for name, paths in parts.items()):
        return home
    folder = cache_dir / weight.name
    for name, paths in parts.items():
        target = folder / name
        if not target.exists() or target.stat().st_size != sum(path.stat().st_size for path in paths):
            _join(paths, target)
    return folder


def _package_file(part: str) -> Path:
    """The path of `module/path` in an installed package, found without importing it."""
    module, _, inner = part.partition("/")
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {module} is not installed")
    path = Path(spec.submodule_search_locations[0]) / inner
    if not path.is_file():
        raise FileNotFoundError(f"the package {module} holds no {inner}")
    return path


def _join(parts: Sequence[Path], target: Path) -> None:
    """Concatenate parts into a temporary file and rename it, so a killed copy leaves no partial file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.{os.getpid()}.part")
    with aside.open("wb") as out:
        for part in parts:
            with part.open("rb") as stream:
                shutil.copyfileobj(stream, out, BLOCK_BYTES)
    aside.replace(target)


def _download(repository: str, revision: str, *, patterns: tuple[str, ...] | None, cache_dir: Path) -> Path:
    """Download a pinned revision from the model hub. Raises FileNotFoundError if that fails."""
    from huggingface_hub import snapshot_download

    log.info("fetching %s at %s", repository, revision)
    allow = list(patterns) if patterns else None
    try:
        folder = snapshot_download(repository, revision=revision, allow_patterns=allow, cache_dir=cache_dir / "hub")
    except Exception as error:
        raise FileNotFoundError(f"{repository}@{revision} could not be fetched ({type(error).__name__})") from error
    return Path(folder)


def _mismatches(weight: Weight, folder: Path, *, stamp: Path) -> list[str]:
    """Files that are missing or wrong. A stamp of size and time saves hashing a file twice."""
    known = json.loads(stamp.read_text("utf-8")) if stamp.is_file() else {}
    seen: dict[str, list[Any]] = {}
    wrong = []
    for name, sha256 in weight.files.items():
        path = folder / name
        if not path.is_file():
            wrong.append(name)
            continue
        status = path.stat()
        mark = [str(path), status.st_size, status.st_mtime_ns, sha256]
        if known.get(name) != mark and _sha256(path) != sha256:
            wrong.append(name)
        seen[name] = mark
    if not wrong and seen != known:
        _write_stamp(stamp, seen)
    return wrong


def _write_stamp(stamp: Path, seen: Mapping[str, list[Any]]) -> None:
    """Record what was verified; with a read-only cache, files are hashed again at each start."""
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        aside = stamp.with_name(f"{stamp.name}.{os.getpid()}.part")
        aside.write_text(json.dumps(seen), "utf-8")
        aside.replace(stamp)
    except OSError:
        log.warning("the weight cache %s cannot be written; hashes are checked again at each start", stamp.parent)


def _sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
