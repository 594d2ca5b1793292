"""Training calls as the heads judge calls that they never saw, and a judge that repeats those judgements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.call_features import Probabilities
from models.heads import SENTIMENTS, named_turns
from pipeline.enriched import EnrichedCall, Vectors
from pipeline.evaluate.labelled import LabelledCall
from pipeline.ports import CallLabel


def best(shares: Mapping[str, float]) -> str:
    """The most probable option; empty where there is none."""
    return max(shares, key=lambda option: shares[option], default="")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A call judged by heads that were fitted on no call of its agent or customer.

    `vectors` float32 [turns, dimensions]; `acts` one array [turns] an act; `verdicts` one distribution each.
    """

    call: LabelledCall
    vectors: Vectors = field(repr=False)
    acts: Mapping[str, Probabilities] = field(repr=False)
    call_labels: Mapping[str, Mapping[str, float]] = field(repr=False)

    def best(self, call_label: str) -> str:
        """The most probable option; empty where the call does not label this verdict."""
        return best(self.call_labels.get(call_label, {}))


class HeldOutHeads:
    """The port `Heads`, which judges each of these calls as it was judged when it was held out.

    A verdict that a call does not label, and so has none, leaves all options equally probable.
    """

    def __init__(self, calls: Sequence[HeldOut], *, call_labels: Mapping[str, tuple[str, ...]]) -> None:
        self._by_id = {each.call.transcript.call_id: each for each in calls}
        self.acts = tuple(sorted({act for each in calls for act in each.acts} - set(SENTIMENTS)))
        self.call_labels = call_labels
        self.fingerprint = "held-out"

    def act_probabilities(self, call: EnrichedCall) -> Mapping[str, Probabilities]:
        """For each act, one probability a turn."""
        own = self._by_id[call.transcript.call_id]
        nothing = np.zeros(len(call.transcript.turns), dtype=np.float32)
        return {act: own.acts.get(act, nothing) for act in self.acts}

    def call_label(self, name: str, call: EnrichedCall) -> CallLabel:
        """The distribution over a verdict's options."""
        own = self._by_id[call.transcript.call_id]
        options = self.call_labels[name]
        shares = own.call_labels.get(name) or dict.fromkeys(options, 1 / len(options))
        turns = call.transcript.turns
        return CallLabel(
            probabilities={option: shares.get(option, 0.0) for option in options},
            turns={option: named_turns(name, option, turns, own.acts) for option in options},
        )
