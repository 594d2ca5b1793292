"""Fixtures of all tests. Nothing here reaches the network or loads a model."""

from hypothesis import settings

# A test must pass on a busy machine and under a tracer too.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")
