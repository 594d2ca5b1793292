"""A detector of a form, built and ready to run on many calls."""

from collections.abc import Callable

from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection

# Raises Unanswerable when the call lacks what the detector needs.
CompiledDetector = Callable[[CallContext], Detection]
