"""Prohibited phrases: what an agent must never say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.rubric.part import Part
from pipeline.rubric.place import Place


class Prohibited(Part):
    """A prohibited phrase is said in earnest: not denied, not reported, not quoted from somebody else."""

    kind: Literal["prohibited"] = Field(description="Looks for prohibited phrases; wrap it in `not` to ask for none.")
    phrases: tuple[str, ...] = Field(min_length=1, description="Patterns, as in `phrase`; one match is enough.")
    where: Place = Field(default_factory=Place, description="Whose turns, and which.")
    unless: tuple[str, ...] = Field(default=(), description="Patterns that veto a match beside it.")
    found: float = Field(default=0.95, ge=0, le=1, description="The probability when one is said.")
    absent: float = Field(default=0.03, ge=0, le=1, description="The probability when none is.")
