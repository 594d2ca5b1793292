"""One row for each call with its classifier outputs, valid as long as the call has the same turns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.enriched import ClassifierOutputs
from pipeline.store.parts import Row


def head_view_row(call_id: str, outputs: ClassifierOutputs, *, turns_part: str) -> Row:
    """The row of `head_views` of one call. Nothing is rounded, so that scoring again gives the same answers."""
    return {
        "call_id": call_id,
        "turns_part": turns_part,
        "heads": outputs.heads,
        "acts": outputs.acts.tolist(),
        "shares": list(outputs.shares),
        "named": [list(turns) for turns in outputs.named],
    }


def head_views_of(rows: pa.Table) -> dict[str, ClassifierOutputs]:
    """Restore classifier outputs, by call id. Reads whole columns: one Python object for each number is slow."""
    acts, shares, named = (rows.column(name).combine_chunks() for name in ("acts", "shares", "named"))
    first_act, first_share, first_named = _starts(acts), _starts(shares), _starts(named)
    act_lists, named_lists = acts.values, named.values
    first_probability, first_turn = _starts(act_lists), _starts(named_lists)
    probabilities, all_shares = _numbers(act_lists.values), shares.values.to_pylist()
    turns = named_lists.values.to_pylist()
    by_call: dict[str, ClassifierOutputs] = {}
    names = (rows.column(name).to_pylist() for name in ("call_id", "heads", "part"))
    for row, (call_id, heads, part) in enumerate(zip(*names, strict=True)):
        start, end = first_act[row], first_act[row + 1]
        own = probabilities[first_probability[start] : first_probability[end]]
        by_call[call_id] = ClassifierOutputs(
            heads=heads,
            acts=own.reshape(end - start, -1) if end > start else np.zeros((0, 0), np.float32),
            shares=tuple(all_shares[first_share[row] : first_share[row + 1]]),
            named=tuple(
                tuple(turns[first_turn[each] : first_turn[each + 1]])
                for each in range(first_named[row], first_named[row + 1])
            ),
            part=part,
        )
    return by_call


def _starts(lists: Any) -> list[int]:
    """The start of each list among all values, and the end of the last."""
    offsets: list[int] = lists.offsets.to_pylist()
    return offsets


def _numbers(values: Any) -> npt.NDArray[np.float32]:
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float32)
