"""Fitted heads: dialogue acts of turns and labels of calls, by linear weights on turn and call features.

Inference needs only NumPy; `models.fitting.fit` makes the weights with scikit-learn.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.call_features import CallActs, features_of, role_of
from models.call_label_forms import FORMS, CallLabelForm
from models.turn_features import ROLES, TurnFeatures, dense_groups, turn_features
from pipeline.enriched import EnrichedCall, Vectors
from pipeline.errors import ModelError, WeightError
from pipeline.ports import CallLabel
from pipeline.transcript import Role, Turn

SENTIMENTS = ("negative", "neutral", "positive")
SHIPPED = Path(__file__).parent / "fitted" / "support.npz"
# Acts that decide an agent's sentiment.
RUDE, KIND = "rude", ("closes_warmly", "empathises")
MANNERS = (RUDE, *KIND)
FORMAT = 1
MIN_TURN_PROBABILITY = 0.25
MAX_TURNS = 3

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TurnHead:
    """Weights for one role's acts: `dense` float32 [features, acts], `grams` float32 [buckets, acts], `bias` [acts]."""

    acts: tuple[str, ...]
    dense: Floats = field(repr=False)
    grams: Floats = field(repr=False)
    bias: Floats = field(repr=False)

    def scores(self, features: TurnFeatures) -> Floats:
        """Log-odds of each act, float32 [turns, acts]."""
        words = [weights @ self.grams.take(buckets, axis=0) for buckets, weights in features.grams]
        return features.dense @ self.dense + np.asarray(words, dtype=np.float32).reshape(-1, len(self.acts)) + self.bias


@dataclass(frozen=True, slots=True)
class CallLabelHead:
    """Weights of one call label: float64 [features, options] and [options]."""

    features: tuple[str, ...]
    options: tuple[str, ...]
    weights: npt.NDArray[np.float64] = field(repr=False)
    bias: npt.NDArray[np.float64] = field(repr=False)


class FittedHeads:
    """The `Heads` port on fitted weights. Caches the acts of the latest call for its next question."""

    def __init__(
        self,
        turn_heads: Mapping[Role, TurnHead],
        call_label_heads: Mapping[str, CallLabelHead],
        *,
        encoder: str,
        card: Mapping[str, Any] | None = None,
    ) -> None:
        self.turn_heads = dict(turn_heads)
        self.call_label_heads = dict(call_label_heads)
        self.encoder = encoder
        self.card = dict(card or {})
        self.acts = tuple(act for role in ROLES for act in self.turn_heads[role].acts if act not in SENTIMENTS)
        self.call_labels: Mapping[str, tuple[str, ...]] = {
            name: head.options for name, head in self.call_label_heads.items()
        }
        self.fingerprint = f"heads:{FORMAT}:{_digest(_arrays(self))}"
        self._latest: tuple[EnrichedCall, CallActs] | None = None

    def act_probabilities(self, call: EnrichedCall) -> Mapping[str, Floats]:
        """One probability per turn for each act; 0 for turns of the other role.

        Raises ModelError if the vectors are of another encoder.
        """
        probabilities = self._acts(call).probabilities
        return {act: probabilities[act] for act in self.acts}

    def call_label(self, name: str, call: EnrichedCall) -> CallLabel:
        """The distribution over a label's options. Raises ModelError if the label was not fitted."""
        if name not in self.call_label_heads:
            known = ", ".join(sorted(self.call_label_heads))
            raise ModelError(f"no head was fitted for the verdict {name!r}", remedy=f"Choose one of: {known}")
        head = self.call_label_heads[name]
        acts = self._acts(call)
        scores = features_of(head.features, acts) @ head.weights + head.bias
        shares = softmax(scores[None])[0]
        return CallLabel(
            probabilities={option: float(share) for option, share in zip(head.options, shares, strict=True)},
            turns={option: _top_turns(FORMS[name], option, acts) for option in head.options},
        )

    @property
    def dimensions(self) -> int:
        """The dimensions of the vectors that the heads were fitted on."""
        others = sum(dense_groups(0).values())
        return (len(self.turn_heads["customer"].dense) - others) // 3

    def turn_sentiments(self, turns: Sequence[Turn], vectors: Vectors) -> Floats:
        """Negative, neutral and positive, float32 [turns, 3]; agents' by manner, IVR turns are neutral."""
        probabilities = self._turn_probabilities(turns, vectors)
        shares = np.stack([probabilities[name] for name in SENTIMENTS], axis=1)
        agents = [number for number, turn in enumerate(turns) if turn.role == "agent"]
        shares[agents] = _manner({act: probabilities[act][agents] for act in self.acts if act in MANNERS})
        return shares

    def _acts(self, call: EnrichedCall) -> CallActs:
        if self._latest is not None and self._latest[0] is call:
            return self._latest[1]
        if call.encoder != self.encoder:
            raise ModelError(
                f"the heads were fitted on vectors of {self.encoder!r}, the call has those of {call.encoder!r}",
                remedy="Fit heads for this encoder with `everycall fit`, or choose the encoder of the heads",
            )
        acts = CallActs(call.transcript.turns, self._turn_probabilities(call.transcript.turns, call.vectors))
        self._latest = (call, acts)
        return acts

    def _turn_probabilities(self, turns: Sequence[Turn], vectors: Vectors) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        for role, features in turn_features(turns, vectors).items():
            head = self.turn_heads[role]
            columns = np.zeros((len(turns), len(head.acts)), dtype=np.float32)
            if features.turns:
                columns[list(features.turns)] = act_shares(head.acts, head.scores(features))
            found.update({act: columns[:, number] for number, act in enumerate(head.acts)})
        others = [number for number, turn in enumerate(turns) if turn.role != "customer"]
        found["neutral"][others] = 1.0
        return found


