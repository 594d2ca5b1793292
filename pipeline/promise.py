"""Promises: what an agent commits to do after the call, and by when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

PromiseKind = Literal["call_back", "refund", "send", "repair", "escalate", "check", "other"]
KINDS: tuple[PromiseKind, ...] = get_args(PromiseKind)


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise. `quote` and `due_words` are exact words of the turn, hidden from the repr.

    `position` counts from 0 within the call. `start_s` is when the quote begins, None without times. `due_words` is ""
    if nothing says by when. `due_date` is the last day on which the promise counts as kept, None if unknown.
    """

    call_id: str
    position: int
    turn: int
    agent_id: str
    kind: PromiseKind
    quote: str = field(repr=False)
    start_s: float | None = None
    due_words: str = field(default="", repr=False)
    due_date: date | None = None
