"""`metadata`: a field of the telephone system's metadata."""

from __future__ import annotations

from dataclasses import fields

from pipeline.recording import CallMetadata
from pipeline.rubric.detector import Metadata
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.context.reasons import recorded
from pipeline.score.detectors.compiled_detector import CompiledDetector

_KNOWN = frozenset(field.name for field in fields(CallMetadata)) - {"extra", "agent_channel"}


def metadata(spec: Metadata) -> CompiledDetector:
    """Compile the detector of one field. Its probability is 0 or 1."""
    wanted = frozenset(value.casefold() for value in spec.one_of)

    def detect(context: CallContext) -> Detection:
        own = context.transcript.metadata
        value = getattr(own, spec.field) if spec.field in _KNOWN else own.extra.get(spec.field, "")
        if not value:
            raise Unanswerable("metadata_lacks_field", field=spec.field)
        holds = value.casefold() in wanted
        return Detection(probability=float(holds), reason=recorded(context, field=spec.field, holds=holds))

    return detect
