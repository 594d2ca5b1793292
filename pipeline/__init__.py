"""The way of a call: ingest, hear, read, score, flag, and the tables. Knows no torch, no Prefect and no web."""
