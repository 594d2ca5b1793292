"""Sentiment by a transformers classifier: a fine-tuned one, or a zero-shot one (natural-language inference)."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.transformers_device import identity, quiet_transformers, run_batches, torch_device
from pipeline.enriched import TurnSentiment, Vectors
from pipeline.errors import ModelError
from pipeline.transcript import Language, Transcript

BATCH = 64
MAX_TOKENS = 256
SENTIMENTS = ("negative", "neutral", "positive")
HYPOTHESES: Mapping[Language, tuple[str, str, str]] = {
    "en": ("The customer is unhappy.", "The customer is neutral.", "The customer is pleased."),
    "zh": ("客户很不满。", "客户情绪平静。", "客户很满意。"),
}
_STARS = re.compile(r"^([1-5]) stars?$")


class TransformersSentiment:
    """A model from a folder in hub layout; only customers' turns are classified, others are neutral. Raises ModelError.

    Its labels must be negative, (neutral,) positive in any case, or 1 to 5 stars, or entailment, neutral and
    contradiction; `labels` maps others to one of the three sentiments. `name` is the model's name in the settings.
    """

    def __init__(
        self, folder: Path, *, name: str = "", device: str = "auto", labels: Mapping[str, str] | None = None
    ) -> None:
        transformers = quiet_transformers()
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            loaded = transformers.AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"transformers cannot load a classifier from {folder}", remedy="It needs config, tokenizer and weights"
            ) from error
        names = [str(loaded.config.id2label[number]) for number in range(loaded.config.num_labels)]
        self._entailment = _entailment(names)
        self._columns = None if self._entailment is not None else _columns(names, labels or {})
        self._device = torch_device(device)
        self._model = loaded.eval().to(self._device)
        self.fingerprint = f"sentiment:{identity(name, folder)}:{sorted((labels or {}).items())}:{MAX_TOKENS}"

    def sentiments(self, transcript: Transcript, vectors: Vectors) -> list[TurnSentiment]:
        """One entry per turn; `vectors` are not used."""
        texts = [turn.text for turn in transcript.turns if turn.role == "customer"]
        shares = iter(self._shares(texts, transcript.language) if texts else ())
        return [
            _turn_sentiment(next(shares)) if turn.role == "customer" else TurnSentiment(0.0, 1.0, 0.0)
            for turn in transcript.turns
        ]

    def _shares(self, texts: Sequence[str], language: Language) -> npt.NDArray[np.float32]:
        """Negative, neutral and positive, float32 [texts, 3]; rows sum to 1."""
        if self._columns is not None:
            return _softmax(self._logits([(text,) for text in texts])) @ self._columns
        pairs = [(text, hypothesis) for text in texts for hypothesis in HYPOTHESES[language]]
        return _softmax(self._logits(pairs)[:, self._entailment].reshape(-1, len(SENTIMENTS)))

    def _logits(self, inputs: Sequence[tuple[str, ...]]) -> npt.NDArray[np.float32]:
        tokens = [
            self._tokenizer(*parts, truncation="longest_first", max_length=MAX_TOKENS)["input_ids"] for parts in inputs
        ]
        return np.stack(run_batches(tokens, self._forward, device=self._device, most=BATCH))

    def _forward(self, ids: Any) -> Any:
        torch = importlib.import_module("torch")
        return self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits


def _turn_sentiment(row: npt.NDArray[np.float32]) -> TurnSentiment:
    return TurnSentiment(negative=float(row[0]), neutral=float(row[1]), positive=float(row[2]))


def _entailment(names: Sequence[str]) -> int | None:
    """Column of a zero-shot model's entailment label; None for other classifiers."""
    return next((number for number, name in enumerate(names) if name.lower().startswith("entail")), None)


def _columns(names: Sequence[str], labels: Mapping[str, str]) -> npt.NDArray[np.float32]:
    """Matrix [labels, 3] that sums a classifier's labels into the three sentiments."""
    columns = np.zeros((len(names), len(SENTIMENTS)), dtype=np.float32)
    for row, name in enumerate(names):
        sentiment = labels.get(name) or _sentiment_of(name)
        if sentiment not in SENTIMENTS:
            raise ModelError(
                f"the classifier's label {name!r} is not a sentiment",
                remedy=f"Map it to one of {', '.join(SENTIMENTS)}, or choose another model",
            )
        columns[row, SENTIMENTS.index(sentiment)] = 1.0
    return columns


def _sentiment_of(name: str) -> str:
    stars = _STARS.match(name.lower())
    if stars:
        return SENTIMENTS[(int(stars[1]) > 2) + (int(stars[1]) > 3)]
    return next((sentiment for sentiment in SENTIMENTS if sentiment.startswith(name.lower()[:3])), "")


def _softmax(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: npt.NDArray[np.float32] = raised / raised.sum(axis=1, keepdims=True)
    return shares
