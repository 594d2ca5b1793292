"""Compile the detectors that a rubric names."""

from __future__ import annotations

from pipeline.errors import RubricError
from pipeline.rubric import detector as spec
from pipeline.rubric.prohibited import Prohibited
from pipeline.rubric.script import Script
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.detectors.act import act
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.detectors.meaning import meaning
from pipeline.score.detectors.measure import measure
from pipeline.score.detectors.metadata import metadata
from pipeline.score.detectors.model import model
from pipeline.score.detectors.order import before, count, each
from pipeline.score.detectors.phrase import phrase
from pipeline.score.detectors.prohibited import prohibited
from pipeline.score.detectors.script import script
from pipeline.score.detectors.tree import all_of, any_of, not_of, pool_of
from pipeline.score.detectors.verdict import verdict
from pipeline.transcript import Language


def build(
    part: spec.Detector | spec.Moment, *, scoring_models: ScoringModels, language: Language, in_pool: bool = False
) -> CompiledDetector:
    """Compile a detector and its parts. `in_pool`: the detector is inside a `pool`.

    Raises RubricError when it names a dialogue act, a call label or a model that is missing, or has a bad pattern.
    """

    def inner(child: spec.Detector | spec.Moment, *, in_pool: bool = in_pool) -> CompiledDetector:
        return build(child, scoring_models=scoring_models, language=language, in_pool=in_pool)

    match part:
        case spec.All():
            return all_of([inner(child) for child in part.of])
        case spec.Any() | spec.AnyMoment():
            return any_of([inner(child) for child in part.of])
        case spec.Not():
            return not_of(inner(part.of))
        case spec.Pool():
            return pool_of(part, [inner(child, in_pool=True) for child in part.of])
        case spec.Before():
            return before(inner(part.first), inner(part.then))
        case spec.Count():
            return count(part, inner(part.of))
        case spec.Each():
            return each(part, inner(part.of), inner(part.then))
        case _:
            return _leaf(part, scoring_models=scoring_models, language=language, in_pool=in_pool)


def _leaf(part: spec.Leaf, *, scoring_models: ScoringModels, language: Language, in_pool: bool) -> CompiledDetector:
    match part:
        case spec.Phrase():
            return phrase(part, language=language, in_pool=in_pool)
        case Script():
            return script(part, encoder=scoring_models.encoder, language=language)
        case Prohibited():
            return prohibited(part, language=language)
        case spec.Act():
            _check_known(part.act, scoring_models.heads.acts, what="act")
            return act(part)
        case spec.Meaning():
            return meaning(part, encoder=scoring_models.encoder)
        case spec.Verdict():
            call_labels = scoring_models.heads.call_labels
            _check_known(part.name, tuple(call_labels), what="verdict")
            for option in (part.option, *part.among):
                _check_known(option, call_labels[part.name], what=f"option of the verdict {part.name}")
            return verdict(part)
        case spec.Measure():
            return measure(part)
        case spec.Metadata():
            return metadata(part)
        case spec.Model():
            return model(part, language_model=scoring_models.language_model)


def _check_known(name: str, names: tuple[str, ...], *, what: str) -> None:
    if name not in names:
        raise RubricError(
            f"there is no {what} named {name!r}", remedy=f"The fitted heads have: {', '.join(sorted(names))}."
        )
