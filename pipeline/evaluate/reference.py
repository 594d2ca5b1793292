"""A labelled recording: its audio, and who said what and when according to a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigError
from pipeline.transcript import Language, Role

ENDING = ".ref.json"
SHAPE = (
    'Write {"language": "en", "channels": {"0": "agent", "1": "customer"}, '
    '"turns": [{"speaker": "agent", "start_s": 0.5, "end_s": 2.0, "text": "…"}]}'
)

Spoken = tuple[str, float | None, float | None, str]


@dataclass(frozen=True, slots=True)
class Reference:
    """One labelled call: `turns` are (speaker, start, end, text); `channels` maps a channel to its role.

    Times are None where the person gave none; `channels` is empty where nobody said. `fields` are what else the label
    says of the call (`queue`, `accent`, `agent_id`, …), each as text.
    """

    call_id: str
    audio: Path
    language: str
    mono: bool
    channels: Mapping[int, str]
    turns: tuple[Spoken, ...] = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)


class LabelledTurn(BaseModel):
    """One turn of a label file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    speaker: Role = Field(description="Who speaks.")
    text: str = Field(repr=False, description="What is said, every word.")
    start_s: float | None = Field(default=None, ge=0, description="Where it starts, in seconds of the recording.")
    end_s: float | None = Field(default=None, ge=0, description="Where it ends.")


class Label(BaseModel):
    """A label file, `ID.ref.json`. Other fields are what calls can be grouped by."""

    model_config = ConfigDict(extra="allow", frozen=True)

    language: Language = Field(description="What is spoken.")
    channels: dict[int, Role] = Field(default_factory=dict, description="The role on each channel.")
    turns: tuple[LabelledTurn, ...] = Field(min_length=1, description="All turns in order.")


def references(folder: Path) -> list[Reference]:
    """All labelled calls of a folder: the recording beside each label, and a mono mix of it in `mono/`.

    Raises ConfigError that names the first file to mend.
    """
    labels = sorted(folder.glob(f"*{ENDING}"))
    if not labels:
        raise ConfigError(f"{folder} holds no labels", remedy=f"Put an ID{ENDING} beside each recording. {SHAPE}")
    return [reference for path in labels for reference in _of_label(path)]


def _of_label(path: Path) -> list[Reference]:
    """The recordings that a label speaks of; a mix has `-mono` after its id."""
    label, call_id = _label(path), path.name.removesuffix(ENDING)
    turns = tuple((turn.speaker, turn.start_s, turn.end_s, turn.text) for turn in label.turns)
    fields = {name: str(value) for name, value in (label.model_extra or {}).items() if isinstance(value, str | int)}

    def made(name: str, audio: Path, *, mono: bool) -> Reference:
        return Reference(name, audio, label.language, mono, dict(label.channels), turns, fields)

    beside = [made(call_id, audio, mono=False) for audio in _audio(path.parent, call_id)]
    mixes = [made(f"{call_id}-mono", audio, mono=True) for audio in _audio(path.parent / "mono", call_id)]
    if not beside and not mixes:
        raise ConfigError(f"{path.name} has no recording beside it", remedy=f"Put {call_id}.wav (or .mp3, …) there")
    return beside + mixes


def _audio(folder: Path, call_id: str) -> list[Path]:
    """The recordings of a call in a folder."""
    return [each for each in sorted(folder.glob(f"{call_id}.*")) if each.suffix != ".json" and each.stem == call_id]


def _label(path: Path) -> Label:
    """A label file. Raises ConfigError that says where it is wrong, without what is said in it."""
    try:
        stated: Any = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigError(f"{path.name} is not JSON{line}", remedy=SHAPE) from error
    try:
        return Label.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the top"
        # The validator's own text would repeat what is said on the call.
        raise ConfigError(f"{path.name} is wrong at `{where}`: {first['msg']}", remedy=SHAPE) from None
