"""Promises: which were kept, by agent."""
