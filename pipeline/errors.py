"""Every error that Everycall raises deliberately.

EverycallError
├── ConfigError            settings, rubric or command line are wrong; a person must change a file
│   └── RubricError        a rubric names something that does not exist or contradicts itself
├── CallError              one call is bad; becomes a row in `failures`, the night goes on
│   ├── IngestError        the recording or transcript cannot be read
│   ├── TranscriptionError the audio was read but gives no usable transcript
│   └── ScoreError         the scorecard cannot be filled
├── ModelError             a model cannot be loaded or returned nonsense
│   └── WeightError        a weight is missing or its hash does not match
├── StoreError             a table cannot be written or read
└── EvidenceError          a quote is not in the transcript: a bug, never data
"""

from __future__ import annotations


class EverycallError(Exception):
    """The base class. `message` says what is wrong and where, `remedy` what to do next."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}. {self.remedy}" if self.remedy else self.message


class ConfigError(EverycallError):
    """Settings, rubric or command line are wrong."""


class RubricError(ConfigError):
    """A rubric names something that does not exist or contradicts itself."""


class CallError(EverycallError):
    """One call is bad. `source` is its file or id, `stage` the stage that failed."""

    stage = ""

    def __init__(self, message: str, *, source: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.source = source


class IngestError(CallError):
    """The recording or transcript cannot be read."""

    stage = "ingest"


class TranscriptionError(CallError):
    """The audio was read but gives no usable transcript."""

    stage = "hear"


class ScoreError(CallError):
    """The scorecard cannot be filled."""

    stage = "score"


class ModelError(EverycallError):
    """A model cannot be loaded or returned nonsense."""


class WeightError(ModelError):
    """A weight is missing or its hash does not match."""


class StoreError(EverycallError):
    """A table cannot be written or read."""


class EvidenceError(EverycallError):
    """A quote is not in the transcript: a bug, never data."""
