"""Hear: from audio to transcripts. Speech is found, cut into windows, recognised, and put back together as turns."""
