"""Fingerprints: hashes of inputs, settings and code that decide whether a row is up to date."""
