"""Call metadata from the telephone system: from a CSV, a JSON sidecar or the file's name, in that order."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath

from pipeline.errors import ConfigError
from pipeline.recording import CallMetadata

FIELDS = ("agent_id", "customer_id", "started_at", "queue", "direction", "language")
LANGUAGES = {"en": "en", "eng": "en", "english": "en", "zh": "zh", "zho": "zh", "cmn": "zh", "chinese": "zh"}
DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")
COMPACT_TIME = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class MetadataRow:
    """One call's metadata before it is joined with a file. `call_id` is "" if the source does not name it."""

    call_id: str
    metadata: CallMetadata


@dataclass(frozen=True, slots=True)
class MetadataSource:
    """Where metadata comes from: CSV rows by file name or call id, and a pattern with named groups for file names."""

    rows: Mapping[str, MetadataRow] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None

    def row_key(self, relative_path: str) -> str | None:
        """The key of this file's CSV row: its relative path, its name, or its name without ending."""
        path = PurePosixPath(relative_path)
        return next((key for key in (relative_path, path.name, path.stem) if key in self.rows), None)


def metadata_source(csv_address: str | None, name_pattern: str | None) -> MetadataSource:
    """A source from the address of a CSV and a regular expression for file names, both optional.

    Raises ConfigError if either cannot be read.
    """
    try:
        pattern = re.compile(name_pattern) if name_pattern else None
    except re.error as error:
        raise ConfigError(f"the name pattern is not a regular expression: {error}", remedy="Fix it") from error
    return MetadataSource(rows=_csv_rows(csv_address) if csv_address else {}, pattern=pattern)


def read_metadata_csv(text: str, *, name: str) -> dict[str, MetadataRow]:
    """Rows of a metadata CSV by their `file` column, or by `call_id` where there is no `file`.

    Raises ConfigError when it has neither column or names a file twice.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    columns = reader.fieldnames or []
    key = next((column for column in ("file", "call_id") if column in columns), None)
    if key is None:
        raise ConfigError(f"{name} has neither a `file` nor a `call_id` column", remedy="Add one, with a header line")
    rows: dict[str, MetadataRow] = {}
    for line, row in enumerate(reader, start=2):
        if row[key] in rows:
            raise ConfigError(f"{name} line {line} names `{row[key]}` a second time", remedy="Keep one of the lines")
        rows[row[key]] = metadata_row({column: value or "" for column, value in row.items() if column != "file"})
    return rows


def read_sidecar(text: str, *, name: str) -> MetadataRow:
    """The metadata in a JSON file next to a recording, a flat object. Raises ConfigError if it is not one."""
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{name} is not JSON (line {error.lineno})", remedy="Fix or remove it") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{name} is not a JSON object", remedy='Write {"agent_id": "…", …}')
    return metadata_row({str(key): "" if value is None else str(value) for key, value in values.items()})


def metadata_from_name(relative_path: str, pattern: re.Pattern[str] | None) -> MetadataRow:
    """The metadata in a file's name: the pattern's named groups, and a date if there is one."""
    match = pattern.search(relative_path) if pattern else None
    values = {key: value or "" for key, value in match.groupdict().items()} if match else {}
    row = metadata_row(values)
    date = DATE_IN_NAME.search(PurePosixPath(relative_path).name)
    if date and not row.metadata.started_at:
        return replace(row, metadata=replace(row.metadata, started_at="-".join(date.groups())))
    return row


def metadata_row(values: Mapping[str, str]) -> MetadataRow:
    """A row from named values: known names become fields, the rest goes to `extra`."""
    known = {name: values.get(name, "").strip() for name in FIELDS}
    known["started_at"] = iso_time(known["started_at"])
    known["language"] = LANGUAGES.get(re.split(r"[-_]", known["language"].lower())[0], "")
    extra = {key: value for key, value in values.items() if key not in (*FIELDS, "call_id", "agent_channel") and value}
    metadata = CallMetadata(**known, agent_channel=_channel(values.get("agent_channel", "")), extra=extra)
    return MetadataRow(call_id=values.get("call_id", "").strip(), metadata=metadata)


def iso_time(value: str) -> str:
    """The time as ISO 8601 without a zone; "" if it cannot be parsed (never a wrong day).

    >>> iso_time("20260302140500"), iso_time("2026-03-02 14:05"), iso_time("yesterday")
    ('2026-03-02T14:05:00', '2026-03-02T14:05:00', '')
    """
    digits = re.sub(r"\D", "", value)
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None).isoformat(timespec="seconds")
    except ValueError:
        pass
    try:
        return datetime.strptime(digits, COMPACT_TIME).isoformat(timespec="seconds") if len(digits) == 14 else ""
    except ValueError:
        return ""


def merged(rows: Iterable[MetadataRow]) -> MetadataRow:
    """Merge rows; for each field the first row that has a value wins."""
    result = MetadataRow("", CallMetadata())
    for row in rows:
        fields = {name: getattr(result.metadata, name) or getattr(row.metadata, name) for name in FIELDS}
        channel = result.metadata.agent_channel
        channel = row.metadata.agent_channel if channel is None else channel
        extra = {**row.metadata.extra, **result.metadata.extra}
        result = MetadataRow(result.call_id or row.call_id, CallMetadata(**fields, agent_channel=channel, extra=extra))
    return result


def _channel(value: str) -> int | None:
    return int(value) if value.strip() in ("0", "1") else None


def _csv_rows(address: str) -> dict[str, MetadataRow]:
    from fsspec.core import open as fsspec_open

    try:
        with fsspec_open(address, "rb") as file:
            text = bytes(file.read()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{address} cannot be read as UTF-8 text", remedy="Name a CSV saved as UTF-8") from error
    return read_metadata_csv(text, name=PurePosixPath(address).name)
