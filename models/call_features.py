"""Features for call labels: how likely each dialogue act is, where in the call, and in which order.

A feature is a short sentence, `HOW ACTS [in SCOPE]`, e.g. `any greets+names_company in first_2` or `before
asks_identity uses_account`. All are computed from the turns' act probabilities, assumed independent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from pipeline.transcript import Role, Turn

Probabilities = npt.NDArray[np.float32]
Line = npt.NDArray[np.float64]

FLOOR = 0.002

CUSTOMER_ACTS_LINE = (
    "voices_problem says_repeat asks_supervisor threatens_to_leave confirms_solved accepts_grudgingly gives_identity"
    " negative neutral positive"
)
CUSTOMER_ACTS = frozenset(CUSTOMER_ACTS_LINE.split())


def role_of(act: str) -> Role:
    """The role that can perform an act."""
    return "customer" if act in CUSTOMER_ACTS else "agent"


@dataclass(frozen=True)
class CallActs:
    """One call's act probabilities, one array [turns] per act. Caches what several features need."""

    turns: Sequence[Turn]
    probabilities: Mapping[str, Probabilities]
    _by_turn: dict[tuple[str, ...], Line] = field(default_factory=dict, repr=False)
    _within: dict[tuple[tuple[str, ...], str], Line] = field(default_factory=dict, repr=False)

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The role of each turn."""
        return tuple(turn.role for turn in self.turns)

    def by_turn(self, group: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Probability per turn of at least one act of the group, float64 [turns]; acts without a head count as 0."""
        if group not in self._by_turn:
            none = np.ones(len(self.turns))
            for act in (act for act in group if act in self.probabilities):
                none = none * (1.0 - self.probabilities[act])
            self._by_turn[group] = 1.0 - none
        return self._by_turn[group]

    def within(self, group: tuple[str, ...], scope: str) -> npt.NDArray[np.float64]:
        """`by_turn` for the turns of a scope."""
        key = (group, scope)
        if key not in self._within:
            self._within[key] = self.by_turn(group).take(_scope_indices(scope, self.roles, role_of(group[0])))
        return self._within[key]

    def scope(self, scope: str, role: Role) -> tuple[int, ...]:
        """`scope_turns` of this call."""
        return _scope(scope, self.roles, role)


def call_features(
    names: Sequence[str], turns: Sequence[Turn], probabilities: Mapping[str, Probabilities]
) -> npt.NDArray[np.float64]:
    """The features of one call, float64 [names]. `probabilities` has one array [turns] per act."""
    return features_of(names, CallActs(turns, probabilities))


def features_of(names: Sequence[str], acts: CallActs) -> npt.NDArray[np.float64]:
    """Like `call_features`, for callers that ask more than once about a call."""
    values = np.asarray([_feature(name, acts) for name in names], dtype=np.float64)
    odds = [number for number, name in enumerate(names) if _parsed(name)[0] != "mean"]
    values[odds] = _logits(values[odds])
    return values


def scope_turns(scope: str, turns: Sequence[Turn], role: Role) -> list[int]:
    """Indices of a role's turns within a scope: `all`, `first_2`, `last_3`, `first_third`, and so on."""
    return list(_scope(scope, tuple(turn.role for turn in turns), role))


@lru_cache(maxsize=512)
def _scope(scope: str, roles: tuple[Role, ...], role: Role) -> tuple[int, ...]:
    own = tuple(number for number, speaker in enumerate(roles) if speaker == role)
    kind, _, amount = scope.partition("_")
    if scope == "all":
        return own
    if amount.isdigit():
        return own[: int(amount)] if kind == "first" else own[-int(amount) :]
    share = {"third": 3, "half": 2}[amount]
    if kind == "first":
        return tuple(number for number in own if share * number < len(roles))
    return tuple(number for number in own if share * number >= (share - 1) * len(roles))


@lru_cache(maxsize=512)
def _scope_indices(scope: str, roles: tuple[Role, ...], role: Role) -> npt.NDArray[np.intp]:
    return np.asarray(_scope(scope, roles, role), dtype=np.intp)


@lru_cache(maxsize=512)
def _parsed(name: str) -> tuple[str, tuple[tuple[str, ...], ...], str]:
    """Split a feature's name into `how`, its acts (alternatives joined by `+`) and its scope."""
    sentence, _, scope = name.partition(" in ")
    how, *groups = sentence.split(" ")
    return how, tuple(tuple(group.split("+")) for group in groups), scope or "all"


def _feature(name: str, acts: CallActs) -> float:
    """A probability, or a mean of probabilities."""
    how, groups, scope = _parsed(name)
    if how in ("before", "latest"):
        lines = [acts.by_turn(group) for group in groups]
        own, others = lines[0], np.stack(lines[1:]) if len(lines) > 1 else np.zeros((1, len(acts.turns)))
        return _comes_first(own[::-1], others[:, ::-1]) if how == "latest" else _comes_first(own, others)
    if how == "both":
        return math.prod(_any(group, scope, acts) for group in groups)
    if how == "any":
        return _any(groups[0], scope, acts)
    within = acts.within(groups[0], scope)
    if not len(within):
        return 0.0
    return float(np.add.reduce(within)) / len(within) if how == "mean" else float(np.maximum.reduce(within))


def _any(group: tuple[str, ...], scope: str, acts: CallActs) -> float:
    """Probability that some turn within the scope performs an act of the group."""
    return 1.0 - float(np.multiply.reduce(1.0 - acts.within(group, scope)))


def _comes_first(own: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> float:
    """Probability that `own` happens, and before any of `others`; within one turn `own` comes first."""
    nothing_yet = np.ones(len(own))
    np.multiply.accumulate(((1.0 - own) * np.multiply.reduce(1.0 - others, axis=0))[:-1], out=nothing_yet[1:])
    return float(np.add.reduce(nothing_yet * own))


def _logits(probabilities: Line) -> Line:
    clipped = np.minimum(np.maximum(probabilities, FLOOR), 1.0 - FLOOR)
    return np.log(clipped / (1.0 - clipped))
