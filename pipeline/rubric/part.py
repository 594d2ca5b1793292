"""The base of every part of a rubric: immutable, and strict about unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A piece of a QA form."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
