"""Ingest: find recordings and transcripts at an address, read them and check them."""

from pipeline.ingest.audio import AudioLimits, read_recording
from pipeline.ingest.discovery import Discovery, Source, discover
from pipeline.ingest.metadata import MetadataRow, MetadataSource
from pipeline.ingest.transcripts import read_transcripts

__all__ = [
    "AudioLimits",
    "Discovery",
    "MetadataRow",
    "MetadataSource",
    "Source",
    "discover",
    "read_recording",
    "read_transcripts",
]
