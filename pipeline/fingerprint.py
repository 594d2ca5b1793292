"""Fingerprints: short hashes that say whether a table already holds what today would make."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript

FINGERPRINT_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class StageFingerprints:
    """What each verb's rows of one call must carry to count as done. Each holds the one before it.

    `judged` is what a form is put to: the call as it was read, with its metadata. `score` also holds all forms of the
    night; each scorecard carries one of its own form.
    """

    hear: str
    read: str
    score: str
    judged: str = ""

    def of_stage(self, stage: str) -> str:
        """The fingerprint that a failure at this stage depends on: a change of it is a reason to try again."""
        return {"read": self.read, "score": self.score, "flag": self.score}.get(stage, self.hear)


def fingerprint(*parts: object) -> str:
    """16 hexadecimal characters of SHA-256 over the parts as JSON, so that no two lists of parts run together."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT_CHARACTERS]


def metadata_fingerprint(metadata: CallMetadata) -> str:
    """Changes with anything that a scorecard or the `calls` table takes from the metadata."""
    return fingerprint({**asdict(metadata), "extra": dict(metadata.extra)})


def transcript_hash(transcript: Transcript) -> str:
    """The input hash of a written transcript: its call id, language and turns, but not its metadata."""
    turns = [(turn.role, turn.channel, turn.start_s, turn.end_s, turn.text) for turn in transcript.turns]
    text = json.dumps([transcript.call_id, transcript.language, turns], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
