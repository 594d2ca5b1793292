"""A profile: which model does what on a night. `embedded` needs packages alone, `gpu` names what a GPU is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigError

Device = Literal["auto", "cpu", "cuda"]


class Profile(BaseModel):
    """The models of a night, each by a name of the catalogue, a local folder, or `owner/name@revision`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asr: str = Field(default="whisper-base", description="Speech recognition: any Whisper in the CTranslate2 layout.")
    device: Device = Field(
        default="auto", description="auto takes a CUDA GPU at float16 if there is one, else int8 on the CPU."
    )
    diarizer: str = Field(default="campplus-zh-en", description="Speaker embeddings for calls recorded on one channel.")
    encoder: str = Field(default="use-multilingual-v3", description="The sentence encoder; heads belong to one.")
    heads: str = Field(default="support", description="Fitted heads: `support`, or a file made by `everycall fit`.")
    sentiment: str = Field(default="fitted", description="`fitted` (a head on the encoder) or a classifier.")

    def weights(self) -> tuple[str, ...]:
        """The catalogue's names among the models, for `doctor` and for fetching them ahead of a night."""
        from models.weights import catalogue

        known = {weight.name for weight in catalogue()}
        return tuple(name for name in (self.asr, self.diarizer, self.encoder, self.sentiment) if name in known)


PROFILES = {
    "embedded": Profile(),
    "gpu": Profile(asr="whisper-large-v3-turbo", device="cuda"),
}


def load_profile(name: str, *, asr: str | None = None, device: Device | None = None) -> Profile:
    """A profile by name or from a YAML file, with the command line's own wishes on top. Raises ConfigError."""
    base = PROFILES[name] if name in PROFILES else _read_profile(Path(name))
    wishes = {"asr": asr, "device": device}
    return base.model_copy(update={key: value for key, value in wishes.items() if value is not None})


def _read_profile(path: Path) -> Profile:
    import yaml

    try:
        return Profile.model_validate(yaml.safe_load(path.read_text("utf-8")) or {})
    except OSError as error:
        known = " or ".join(PROFILES)
        raise ConfigError(f"there is no profile {path}", remedy=f"Name {known}, or a YAML file") from error
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(
            f"the profile {path} is wrong: {_first_line(error)}", remedy="See docs/settings.md"
        ) from error


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).splitlines()[0]
