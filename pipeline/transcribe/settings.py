"""Settings of transcription. Each one but `threads` changes transcripts, so each enters the fingerprint."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pipeline.transcript import ChineseScript, Language


class TranscriptionSettings(BaseModel):
    """How speech is cut into windows, checked and assembled into turns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    longest_window_s: float = Field(default=12.0, gt=1, le=28, description="Longest window given to the recogniser.")
    longest_wide_window_s: float = Field(
        default=20.0,
        gt=1,
        le=28,
        description="The same for Chinese and for a channel that speakers share: more context helps, and costs more.",
    )
    gap_s: float = Field(default=0.1, ge=0, le=2, description="Silence between stitched stretches of speech.")
    unclaimed_db: float = Field(
        default=6.0,
        gt=0,
        description="A stretch this far above the noise floor, in dB, is decoded even if the voice detector missed it.",
    )
    unclaimed_s: float = Field(default=0.6, gt=0, description="Shortest such stretch.")
    pause_s: float = Field(default=1.5, gt=0, description="A pause this long ends a turn.")
    handover_s: float = Field(
        default=0.2, ge=0, description="Shortest pause in which another speaker's words split a turn."
    )
    language_windows: int = Field(default=1, ge=1, description="Number of windows that decide a call's language.")
    language_by_turn: bool = Field(
        default=False, description="Whether a call may switch between English and Chinese; off, it has one language."
    )
    max_compression: float = Field(
        default=2.4, gt=0, description="Text that compresses better than this is repetitive."
    )
    min_log_probability: float = Field(default=-1.0, description="Mean log-probability below which text fails a check.")
    max_no_speech: float = Field(
        default=0.6, ge=0, le=1, description="Probability of no speech above which text fails a check."
    )
    max_words_per_s: float = Field(
        default=7.0, gt=0, description="English words per second above which text fails a check."
    )
    max_characters_per_s: float = Field(default=11.0, gt=0, description="The same for Chinese characters per second.")
    threads: int = Field(default=2, ge=1, description="Threads that segment calls; does not change results.")
    chinese_script: ChineseScript = Field(default="simplified", description="Script of Chinese text.")
    hotwords: tuple[str, ...] = Field(
        default=(), description="Names to expect: words with a low probability that sound like one are spelt like it."
    )

    def longest_s(self, language: Language, *, mono: bool) -> float:
        """Longest window for a language; `mono` marks a channel that speakers share."""
        return self.longest_wide_window_s if mono or language == "zh" else self.longest_window_s
