"""Concurrency: threads that work ahead and processes that share work, in a fixed order."""
