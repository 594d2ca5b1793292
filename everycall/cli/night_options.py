"""The options of every command that runs a night, defined once and passed as one value."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import wraps
from typing import Any, get_type_hints

import typer

from everycall.cli.options import ASR, CHINESE_SCRIPT, DEVICE, HOTWORDS, METADATA, PATTERN, PROFILE, RUBRICS, STORE

RECORDINGS = typer.Argument(..., help="A folder (searched recursively), a file, or any fsspec address.")


@dataclass(frozen=True, slots=True)
class NightOptions:
    """Where the calls are, where the tables go, and which models judge; defaults are those of the command line."""

    recordings: str = RECORDINGS
    store: str = STORE
    metadata: str | None = METADATA
    name_pattern: str | None = PATTERN
    rubric: list[str] = field(default=RUBRICS)
    asr: str | None = ASR
    profile: str = PROFILE
    device: str = DEVICE
    hotwords: str | None = HOTWORDS
    chinese_script: str | None = CHINESE_SCRIPT

    def models(self) -> dict[str, Any]:
        """The arguments that an engine is built from."""
        overrides = {name: getattr(self, name) for name in ("asr", "device", "hotwords", "chinese_script")}
        return {"profile": self.profile, "rubric": ",".join(self.rubric), **overrides}

    def parameters(self) -> dict[str, Any]:
        """The parameters of the nightly flow."""
        places = ("recordings", "store", "metadata", "name_pattern")
        return {name: getattr(self, name) for name in places} | self.models()


def with_night(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a night before those of a command, which gets them as its first argument."""
    hints = get_type_hints(NightOptions)
    shared = [
        inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=hints[each.name])
        for each in fields(NightOptions)
    ]
    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    parameters = [*shared, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)]

    @wraps(function)
    def taken(**given: Any) -> None:
        night = NightOptions(**{each.name: given.pop(each.name) for each in shared})
        function(night, **given)

    # Typer reads both.
    taken.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    taken.__annotations__ = {each.name: each.annotation for each in parameters}
    return taken
