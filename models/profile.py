"""A profile names the models of a night. `embedded` needs only packages, `gpu` names larger models for a GPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.language_model import LanguageModelSettings
from pipeline.errors import ConfigError
from pipeline.transcript import ChineseScript

Device = Literal["auto", "cpu", "cuda"]


class Profile(BaseModel):
    """The models of a night, each a catalogue name, a local folder, or `owner/name@revision`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asr: str = Field(default="whisper-base", description="Speech recognition: any Whisper in the CTranslate2 layout.")
    device: Device = Field(
        default="auto", description="auto takes a CUDA GPU at float16 if there is one, else int8 on the CPU."
    )
    diarizer: str = Field(default="campplus-zh-en", description="Speaker embeddings for calls recorded on one channel.")
    encoder: str = Field(default="use-multilingual-v3", description="The sentence encoder; heads belong to one.")
    heads: str = Field(default="support", description="Fitted heads: `support`, or a file made by `everycall fit`.")
    sentiment: str = Field(default="fitted", description="`fitted` (a head on the encoder) or a classifier.")

    max_call_s: float = Field(default=7200.0, gt=0, description="Longest recording that is heard; longer ones fail.")

    language_by_turn: bool = Field(
        default=False,
        description="Whether calls may switch between English and Chinese; each stretch of speech is asked then.",
    )

    chinese_script: ChineseScript = Field(
        default="simplified", description="The characters that Chinese is written in: simplified or traditional."
    )

    hotwords: str | None = Field(
        default=None,
        description="A text file of names to expect, one a line: doubted words that sound alike become these.",
    )

    language_model: LanguageModelSettings | None = Field(
        default=None, description="What `model` detectors ask; off unless it is given, for it sends the words of calls."
    )


PROFILES = {
    "embedded": Profile(),
    "gpu": Profile(asr="whisper-large-v3-turbo", device="cuda"),
}


def load_profile(name: str, **overrides: str | None) -> Profile:
    """Load a profile by name or from a YAML file, and apply `overrides` from the command line. Raises ConfigError.

    Overrides are settings by name; None keeps the profile's value.
    """
    stated = PROFILES[name].model_dump() if name in PROFILES else _read_profile(Path(name))
    try:
        return Profile.model_validate(
            {**stated, **{key: value for key, value in overrides.items() if value is not None}}
        )
    except ValidationError as error:
        first = error.errors()[0]
        cause = f"the profile {name} is wrong at `{'.'.join(map(str, first['loc']))}`: {first['msg']}"
        raise ConfigError(cause, remedy="docs/settings.md lists the settings and their values") from error


def _read_profile(path: Path) -> dict[str, Any]:
    import yaml

    try:
        stated = yaml.safe_load(path.read_text("utf-8")) or {}
    except OSError as error:
        known = " or ".join(PROFILES)
        raise ConfigError(f"there is no profile {path}", remedy=f"Name {known}, or a YAML file") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML", remedy="Write one `name: value` a line") from error
    if not isinstance(stated, dict):
        raise ConfigError(f"{path} holds no names and values", remedy="Write one `name: value` a line")
    return stated
