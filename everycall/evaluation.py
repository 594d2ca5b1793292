"""Evaluation: score labelled transcripts as a night would, and measure the agreement with their labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.profile import Profile
from pipeline.agreement import QUESTIONS, Agreement, evaluate
from pipeline.labelled import read_labelled


def evaluate_files(paths: Sequence[Path], *, rubric: str, profile: Profile) -> Agreement:
    """Agreement of a rubric with the labels of JSONL files. Raises ConfigError, RubricError or ModelError.

    Labels of the QA form come first; others are measured where the rubric asks a question of the same id.
    """
    from models.registry import build_judges, build_reader
    from pipeline.read import read
    from pipeline.rubric.load import load_rubric
    from pipeline.score import score

    labelled = [call for path in paths for call in read_labelled(path)]
    enriched = read([call.transcript for call in labelled], reader=build_reader(profile))
    scorecards = score(enriched, rubric=load_rubric(rubric), judges=build_judges(profile))
    others = sorted({name for call in labelled for name in call.labels} - set(QUESTIONS))
    return evaluate(labelled, scorecards, questions=(*QUESTIONS, *others))
