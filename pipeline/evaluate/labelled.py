"""Labelled calls: transcripts with human answers, to measure agreement and to fit heads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.enriched import Sentiment
from pipeline.errors import ConfigError, IngestError
from pipeline.ingest.jsonl import transcript_from_json
from pipeline.transcript import Transcript


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """A call with its correct answers.

    `labels` maps a question to its answer, `evidence` a question to the 0-based turns that decide it. For fitting,
    `acts` lists the dialogue acts of each turn and `turn_sentiment` the customer's sentiment (None for other turns);
    both have one entry per turn or are empty.
    """

    transcript: Transcript
    labels: Mapping[str, str]
    evidence: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    acts: tuple[tuple[str, ...], ...] = ()
    turn_sentiment: tuple[Sentiment | None, ...] = ()


def read_labelled(path: Path) -> list[LabelledCall]:
    """Read the labelled calls of a JSONL file; ignores unknown fields, and times are optional. Raises ConfigError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read", remedy="Name a JSONL file of labelled calls") from error
    calls = [_labelled(line, where=f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not calls:
        raise ConfigError(f"{path} has no labelled calls", remedy="Write one JSON object per line")
    return calls


def _labelled(line: str, *, where: str) -> LabelledCall:
    try:
        record = json.loads(line)
        call = LabelledCall(
            transcript=transcript_from_json(record, source=where),
            labels={str(name): str(value) for name, value in record["labels"].items()},
            evidence={
                name: tuple(int(turn) for turn in turns) for name, turns in (record.get("evidence") or {}).items()
            },
            acts=tuple(tuple(acts) for acts in record.get("acts") or ()),
            turn_sentiment=tuple(record.get("turn_sentiment") or ()),
        )
    except IngestError as error:
        raise ConfigError(f"{where}: {error.message}", remedy=error.remedy) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{where} is not a labelled call ({type(error).__name__})",
            remedy="It needs call_id, turns with speaker and text, and labels",
        ) from error
    if any(len(column) not in (0, len(call.transcript.turns)) for column in (call.acts, call.turn_sentiment)):
        raise ConfigError(
            f"{where}: acts or turn_sentiment do not have one entry per turn",
            remedy="Give one entry per turn, or leave the field out",
        )
    return call
