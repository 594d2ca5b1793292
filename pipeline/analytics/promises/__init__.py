"""Promises: which ones agents kept."""
