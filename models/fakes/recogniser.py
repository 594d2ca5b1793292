"""A fake `Recogniser` that returns a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ports import Recognition, Window
from pipeline.recording import ASR_SAMPLE_RATE_HZ
from pipeline.transcript import Language, Word


@dataclass(slots=True)
class FakeRecogniser:
    """Spread a script's words evenly over each window; `script` has one text per window by (call id, channel)."""

    script: Mapping[tuple[str, int], Sequence[str]] = field(default_factory=dict)
    spoken: Language = "en"
    fallback_script: Mapping[tuple[str, int], Sequence[str]] = field(default_factory=dict)
    fingerprint: str = "fake-recogniser"
    windows_at_once: int = 32
    probability: float = 0.9
    batches: list[tuple[int, bool]] = field(default_factory=list)

    def language(self, windows: Sequence[Window]) -> tuple[Language, float]:
        """Always the language `spoken`."""
        return self.spoken, 1.0

    def recognise(self, windows: Sequence[Window], *, language: Language, fallback: bool = False) -> list[Recognition]:
        """The next text of the script for each window; without one, `word` once a second."""
        self.batches.append((len(windows), fallback))
        script = self.fallback_script if fallback else self.script
        pending = {key: list(texts) for key, texts in script.items()}
        return [
            _recognition(window, pending.get((window.call_id, window.channel)), self.probability) for window in windows
        ]


def _recognition(window: Window, texts: list[str] | None, probability: float) -> Recognition:
    """Words spread evenly over a window."""
    seconds = len(window.samples) / ASR_SAMPLE_RATE_HZ
    tokens = (texts.pop(0) if texts else "word " * max(1, int(seconds))).split()
    step = seconds / max(len(tokens), 1)
    words = (Word(token, n * step, (n + 0.8) * step, probability) for n, token in enumerate(tokens))
    return Recognition(tuple(words), -0.2)
