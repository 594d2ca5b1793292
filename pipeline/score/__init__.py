"""Scoring: detectors answer the questions of a form, and the answers add up to a scorecard."""

from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.score import Scorer, score, score_by_every_form, score_by_leg, scorer

__all__ = ["Scorer", "ScoringModels", "score", "score_by_every_form", "score_by_leg", "scorer"]
