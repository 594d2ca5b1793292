"""A flag: why a supervisor should listen to a call, and from which second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.scorecard import Evidence

Severity = Literal["critical", "high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule that matched a call. `play_from_s` is where to start listening; flags are sorted by `gain`.

    `reason` is worded in English; `reason_code` and `reason_values` let it be worded in a reader's language.
    """

    call_id: str
    rule: str
    severity: Severity
    reason: str = field(repr=False)
    evidence: tuple[Evidence, ...] = ()
    play_from_s: float = 0.0
    gain: float = 0.0
    reason_code: str = ""
    reason_values: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
