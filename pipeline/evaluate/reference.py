"""Labelled recordings: audio with a human transcript."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigError
from pipeline.transcript import Language, Role

SUFFIX = ".ref.json"
EXAMPLE = (
    'Write {"language": "en", "channels": {"0": "agent", "1": "customer"}, '
    '"turns": [{"speaker": "agent", "start_s": 0.5, "end_s": 2.0, "text": "…"}]}'
)

ReferenceTurn = tuple[str, float | None, float | None, str]


@dataclass(frozen=True, slots=True)
class Reference:
    """A labelled call. `turns` are (speaker, start, end, text); `channels` maps a channel to its role.

    Times are None, and `channels` empty, where the label gives none. `fields` are the label's other fields (`queue`,
    `accent`, `agent_id`, …) as text.
    """

    call_id: str
    audio: Path
    language: str
    mono: bool
    channels: Mapping[int, str]
    turns: tuple[ReferenceTurn, ...] = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)


class LabelledTurn(BaseModel):
    """One turn of a label file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    speaker: Role = Field(description="Speaker.")
    text: str = Field(repr=False, description="Verbatim text.")
    start_s: float | None = Field(default=None, ge=0, description="Start, in seconds of the recording.")
    end_s: float | None = Field(default=None, ge=0, description="End, in seconds of the recording.")


class Label(BaseModel):
    """A label file, `ID.ref.json`. Calls can be grouped by its other fields."""

    model_config = ConfigDict(extra="allow", frozen=True)

    language: Language = Field(description="Spoken language.")
    channels: dict[int, Role] = Field(default_factory=dict, description="The role on each channel.")
    turns: tuple[LabelledTurn, ...] = Field(min_length=1, description="All turns in order.")


def read_references(folder: Path) -> list[Reference]:
    """Read all labelled calls of a folder: the recording beside each label, and its mono mix in `mono/`.

    Raises ConfigError for the first invalid file.
    """
    labels = sorted(folder.glob(f"*{SUFFIX}"))
    if not labels:
        raise ConfigError(f"{folder} has no labels", remedy=f"Put an ID{SUFFIX} beside each recording. {EXAMPLE}")
    return [reference for path in labels for reference in _references_of(path)]


def _references_of(path: Path) -> list[Reference]:
    """The recordings of a label; a mono mix gets the suffix `-mono`."""
    label, call_id = _label(path), path.name.removesuffix(SUFFIX)
    turns = tuple((turn.speaker, turn.start_s, turn.end_s, turn.text) for turn in label.turns)
    fields = {name: str(value) for name, value in (label.model_extra or {}).items() if isinstance(value, str | int)}

    def build(name: str, audio: Path, *, mono: bool) -> Reference:
        return Reference(name, audio, label.language, mono, dict(label.channels), turns, fields)

    recordings = [build(call_id, audio, mono=False) for audio in _audio(path.parent, call_id)]
    mixes = [build(f"{call_id}-mono", audio, mono=True) for audio in _audio(path.parent / "mono", call_id)]
    if not recordings and not mixes:
        raise ConfigError(f"{path.name} has no recording beside it", remedy=f"Put {call_id}.wav (or .mp3, …) there")
    return recordings + mixes


def _audio(folder: Path, call_id: str) -> list[Path]:
    """The recordings of a call in a folder."""
    return [each for each in sorted(folder.glob(f"{call_id}.*")) if each.suffix != ".json" and each.stem == call_id]


def _label(path: Path) -> Label:
    """Read a label file. Raises ConfigError with the place of the error but none of the call's words."""
    try:
        content: Any = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigError(f"{path.name} is not JSON{line}", remedy=EXAMPLE) from error
    try:
        return Label.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the top"
        # The validator's own text would quote the call.
        raise ConfigError(f"{path.name} is wrong at `{where}`: {first['msg']}", remedy=EXAMPLE) from None
