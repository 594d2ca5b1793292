"""Evaluate: agreement with labelled calls, word errors of transcripts, quality of topics."""
