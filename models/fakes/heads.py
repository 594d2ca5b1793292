"""Fake `Heads`: dialogue acts by key words, and given call labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.call_features import role_of
from pipeline.enriched import EnrichedCall
from pipeline.ports import CallLabel


@dataclass(frozen=True)
class KeywordHeads:
    """An act is certain in a turn with one of its `words`; call labels are returned as given."""

    words: Mapping[str, tuple[str, ...]]
    call_label_probabilities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    fingerprint: str = "keyword-heads"

    @property
    def acts(self) -> tuple[str, ...]:
        """Acts with key words."""
        return tuple(self.words)

    @property
    def call_labels(self) -> Mapping[str, tuple[str, ...]]:
        """Call labels with probabilities, and their options."""
        return {name: tuple(shares) for name, shares in self.call_label_probabilities.items()}

    def act_probabilities(self, call: EnrichedCall) -> Mapping[str, npt.NDArray[np.float32]]:
        """1 where the right role says a key word, else 0."""
        turns = call.transcript.turns
        return {
            act: np.asarray(
                [turn.role == role_of(act) and any(word in turn.text.casefold() for word in words) for turn in turns],
                dtype=np.float32,
            )
            for act, words in self.words.items()
        }

    def call_label(self, name: str, call: EnrichedCall) -> CallLabel:
        """The given probabilities, without turns."""
        return CallLabel(probabilities=dict(self.call_label_probabilities[name]))
