"""`prohibited`: a phrase that must never be said, said in earnest."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.rubric.detector import Phrase
from pipeline.rubric.prohibited import Prohibited
from pipeline.score.case import Case
from pipeline.score.detection import Detection
from pipeline.score.detectors.phrase import phrase
from pipeline.transcript import Language

# Whoever says that something is not meant, not allowed or was said by another does not say it.
_DENIED = (
    "(not|never) (saying|suggesting|implying|claiming|telling you|trying to say|blaming)",
    "(not|never|nobody|no one) ... (allowed|able|permitted|supposed|in a position) to",
    "(would|could|should) (not|never) (say|tell|call)",
    "(no one|nobody) (said|says|is saying|told you|can|could)",
    "(不是|没有|没|并非|并没有|绝不是|不会)(说|讲|要说|想说|指|责怪|怪)",
    "(不能|不可以|不允许|不敢|没法|无法|没办法|不便)(向你|跟你|给你|对你)?(做出|作出|说|讲|保证|承诺)",
    "(没人|没有人|谁也)(说|敢|能)",
)


def prohibited(spec: Prohibited, *, language: Language) -> Callable[[Case], Detection]:
    """The detector of prohibited phrases. Raises RubricError for a pattern that cannot be read."""
    words = Phrase(
        kind="phrase",
        match="pattern",
        phrases=spec.phrases,
        where=spec.where,
        unless=(*spec.unless, *_DENIED),
        found=spec.found,
        absent=spec.absent,
    )
    return phrase(words, language=language)
