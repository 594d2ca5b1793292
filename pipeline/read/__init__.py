"""Read: what a transcript shows before any question is asked: sentiment, conduct and one vector a turn."""

from pipeline.read.conduct import conduct_of
from pipeline.read.read import Reader, read

__all__ = ["Reader", "conduct_of", "read"]
