"""Everything that happens to a call: ingest, transcribe, enrich, score, flag, store. No torch, Prefect or web here."""
