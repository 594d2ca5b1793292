"""Normalized words of turns, and pattern and fuzzy matching over them."""
