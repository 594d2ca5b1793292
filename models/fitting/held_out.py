"""Held-out predictions for training calls, and a `Heads` port that returns them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.call_features import Probabilities
from models.heads import SENTIMENTS, top_turns
from pipeline.enriched import EnrichedCall, Vectors
from pipeline.evaluate.labelled import LabelledCall
from pipeline.ports import CallLabel


def most_probable(shares: Mapping[str, float]) -> str:
    """The most probable option; "" if there is none."""
    return max(shares, key=lambda option: shares[option], default="")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A call with predictions by heads that saw no call of its agent or customer.

    `vectors` float32 [turns, dimensions]; `acts` one array [turns] per act; `call_labels` one distribution each.
    """

    call: LabelledCall
    vectors: Vectors = field(repr=False)
    acts: Mapping[str, Probabilities] = field(repr=False)
    call_labels: Mapping[str, Mapping[str, float]] = field(repr=False)

    def most_probable(self, call_label: str) -> str:
        """The most probable option; "" if the call lacks this label."""
        return most_probable(self.call_labels.get(call_label, {}))


class HeldOutHeads:
    """The `Heads` port that returns each call's held-out predictions.

    A call without a label gets equal probabilities for its options.
    """

    def __init__(self, calls: Sequence[HeldOut], *, call_labels: Mapping[str, tuple[str, ...]]) -> None:
        self._by_id = {each.call.transcript.call_id: each for each in calls}
        self.acts = tuple(sorted({act for each in calls for act in each.acts} - set(SENTIMENTS)))
        self.call_labels = call_labels
        self.fingerprint = "held-out"

    def act_probabilities(self, call: EnrichedCall) -> Mapping[str, Probabilities]:
        """One probability per turn for each act."""
        own = self._by_id[call.transcript.call_id]
        zeros = np.zeros(len(call.transcript.turns), dtype=np.float32)
        return {act: own.acts.get(act, zeros) for act in self.acts}

    def call_label(self, name: str, call: EnrichedCall) -> CallLabel:
        """The distribution over a label's options."""
        own = self._by_id[call.transcript.call_id]
        options = self.call_labels[name]
        shares = own.call_labels.get(name) or dict.fromkeys(options, 1 / len(options))
        turns = call.transcript.turns
        return CallLabel(
            probabilities={option: shares.get(option, 0.0) for option in options},
            turns={option: top_turns(name, option, turns, own.acts) for option in options},
        )
