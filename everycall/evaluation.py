"""Evaluation: score labelled transcripts as a night would, and measure the agreement with their labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.profile import Profile
from pipeline.evaluate.agreement import QUESTIONS, Agreement, evaluate
from pipeline.evaluate.labelled import LabelledCall, read_labelled
from pipeline.scorecard import Scorecard


def evaluate_files(paths: Sequence[Path], *, rubric: str, profile: Profile) -> Agreement:
    """Agreement of a rubric with the labels of JSONL files. Raises ConfigError, RubricError or ModelError.

    Labels of the QA form come first; others are measured where the rubric asks a question of the same id.
    """
    labelled, scorecards = scored_files(paths, rubric=rubric, profile=profile)
    others = sorted({name for call in labelled for name in call.labels} - set(QUESTIONS))
    return evaluate(labelled, scorecards, questions=(*QUESTIONS, *others))


def scored_files(paths: Sequence[Path], *, rubric: str, profile: Profile) -> tuple[list[LabelledCall], list[Scorecard]]:
    """The labelled calls of the files, each with the scorecard that a night would give it."""
    from models.registry import build_enrichment_models, build_scoring_models
    from pipeline.enrich import enrich
    from pipeline.rubric.load import load_rubric
    from pipeline.score import score

    labelled = [call for path in paths for call in read_labelled(path)]
    enriched = enrich([call.transcript for call in labelled], enrichment_models=build_enrichment_models(profile))
    return labelled, score(enriched, rubric=load_rubric(rubric), scoring_models=build_scoring_models(profile))
