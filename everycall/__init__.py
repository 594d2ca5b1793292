"""Everycall hears every call, scores it against your QA form and shows the words each answer rests on."""

__version__ = "0.1.0"
