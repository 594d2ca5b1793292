"""Discovery: find every recording and transcript at an address, hash it and join it with its metadata."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from pipeline.errors import ConfigError
from pipeline.failure import Failure
from pipeline.ingest.metadata import FIELDS, MetadataRow, MetadataSource, merged, metadata_from_name, read_sidecar
from pipeline.recording import CallMetadata

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

AUDIO_ENDINGS = frozenset(
    {".wav", ".mp3", ".ogg", ".opus", ".oga", ".flac", ".m4a", ".mp4", ".aac", ".amr", ".awb", ".gsm", ".au", ".wma"}
    | {".webm", ".mka", ".sph", ".g722"}
)
AUDIO_MAGIC = (b"RIFF", b"RIFX", b"OggS", b"fLaC", b"ID3", b"#!AMR", b".snd", b"NIST_1A", b"\xff\xfb", b"\xff\xf3")
TRANSCRIPT_ENDINGS = frozenset((".jsonl", ".vtt"))
CHUNK_BYTES = 1 << 20

Kind = Literal["audio", "transcript"]


@dataclass(frozen=True, slots=True)
class Source:
    """One file to ingest; `sha256` is of its bytes. `call_id` is "" if the file itself names its calls."""

    uri: str
    kind: Kind
    sha256: str
    size_bytes: int
    call_id: str = ""
    metadata: CallMetadata | None = None

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return PurePosixPath(self.uri).name


@dataclass(frozen=True, slots=True)
class Discovery:
    """The sources found, sorted by address. `failures` are unusable files, and metadata rows without a file."""

    sources: tuple[Source, ...]
    failures: tuple[Failure, ...]


def discover(address: str, *, metadata: MetadataSource | None = None) -> Discovery:
    """Find all recordings and transcripts under a folder (recursively), in a file or at any fsspec address.

    Identical files are one call; copies are reported. Raises ConfigError if the address does not exist.

    >>> discover("no-such-folder")
    Traceback (most recent call last):
    pipeline.errors.ConfigError: no-such-folder does not exist. Name a folder, a file or an fsspec address
    """
    from fsspec.core import url_to_fs

    filesystem, root = url_to_fs(address)
    if not filesystem.exists(root):
        raise ConfigError(f"{address} does not exist", remedy="Name a folder, a file or an fsspec address")
    paths = [root] if filesystem.isfile(root) else sorted(path for path in filesystem.find(root) if not _hidden(path))
    metadata = metadata or MetadataSource()
    found = list(_examined(filesystem, paths, root=root, metadata=metadata))
    sources = [item for item in found if isinstance(item, Source)]
    failures = [item for item in found if isinstance(item, Failure)]
    unique, repeated = _unique(sources)
    failures += repeated + list(_unmatched_rows(metadata, paths, root=root))
    return Discovery(tuple(unique), tuple(failures))


def _examined(
    filesystem: AbstractFileSystem, paths: list[str], *, root: str, metadata: MetadataSource
) -> Iterator[Source | Failure]:
    sidecars = _sidecars(paths)
    for path in paths:
        if path in sidecars.values():
            continue
        try:
            kind = _kind(filesystem, path)
            if kind is None:
                continue
            sha256, size_bytes = _hashed(filesystem, path)
        except OSError as error:
            yield _failure(path, f"the file cannot be opened ({type(error).__name__})", "Check that it may be read")
            continue
        if size_bytes == 0:
            yield _failure(path, "the file is empty", "Export the recording again")
            continue
        yield from _joined(filesystem, Source(filesystem.unstrip_protocol(path), kind, sha256, size_bytes), path,
                           root=root, sidecar=sidecars.get(path), metadata=metadata)  # fmt: skip


def _joined(
    filesystem: AbstractFileSystem,
    source: Source,
    path: str,
    *,
    root: str,
    sidecar: str | None,
    metadata: MetadataSource,
) -> Iterator[Source | Failure]:
    if source.kind == "transcript" and path.endswith(".jsonl"):
        yield source
        return
    relative = path[len(root) :].lstrip("/") or PurePosixPath(path).name
    key = metadata.row_key(relative)
    rows: list[MetadataRow] = [metadata.rows[key]] if key is not None else []
    if metadata.rows and key is None:
        yield _failure(path, "the metadata has no row for it", "Add a row; the call is scored without one")
    if sidecar is not None:
        try:
            rows.append(read_sidecar(filesystem.cat_file(sidecar).decode(), name=PurePosixPath(sidecar).name))
        except (ConfigError, UnicodeDecodeError, OSError) as error:
            yield _failure(sidecar, f"the sidecar cannot be read ({error})", "Fix or remove it")
    rows.append(metadata_from_name(relative, metadata.pattern))
    row = merged(rows)
    yield replace(source, call_id=row.call_id or f"c{source.sha256[:16]}", metadata=row.metadata)


def _kind(filesystem: AbstractFileSystem, path: str) -> Kind | None:
    """Decide by the file's ending, or by its first bytes if the ending is unknown."""
    ending = PurePosixPath(path).suffix.lower()
    if ending in AUDIO_ENDINGS:
        return "audio"
    if ending in TRANSCRIPT_ENDINGS:
        return "transcript"
    if ending == ".json":
        return "transcript" if _is_amazon(filesystem.cat_file(path)) else None
    head = filesystem.cat_file(path, start=0, end=16)
    return "audio" if head.startswith(AUDIO_MAGIC) or head[4:8] == b"ftyp" else None


