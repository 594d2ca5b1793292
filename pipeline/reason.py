"""A reason: why an answer or a flag is what it is, as a code and the values that its sentence needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Worded by `pipeline.language` in the reader's language; the empty one has no words.

    `values` hold what JSON can: roles, ids, numbers, words of the form, and other reasons as `nested` gives them.
    They repeat nothing said on the call.
    """

    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.code)

    def nested(self) -> dict[str, Any]:
        """This reason as a value of another."""
        return {"code": self.code, "values": dict(self.values)}


def from_nested(value: Mapping[str, Any]) -> Reason:
    """A reason back from the values of another."""
    return Reason(value["code"], value["values"])


NO_REASON = Reason()