def act_shares(acts: Sequence[str], scores: Floats) -> Floats:
    """Probabilities from log-odds: independent per act, a softmax over the three sentiments."""
    shares: Floats = (1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))).astype(np.float32)
    columns = [number for number, act in enumerate(acts) if act in SENTIMENTS]
    if columns:
        shares[:, columns] = softmax(scores[:, columns])
    return shares


def _manner(acts: Mapping[str, Floats]) -> Floats:
    """Sentiment of an agent's turns: negative if rude, positive if kind and not rude; float32 [turns, 3].

    The customer's head would take kind words about bad news for a bad mood. Acts without a head count as 0.
    """
    rude = acts.get(RUDE, np.float32(0.0))
    cold = np.prod([1.0 - acts[act] for act in KIND if act in acts], axis=0)
    return np.stack(np.broadcast_arrays(rude, (1.0 - rude) * cold, (1.0 - rude) * (1.0 - cold)), axis=-1)


def softmax(scores: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Probabilities along the last axis."""
    raised = np.exp(scores - np.maximum.reduce(scores, axis=-1, keepdims=True))
    shares: npt.NDArray[Any] = raised / np.add.reduce(raised, axis=-1, keepdims=True)
    return shares


def top_turns(
    call_label: str, option: str, turns: Sequence[Turn], probabilities: Mapping[str, Floats]
) -> tuple[int, ...]:
    """The turns with the most weight for an option, heaviest first: at most three, and the first however weak."""
    return _top_turns(FORMS[call_label], option, CallActs(turns, probabilities))


def _top_turns(form: CallLabelForm, option: str, acts: CallActs) -> tuple[int, ...]:
    weights: dict[int, float] = {}
    for act in (act for act in form.evidence.get(option, ()) if act in acts.probabilities):
        line = acts.probabilities[act].tolist()
        for number in acts.scope(form.scope, role_of(act)):
            weights[number] = max(weights.get(number, 0.0), line[number])
    ranked = sorted(weights, key=lambda number: (-weights[number], number))[:MAX_TURNS]
    return tuple(number for place, number in enumerate(ranked) if place == 0 or weights[number] >= MIN_TURN_PROBABILITY)


def save_heads(heads: FittedHeads, path: Path) -> None:
    """Write the weights (`.npz`) and beside them the card with data hash and figures (`.json`)."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **_arrays(heads))
    path.write_bytes(buffer.getvalue())
    meta = {
        "format": FORMAT,
        "encoder": heads.encoder,
        "fingerprint": heads.fingerprint,
        "acts": {role: list(head.acts) for role, head in heads.turn_heads.items()},
        "verdicts": {
            name: {"features": list(head.features), "options": list(head.options)}
            for name, head in heads.call_label_heads.items()
        },
        "card": heads.card,
    }
    path.with_suffix(".json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load_heads(path: Path = SHIPPED) -> FittedHeads:
    """Load heads from `save_heads`. Raises WeightError if a file is missing or the weights do not match the card."""
    try:
        meta = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name].astype(np.float32) for name in file.files}
    except (OSError, ValueError) as error:
        raise WeightError(f"the heads at {path} cannot be read", remedy="Make them with `everycall fit`") from error
    heads = FittedHeads(
        {role: _turn_head(role, meta["acts"][role], arrays) for role in ROLES},
        {name: _call_label_head(name, shape, arrays) for name, shape in meta["verdicts"].items()},
        encoder=meta["encoder"],
        card=meta["card"],
    )
    if heads.fingerprint != meta["fingerprint"]:
        raise WeightError(f"the heads at {path} do not match their card", remedy="Fit them again with `everycall fit`")
    return heads


def _turn_head(role: Role, acts: Sequence[str], arrays: Mapping[str, Floats]) -> TurnHead:
    return TurnHead(
        tuple(acts), dense=arrays[f"{role}.dense"], grams=arrays[f"{role}.grams"], bias=arrays[f"{role}.bias"]
    )


def _call_label_head(name: str, shape: Mapping[str, Any], arrays: Mapping[str, Floats]) -> CallLabelHead:
    return CallLabelHead(
        tuple(shape["features"]),
        tuple(shape["options"]),
        weights=arrays[f"{name}.weights"].astype(np.float64),
        bias=arrays[f"{name}.bias"].astype(np.float64),
    )


def _arrays(heads: FittedHeads) -> dict[str, npt.NDArray[Any]]:
    """All weights by name, as stored: half precision for turns, single precision for call labels."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for role, head in heads.turn_heads.items():
        arrays[f"{role}.dense"] = head.dense.astype(np.float16)
        arrays[f"{role}.grams"] = head.grams.astype(np.float16)
        arrays[f"{role}.bias"] = head.bias.astype(np.float32)
    for name, call_label in heads.call_label_heads.items():
        arrays[f"{name}.weights"] = call_label.weights.astype(np.float32)
        arrays[f"{name}.bias"] = call_label.bias.astype(np.float32)
    return arrays


def _digest(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()[:16]
