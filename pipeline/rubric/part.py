"""What every part of a rubric has in common: unknown keys are refused and nothing changes after loading."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A piece of a QA form."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
