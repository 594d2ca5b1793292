"""Transcribe: from audio to a transcript."""
