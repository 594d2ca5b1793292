"""Where on a call a detector looks: whose turns, and which stretch of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from pipeline.rubric.part import Part


class Place(Part):
    """Whose turns count, and how far into the call. All bounds must hold."""

    by: Literal["agent", "customer", "ivr", "anyone"] = Field(default="agent", description="Whose turns are looked at.")
    first_turns: int | None = Field(default=None, ge=1, description="Only the first N turns of that speaker.")
    last_turns: int | None = Field(default=None, ge=1, description="Only the last N turns of that speaker.")
    first_s: float | None = Field(default=None, gt=0, description="Only turns that start within the first N seconds.")
    last_s: float | None = Field(default=None, gt=0, description="Only turns that end within the last N seconds.")
    first_share: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Only this share of the call's turns, from its start: 0.5 is half.",
    )
    last_share: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Only this share of the call's turns, up to its end.",
    )

    @model_validator(mode="after")
    def _one_unit(self) -> Place:
        turns = self.first_turns is not None or self.last_turns is not None
        seconds = self.first_s is not None or self.last_s is not None
        shares = self.first_share is not None or self.last_share is not None
        if turns + seconds + shares > 1:
            raise ValueError("give turns, seconds or shares, not several of them")
        return self
