"""The head view of a call: all that the fitted heads see in it, kept so that a changed form asks them nothing again.

It depends on the call and the heads, never on a form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipeline.enriched import ClassifierOutputs, EnrichedCall
from pipeline.errors import ModelError
from pipeline.fingerprints.code_fingerprint import code_fingerprint, model_fingerprint
from pipeline.ports import CallLabel, Heads


def with_classifier_outputs(call: EnrichedCall, heads: Heads) -> EnrichedCall:
    """The call with what these heads see in it; as it came where it has that, or where they cannot see it."""
    if is_by(call.classifier_outputs, heads):
        return call
    try:
        return replace(call, classifier_outputs=_view(call, heads))
    except ModelError:
        # The form may ask these heads nothing; where it does, the question fails with the heads' own words.
        return call if call.classifier_outputs is None else replace(call, classifier_outputs=None)


def is_by(view: ClassifierOutputs | None, heads: Heads) -> bool:
    """Whether it is the view of these heads, and of this code."""
    return view is not None and view.heads == _fingerprint(heads)


def dialogue_acts_in(call: EnrichedCall, heads: Heads) -> Mapping[str, npt.NDArray[np.float32]]:
    """For each act one probability a turn, as the heads gave them or give them now."""
    view = call.classifier_outputs
    if view is None or not is_by(view, heads):
        return heads.act_probabilities(call)
    return dict(zip(heads.acts, view.acts, strict=True))


def call_label_in(name: str, call: EnrichedCall, heads: Heads) -> CallLabel:
    """A call-level verdict, as the heads gave it or give it now."""
    view = call.classifier_outputs
    if view is None or not is_by(view, heads):
        return heads.call_label(name, call)
    start = 0
    for known, options in heads.call_labels.items():
        if known == name:
            own = slice(start, start + len(options))
            shares, named = view.shares[own], view.named[own]
            return CallLabel(dict(zip(options, shares, strict=True)), dict(zip(options, named, strict=True)))
        start += len(options)
    return heads.call_label(name, call)


def _view(call: EnrichedCall, heads: Heads) -> ClassifierOutputs:
    turns = len(call.transcript.turns)
    probabilities = heads.act_probabilities(call)
    acts = np.zeros((len(heads.acts), turns), np.float32)
    for number, act in enumerate(heads.acts):
        acts[number] = probabilities[act]
    call_labels = [(heads.call_label(name, call), options) for name, options in heads.call_labels.items()]
    return ClassifierOutputs(
        heads=_fingerprint(heads),
        acts=acts,
        shares=tuple(call_label.probabilities[option] for call_label, options in call_labels for option in options),
        named=_named(call_labels),
    )


def _named(call_labels: Sequence[tuple[CallLabel, Sequence[str]]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(call_label.turns.get(option, ())) for call_label, options in call_labels for option in options)


def _fingerprint(heads: Heads) -> str:
    """Changes with the weights, the code of the heads' adapter (features, named turns) or this module."""
    return f"{code_fingerprint(__name__)}:{model_fingerprint(heads)}"
