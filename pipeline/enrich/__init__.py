"""Read: what a transcript shows before any question is asked: sentiment, conduct and one vector a turn."""

from pipeline.enrich.conduct import conduct_of
from pipeline.enrich.enrich import EnrichmentModels, enrich

__all__ = ["EnrichmentModels", "conduct_of", "enrich"]
