"""Satisfaction: surveys, and estimates for customers who were not asked."""
