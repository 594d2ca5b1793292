"""The speech models of a night and their settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.fingerprint import fingerprint
from pipeline.ports import Diarizer, MusicDetector, Recogniser, VoiceDetector
from pipeline.transcribe.settings import TranscriptionSettings


@dataclass(frozen=True, slots=True)
class SpeechModels:
    """Models and settings for transcription. Used by several threads at once."""

    voice: VoiceDetector
    recogniser: Recogniser
    diarizer: Diarizer
    settings: TranscriptionSettings = field(default_factory=TranscriptionSettings)
    music: MusicDetector | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with every model or setting that changes transcripts."""
        settings = self.settings.model_dump(mode="json", exclude={"threads"})
        music = self.music.fingerprint if self.music else ""
        models = (self.voice.fingerprint, self.recogniser.fingerprint, self.diarizer.fingerprint, music)
        return fingerprint(*models, settings)
