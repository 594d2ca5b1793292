"""A commitment: where in a turn's text somebody commits to something, its kind, and by when."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.enrich.due import Due
from pipeline.promise import PromiseKind


@dataclass(frozen=True, slots=True)
class Commitment:
    """Characters `start` to `end` of a text are a commitment; `due` is None if nothing says by when."""

    start: int
    end: int
    kind: PromiseKind
    due: Due | None = None
