"""Trends: how often topics occur, which ones rise, and what fixing one is worth."""