def _is_amazon(content: bytes) -> bool:
    try:
        value = json.loads(content)
    except ValueError:
        return False
    return isinstance(value, dict) and isinstance(value.get("Transcript"), list) and "LanguageCode" in value


def _sidecars(paths: list[str]) -> Mapping[str, str]:
    """The sidecars by recording: `call.json` or `call.wav.json` next to `call.wav`."""
    known, sidecars = set(paths), {}
    for path in paths:
        candidates = (str(PurePosixPath(path).with_suffix(".json")), f"{path}.json")
        sidecar = next((name for name in candidates if name in known), None)
        if sidecar and PurePosixPath(path).suffix.lower() in AUDIO_ENDINGS:
            sidecars[path] = sidecar
    return sidecars


def _hidden(path: str) -> bool:
    return PurePosixPath(path).name.startswith(".")


def _hashed(filesystem: AbstractFileSystem, path: str) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    with filesystem.open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
    return digest.hexdigest(), size_bytes


def _unique(sources: list[Source]) -> tuple[list[Source], list[Failure]]:
    """Keep one of each set of identical files: the one with most metadata, then the first by name."""
    first: dict[str, Source] = {}
    names: dict[str, Source] = {}
    repeated = []
    for source in sorted(sources, key=lambda source: (-_known_fields(source), source.uri)):
        if source.sha256 in first:
            cause = f"the same audio as {first[source.sha256].name}; it is counted as one call"
            repeated.append(_failure(source.uri, cause, "Remove the copy"))
        elif source.call_id and source.call_id in names:
            cause = f"the call id {source.call_id} already belongs to {names[source.call_id].name}"
            repeated.append(_failure(source.uri, cause, "Give each recording its own call id"))
        else:
            first[source.sha256] = names[source.call_id] = source
    return sorted(first.values(), key=lambda source: source.uri), repeated


def _known_fields(source: Source) -> int:
    metadata = source.metadata or CallMetadata()
    return sum(bool(getattr(metadata, name)) for name in FIELDS) + len(metadata.extra)


def _unmatched_rows(metadata: MetadataSource, paths: list[str], *, root: str) -> Iterator[Failure]:
    matched = {metadata.row_key(path[len(root) :].lstrip("/") or PurePosixPath(path).name) for path in paths}
    for key in metadata.rows:
        if key not in matched:
            yield _failure(key, "the metadata names it, but there is no such recording", "Export it or drop the row")


def _failure(source: str, cause: str, remedy: str) -> Failure:
    return Failure(source=PurePosixPath(source).name, stage="ingest", cause=cause, remedy=remedy)
