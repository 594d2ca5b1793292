"""Ears: the models that hear, and how they are used."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.fingerprint import fingerprint
from pipeline.ports import Diarizer, MusicDetector, Recogniser, VoiceDetector
from pipeline.transcribe.settings import TranscriptionSettings


@dataclass(frozen=True, slots=True)
class SpeechModels:
    """The models that hear, and how they are used. Several threads use them at once."""

    voice: VoiceDetector
    recogniser: Recogniser
    diarizer: Diarizer
    settings: TranscriptionSettings = field(default_factory=TranscriptionSettings)
    music: MusicDetector | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with any model or setting that changes transcripts."""
        settings = self.settings.model_dump(mode="json", exclude={"threads"})
        music = self.music.fingerprint if self.music else ""
        models = (self.voice.fingerprint, self.recogniser.fingerprint, self.diarizer.fingerprint, music)
        return fingerprint(*models, settings)
