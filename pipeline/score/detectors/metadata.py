"""`metadata`: a field of what the telephone system knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from pipeline.recording import CallMetadata
from pipeline.rubric.detector import Metadata
from pipeline.score.case import Case
from pipeline.score.detection import Detection, Unanswerable
from pipeline.score.reasons import recorded

_KNOWN = frozenset(field.name for field in fields(CallMetadata)) - {"extra", "agent_channel"}


def metadata(spec: Metadata) -> Callable[[Case], Detection]:
    """The detector of one field; what is written there is certain."""
    wanted = frozenset(value.casefold() for value in spec.one_of)

    def detect(case: Case) -> Detection:
        known = case.transcript.metadata
        value = getattr(known, spec.field) if spec.field in _KNOWN else known.extra.get(spec.field, "")
        if not value:
            raise Unanswerable(f"the call's metadata has no {spec.field}")
        holds = value.casefold() in wanted
        return Detection(probability=float(holds), reason=recorded(case, field=spec.field, holds=holds))

    return detect
