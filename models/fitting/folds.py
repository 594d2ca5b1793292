"""Cross-validation folds that keep the calls of one agent, or of one customer, together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.evaluate.labelled import LabelledCall


def grouped_folds(calls: Sequence[LabelledCall], *, folds: int, seed: int) -> npt.NDArray[np.intp]:
    """The fold of each call, int [calls]; calls linked by agent or customer, even indirectly, share one."""
    groups = _groups(calls)
    order = np.random.default_rng(seed).permutation(groups.max() + 1)
    return np.asarray((order % folds)[groups], dtype=np.intp)


def data_sha256(calls: Sequence[LabelledCall]) -> str:
    """Hash of everything that a fit reads, in the calls' order."""
    digest = hashlib.sha256()
    for call in calls:
        turns = [(turn.role, turn.text) for turn in call.transcript.turns]
        record = [call.transcript.call_id, turns, dict(call.labels), call.acts, call.turn_sentiment]
        digest.update(json.dumps(record, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


def _groups(calls: Sequence[LabelledCall]) -> npt.NDArray[np.intp]:
    """An index for each set of calls linked by agents and customers; unknown people link no calls."""
    root: dict[tuple[str, str], tuple[str, str]] = {}

    def find(person: tuple[str, str]) -> tuple[str, str]:
        while root.setdefault(person, person) != person:
            person = root[person]
        return person

    people = []
    for call in calls:
        metadata, unknown = call.transcript.metadata, f"of {call.transcript.call_id}"
        agent = ("agent", metadata.agent_id or unknown)
        root[find(agent)] = find(("customer", metadata.customer_id or unknown))
        people.append(agent)
    numbers: dict[tuple[str, str], int] = {}
    return np.asarray([numbers.setdefault(find(agent), len(numbers)) for agent in people], dtype=np.intp)
