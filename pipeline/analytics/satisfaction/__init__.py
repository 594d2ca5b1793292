"""Satisfaction: surveys, and what customers who were not asked would have answered."""
