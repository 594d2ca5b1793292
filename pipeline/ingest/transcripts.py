"""Written transcripts: JSONL, WebVTT and Amazon Transcribe Call Analytics JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.errors import IngestError
from pipeline.failure import Failure, failure_of
from pipeline.ingest.amazon import transcript_from_amazon
from pipeline.ingest.discovery import Source
from pipeline.ingest.jsonl import transcript_from_json
from pipeline.ingest.webvtt import transcript_from_webvtt
from pipeline.transcript import Transcript


def read_transcripts(source: Source) -> list[Transcript | Failure]:
    """Read every transcript of a file; an unreadable line becomes a Failure in its place.

    Raises IngestError if the whole file cannot be read.
    """
    text = _text(source)
    if source.uri.endswith(".jsonl"):
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        return [_line(line, source=f"{source.name}:{number}") for number, line in lines]
    if source.uri.endswith(".vtt"):
        return [transcript_from_webvtt(text, source=source)]
    return [transcript_from_amazon(_json(text, source=source.name), source=source)]


def _line(line: str, *, source: str) -> Transcript | Failure:
    try:
        return transcript_from_json(_json(line, source=source), source=source)
    except IngestError as error:
        return failure_of(error)


def _json(text: str, *, source: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise IngestError(f"not JSON (column {error.colno})", source=source, remedy="Export it again") from error
    if not isinstance(value, dict):
        raise IngestError("not a JSON object", source=source, remedy='Write {"call_id": …, "turns": […]}')
    return value


def _text(source: Source) -> str:
    from fsspec.core import open as fsspec_open

    try:
        with fsspec_open(source.uri, "rb") as file:
            return bytes(file.read()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IngestError("not UTF-8 text", source=source.name, remedy="Save it as UTF-8") from error
    except OSError as error:
        cause = f"the file cannot be opened ({type(error).__name__})"
        raise IngestError(cause, source=source.name, remedy="Check that it exists and may be read") from error
