"""The models that detectors may ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from pipeline.code_fingerprint import model_fingerprint
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
        """Changes with any of the models, or with the code of an adapter."""
        return fingerprint(
            model_fingerprint(self.heads),
            model_fingerprint(self.encoder) if self.encoder else "",
            model_fingerprint(self.language_model) if self.language_model else "",
            self.reliability.fingerprint,
        )
