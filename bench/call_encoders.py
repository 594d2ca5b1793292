"""The encoders under comparison: frozen, centred, joined or fine-tuned, each over whole calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bench.caching_encoder import CachingEncoder
from bench.packaged_encoders import E5Encoder, minilm_encoder
from bench.tuned import TunedEncoder, packaged_e5, packaged_minilm
from models.use import UseEncoder
from pipeline.enriched import Vectors
from pipeline.errors import ConfigError
from pipeline.evaluate.labelled import LabelledCall
from pipeline.ports import TextEncoder

Calls = Sequence[LabelledCall]
Folds = npt.NDArray[np.intp]


class CallEncoder(Protocol):
    """Encodes whole calls. An encoder that learns must not learn from the fold that it encodes."""

    @property
    def languages(self) -> Sequence[str]:
        """The languages that it supports."""
        ...

    def vectors(self, calls: Calls, folds: Folds, *, originals: int) -> list[Vectors]:
        """One matrix per call, float32 [turns, dimensions]. Calls from number `originals` on are augmented copies."""
        ...

    def cpu_s(self, texts: Sequence[str]) -> float:
        """CPU seconds to encode these turns, in batches if the encoder supports them."""
        ...


class Frozen:
    """A text encoder without training."""

    def __init__(self, encoder: TextEncoder, *, languages: Sequence[str] = ("en", "zh")) -> None:
        self._plain, self._encoder, self.languages = encoder, CachingEncoder(encoder), languages

    def vectors(self, calls: Calls, folds: Folds, *, originals: int) -> list[Vectors]:
        """One matrix per call. Ignores the folds."""
        self._encoder.encode([turn.text for call in calls for turn in call.transcript.turns])
        return [self._encoder.encode([turn.text for turn in call.transcript.turns]) for call in calls]

    def cpu_s(self, texts: Sequence[str]) -> float:
        """CPU seconds after a warm-up text, which loads the weights."""
        self._plain.encode(texts[:1])
        start = time.process_time()
        self._plain.encode(texts)
        return time.process_time() - start


class Centred:
    """Subtracts the mean vector and scales to unit length on average, for encoders with a common direction."""

    def __init__(self, encoder: CallEncoder) -> None:
        self._encoder, self.languages = encoder, encoder.languages
        self.cpu_s = encoder.cpu_s

    def vectors(self, calls: Calls, folds: Folds, *, originals: int) -> list[Vectors]:
        """One matrix per call. Mean and length come from the turns of the original calls; labels are not used."""
        vectors = self._encoder.vectors(calls, folds, originals=originals)
        of_originals = np.concatenate(vectors[:originals])
        mean = of_originals.mean(axis=0)
        length = np.linalg.norm(of_originals - mean, axis=1).mean()
        return [((rows - mean) / length).astype(np.float32) for rows in vectors]


class Joined:
    """Concatenates the vectors of several encoders, scaled to the length of one."""

    def __init__(self, parts: Sequence[CallEncoder]) -> None:
        self._parts = parts
        self.languages = [name for name in parts[0].languages if all(name in part.languages for part in parts)]

    def vectors(self, calls: Calls, folds: Folds, *, originals: int) -> list[Vectors]:
        """One matrix per call, with the dimensions of all parts."""
        of_parts = [part.vectors(calls, folds, originals=originals) for part in self._parts]
        scale = np.float32(len(self._parts) ** -0.5)
        return [(scale * np.concatenate(rows, axis=1)).astype(np.float32) for rows in zip(*of_parts, strict=True)]

    def cpu_s(self, texts: Sequence[str]) -> float:
        """CPU seconds of all parts."""
        return sum(part.cpu_s(texts) for part in self._parts)


def shared_languages(encoders: Iterable[CallEncoder]) -> list[str]:
    """The languages that every encoder supports."""
    return sorted(set.intersection(*(set(encoder.languages) for encoder in encoders)))


def chosen(names: Sequence[str], *, epochs: int, seed: int) -> dict[str, CallEncoder]:
    """Build the encoders by name, sharing parts that occur twice. Raises ConfigError for an unknown name."""
    makers: dict[str, Callable[[], CallEncoder]] = {
        "use": lambda: Frozen(UseEncoder()),
        "e5": lambda: Frozen(E5Encoder()),
        "minilm": lambda: Frozen(minilm_encoder(), languages=("en",)),
        "e5-tuned": lambda: TunedEncoder(packaged_e5, epochs=epochs, seed=seed),
        "minilm-tuned": lambda: TunedEncoder(packaged_minilm, languages=("en",), epochs=epochs, seed=seed),
    }
    makers |= {f"{name}-centred": partial(_centred, makers[name]) for name in ("use", "e5", "minilm")}
    parts: dict[str, CallEncoder] = {}
    encoders: dict[str, CallEncoder] = {}
    for name in names:
        for part in name.split("+"):
            if part not in makers:
                raise ConfigError(f"unknown encoder {part!r}", remedy=f"Choose from {', '.join(makers)}")
            parts.setdefault(part, makers[part]())
        own = [parts[part] for part in name.split("+")]
        encoders[name] = Joined(own) if len(own) > 1 else own[0]
    return encoders


def _centred(make: Callable[[], CallEncoder]) -> CallEncoder:
    return Centred(make())
