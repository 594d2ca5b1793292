"""The settings of hearing. Everything here changes transcripts, so everything here is in the fingerprint."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pipeline.transcript import ChineseScript, Language


class TranscriptionSettings(BaseModel):
    """How speech is cut, judged and put together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    longest_window_s: float = Field(default=12.0, gt=1, le=28, description="Longest window given to the recogniser.")
    longest_wide_window_s: float = Field(
        default=20.0,
        gt=1,
        le=28,
        description="The same in Chinese and where speakers share a channel: more around a word helps, and costs more.",
    )
    gap_s: float = Field(default=0.1, ge=0, le=2, description="Silence put between stitched stretches of speech.")
    unclaimed_db: float = Field(
        default=6.0,
        gt=0,
        description="Energy over the noise floor that the detector may not leave without text, in dB.",
    )
    unclaimed_s: float = Field(default=0.6, gt=0, description="Shortest such stretch.")
    pause_s: float = Field(default=1.5, gt=0, description="A pause this long ends a turn.")
    handover_s: float = Field(default=0.2, ge=0, description="Shortest pause in which the other's turn splits a turn.")
    language_windows: int = Field(default=1, ge=1, description="How many windows of a call decide its language.")
    language_by_turn: bool = Field(
        default=False, description="Whether a call may switch between English and Chinese; off, it has one language."
    )
    max_compression: float = Field(
        default=2.4, gt=0, description="Text that compresses better than this is repetitive."
    )
    min_log_probability: float = Field(default=-1.0, description="Mean log-probability under which text is doubted.")
    max_no_speech: float = Field(
        default=0.6, ge=0, le=1, description="Probability of no speech over which text is doubted."
    )
    max_words_per_s: float = Field(
        default=7.0, gt=0, description="English words a second beyond which text is doubted."
    )
    max_characters_per_s: float = Field(default=11.0, gt=0, description="Chinese characters a second, likewise.")
    threads: int = Field(default=2, ge=1, description="Threads that look for speech; does not change results.")
    chinese_script: ChineseScript = Field(
        default="simplified", description="The characters that Chinese is written in."
    )
    hotwords: tuple[str, ...] = Field(
        default=(), description="Names that are expected: doubted words that sound like one are written as it is."
    )

    def longest_s(self, language: Language, *, mono: bool) -> float:
        """The longest window for a language, on a channel of one speaker or on one that is shared."""
        return self.longest_wide_window_s if mono or language == "zh" else self.longest_window_s
