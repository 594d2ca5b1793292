"""Enrich: derive sentiment, conduct, vectors, promises and issues from a transcript, before any question is asked."""

from pipeline.enrich.conduct import conduct_of
from pipeline.enrich.enrich import EnrichmentModels, enrich

__all__ = ["EnrichmentModels", "conduct_of", "enrich"]
