"""The column `reason_values`: the values of a reason as JSON text.

Text, because the values of a code are lists, numbers and other reasons, which a map of strings cannot hold, and every
reader of Parquet can parse JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def reason_values_text(values: Mapping[str, Any]) -> str:
    """The values as an object with sorted keys, so that equal values are equal text."""
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True)


def reason_values_from_text(text: str) -> dict[str, Any]:
    """The values back."""
    values: dict[str, Any] = json.loads(text)
    return values
