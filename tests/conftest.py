"""Fixtures of all tests. Nothing here reaches the network or loads a model."""
