"""Fingerprints: short hashes that tell whether a stored row is up to date."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript

FINGERPRINT_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class StageFingerprints:
    """The fingerprints that one call's rows must carry to be up to date. Each stage's includes the one before.

    `score_input` identifies what forms are applied to: the enriched call and its metadata. `score` also includes every
    form of the night; a scorecard carries a fingerprint of its own form alone.
    """

    transcribe: str
    enrich: str
    score: str
    score_input: str = ""

    def of_stage(self, stage: str) -> str:
        """The fingerprint that a failure at this stage depends on. Once it changes, the call is tried again."""
        return {"read": self.enrich, "score": self.score, "flag": self.score}.get(stage, self.transcribe)


def fingerprint(*parts: object) -> str:
    """16 hexadecimal characters of SHA-256 over the parts as JSON, so that different lists never run together.

    >>> fingerprint("ab", "c") == fingerprint("a", "bc")
    False
    """
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT_CHARACTERS]


def metadata_fingerprint(metadata: CallMetadata) -> str:
    """Changes with any metadata that a scorecard or the `calls` table uses."""
    return fingerprint({**asdict(metadata), "extra": dict(metadata.extra)})


def transcript_hash(transcript: Transcript) -> str:
    """The input hash of a written transcript: its call id, language and turns, without its metadata."""
    turns = [(turn.role, turn.channel, turn.start_s, turn.end_s, turn.text) for turn in transcript.turns]
    text = json.dumps([transcript.call_id, transcript.language, turns], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
