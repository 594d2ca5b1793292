"""The models and settings that make transcripts."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.fingerprints.fingerprint import fingerprint
from pipeline.ports import Diarizer, MusicDetector, Recogniser, VoiceDetector
from pipeline.transcribe.settings import TranscriptionSettings

# Raise it when code changes transcripts; `test_transcribe_golden` fails until then. Every call is transcribed again.
REVISION = 0


@dataclass(frozen=True, slots=True)
class SpeechModels:
    """Speech models and their settings. Several threads use them at once."""

    voice: VoiceDetector
    recogniser: Recogniser
    diarizer: Diarizer
    settings: TranscriptionSettings = field(default_factory=TranscriptionSettings)
    music: MusicDetector | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with a model, a setting or `REVISION`, not with every edit: transcribing again costs most of all."""
        settings = self.settings.model_dump(mode="json", exclude={"threads"})
        music = self.music.fingerprint if self.music else ""
        models = (self.voice.fingerprint, self.recogniser.fingerprint, self.diarizer.fingerprint, music)
        # Stores written before there were revisions stay up to date.
        return fingerprint(*models, settings, *([REVISION] if REVISION else []))
