"""The models that detectors use."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from pipeline.fingerprints.code_fingerprint import model_fingerprint
from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.ports import Heads, LanguageModel, TextEncoder
from pipeline.score.context.reliability import Reliability


@dataclass(frozen=True)
class ScoringModels:
    """Heads, text encoder and language model. The last two are optional: `meaning` and `model` detectors need them."""

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
