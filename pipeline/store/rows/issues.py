"""One row for each issue. Measures read these rows rather than turns."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.issue import Issue
from pipeline.store.issue_vectors import bytes_of
from pipeline.store.parts import Row


def issue_rows(issues: Sequence[Issue]) -> list[Row]:
    """The rows of `issues` of one call."""
    return [
        {
            "call_id": issue.call_id,
            "issue": issue.issue,
            "turn": issue.turn,
            "turns": list(issue.turns),
            "language": issue.language,
            "script": issue.script,
            "encoder": issue.encoder,
            "vector": bytes_of(issue.vector),
            "terms": list(issue.terms),
        }
        for issue in issues
    ]
