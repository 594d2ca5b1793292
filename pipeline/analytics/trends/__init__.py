"""Trends: how often topics come, which rise, and what fixing one is worth."""
