"""The models that detectors may ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from pipeline.fingerprint import fingerprint
from pipeline.ports import Heads, LanguageModel, TextEncoder
from pipeline.score.context.reliability import Reliability


@dataclass(frozen=True)
class ScoringModels:
    """What judges a call. `encoder` serves `meaning` and `language_model` serves `model`; either may be missing.

    `reliability` says how far their answers can be relied on.
    """

    heads: Heads
    encoder: TextEncoder | None = None
    language_model: LanguageModel | None = None
    reliability: Reliability = field(default_factory=Reliability)

    @cached_property
    def fingerprint(self) -> str:
        """Changes when any of the judges does."""
        return fingerprint(
            self.heads.fingerprint,
            self.encoder.fingerprint if self.encoder else "",
            self.language_model.fingerprint if self.language_model else "",
            self.reliability.fingerprint,
        )
