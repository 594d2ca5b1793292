"""`metadata`: a field of what the telephone system knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from pipeline.recording import CallMetadata
from pipeline.rubric.detector import Metadata
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.context.reasons import recorded

_KNOWN = frozenset(field.name for field in fields(CallMetadata)) - {"extra", "agent_channel"}


def metadata(spec: Metadata) -> Callable[[CallContext], Detection]:
    """The detector of one field; what is written there is certain."""
    wanted = frozenset(value.casefold() for value in spec.one_of)

    def detect(context: CallContext) -> Detection:
        known = context.transcript.metadata
        value = getattr(known, spec.field) if spec.field in _KNOWN else known.extra.get(spec.field, "")
        if not value:
            raise Unanswerable("metadata_lacks_field", field=spec.field)
        holds = value.casefold() in wanted
        return Detection(probability=float(holds), reason=recorded(context, field=spec.field, holds=holds))

    return detect
