"""Judgement: detectors answer the questions of a rubric, and arithmetic makes a scorecard of the answers."""

from pipeline.score.judges import Judges
from pipeline.score.score import Scorer, score, scorer

__all__ = ["Judges", "Scorer", "score", "scorer"]
