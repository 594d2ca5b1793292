"""Whisper by faster-whisper's parts and CTranslate2: windows of any calls in, words with times out."""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from models.processor import enable_avx512
from models.weights import locate, revision_of
from models.whisper_words import Spelling, words_of
from pipeline.errors import ModelError
from pipeline.ports import Recognition, Window
from pipeline.recording import ASR_SAMPLE_RATE_HZ, Samples
from pipeline.transcript import Language

FRAMES_PER_S = 100
FRAMES_PER_POSITION = 2
MAX_FRAMES = 3000
CPU_BATCH, GPU_BATCH = 8, 32
# The first seconds of a window suffice to detect its language.
LANGUAGE_S = 8
# Width of the median filter on attention before word alignment, as in Whisper's own timing.
ALIGNED_WIDTH = 7


@dataclass(frozen=True, slots=True)
class WhisperSettings:
    """Decoding options. All change the text and enter the fingerprint, except `workers`.

    The encoder gets `speech + pad_s` of audio, at least `floor_s`, rounded up to a multiple of `step_s`: only windows
    of the same length are batched, so a window's text does not depend on its neighbours. The decoder sees `shown_pad_s`
    of silence after the speech, since it reads everything it sees again for every token. A wider beam lowers the
    character error rate of Chinese by a point or more, but not the word error rate of English. Fallback decoding omits
    the Chinese prompt, which can mislead short windows. `batch_size` 0 means 8 on a CPU and 32 on a GPU. `tokens_per_s`
    caps the text's length: Whisper writes 3 to 4 tokens per second of English, up to 12 of Chinese.
    """

    beam_size: int = 1
    chinese_beam_size: int = 5
    careful_beam_size: int = 5
    batch_size: int = 0
    pad_s: float = 2.0
    shown_pad_s: float = 1.0
    floor_s: float = 6.0
    step_s: float = 1.0
    tokens_per_s: float = 12.0
    chinese_prompt: str = "以下是普通话的句子，有逗号、句号和问号。"
    workers: int = 2


@dataclass(slots=True)
class Whisper:
    """The `Recogniser` port on a CTranslate2 Whisper folder. `device` is cpu or cuda, `compute_type` CTranslate2's."""

    folder: Path
    name: str
    revision: str = ""
    device: Literal["cpu", "cuda"] = "cpu"
    compute_type: str = "int8"
    settings: WhisperSettings = field(default_factory=WhisperSettings)
    fingerprint: str = field(init=False)
    _parts: LoadedModel | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _decoding: threading.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the fingerprint from model, revision, compute type and settings."""
        # Limit batches in flight: more than the workers can take would only hold memory. A GPU keeps one in reserve.
        self._decoding = threading.Semaphore(self.settings.workers + (self.device == "cuda"))
        settings = {name: getattr(self.settings, name) for name in self.settings.__slots__ if name != "workers"}
        settings_hash = hashlib.sha256(repr(sorted(settings.items())).encode()).hexdigest()[:8]
        revision = (self.revision or revision_of(self.name)).rpartition("@")[2][:8] or "local"
        self.fingerprint = f"{self.name}@{revision}:{self.compute_type}:{settings_hash}"

    @property
    def windows_at_once(self) -> int:
        """Eight batches: enough to sort by length and to occupy every worker."""
        return 8 * self._batch_size

    def language(self, windows: Sequence[Window]) -> tuple[Language, float]:
        """English or Chinese by the mean probability over the windows, ignoring other languages."""
        parts = self._loaded()
        if not parts.multilingual or not windows:
            return "en", 1.0
        chinese = []
        length = LANGUAGE_S * ASR_SAMPLE_RATE_HZ
        cuts = [replace(window, samples=window.samples[:length]) for window in windows]
        for _, batch in self._batches(cuts):
            encoded = parts.encode([parts.features(window.samples, self._frames(window)) for window in batch])
            for ranked in parts.model.detect_language(encoded):
                by_token = dict(ranked)
                zh, en = by_token.get("<|zh|>", 0.0) + by_token.get("<|yue|>", 0.0), by_token.get("<|en|>", 0.0)
                chinese.append(zh / max(zh + en, 1e-9))
        share = float(np.mean(chinese))
        return ("zh", share) if share >= 0.5 else ("en", 1 - share)

    def recognise(self, windows: Sequence[Window], *, language: Language, fallback: bool = False) -> list[Recognition]:
        """One recognition per window, in order. `fallback` searches with a wider beam.

        Raises ModelError if the model does not know Chinese.
        """
        parts = self._loaded()
        if language != "en" and not parts.multilingual:
            raise ModelError(f"{self.name} knows English only", remedy="Choose a multilingual model, e.g. whisper-base")
        options = _pass_options(self.settings, language, fallback=fallback)
        recognitions: list[Recognition | None] = [None] * len(windows)

        def decode(task: tuple[list[int], list[Window]]) -> None:
            numbers, batch = task
            with self._decoding:
                found = self._decode(parts, batch, language, options)
            for number, recognition in zip(numbers, found, strict=True):
                recognitions[number] = recognition

        with ThreadPoolExecutor(max_workers=self.settings.workers) as pool:
            for _ in pool.map(decode, self._batches(windows)):
                pass
        return [recognition for recognition in recognitions if recognition is not None]

    def _loaded(self) -> LoadedModel:
        """The model, loaded on first use and shared by threads."""
        with self._lock:
            if self._parts is None:
                self._parts = load(self.folder, self.device, self.compute_type, self.settings.workers)
            return self._parts

    @property
    def _batch_size(self) -> int:
        return self.settings.batch_size or (GPU_BATCH if self.device == "cuda" else CPU_BATCH)

    def _frames(self, window: Window) -> int:
        """Number of frames that the encoder gets for a window."""
        need = max(len(window.samples) / ASR_SAMPLE_RATE_HZ + self.settings.pad_s, self.settings.floor_s)
        steps = int(np.ceil(need / self.settings.step_s - 1e-9))
        return min(int(steps * self.settings.step_s * FRAMES_PER_S), MAX_FRAMES)

    def _batches(self, windows: Sequence[Window]) -> Iterator[tuple[list[int], list[Window]]]:
        """Batches of windows with the same number of frames, longest first; ties keep the given order."""
        order = sorted(range(len(windows)), key=lambda n: (-self._frames(windows[n]), -len(windows[n].samples), n))
        size, start = self._batch_size, 0
        while start < len(order):
            frames = self._frames(windows[order[start]])
            numbers = [n for n in order[start : start + size] if self._frames(windows[n]) == frames]
            yield numbers, [windows[n] for n in numbers]
            start += len(numbers)

    def _decode(
        self, parts: LoadedModel, batch: Sequence[Window], language: Language, options: PassOptions
    ) -> list[Recognition]:
        """Encode, generate and align one batch of windows with the same number of frames."""
        frames = self._frames(batch[0])
        shown = frames - int((self.settings.pad_s - self.settings.shown_pad_s) * FRAMES_PER_S)
        encoded = parts.encode([parts.features(window.samples, frames) for window in batch], shown=shown)
        tokenizer = parts.tokenizer(language)
        prompt = _prompt(tokenizer, options.prompt)
        # Derived from the frames, not the longest window: results must not depend on neighbours.
        longest_s = frames / FRAMES_PER_S - self.settings.pad_s
        results = parts.model.generate(
            encoded,
            [prompt] * len(batch),
            beam_size=options.beam_size,
            max_length=min(len(prompt) + 8 + int(longest_s * self.settings.tokens_per_s), 448),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=parts.suppressed(language),
            length_penalty=1.0,
        )
        texts = [[token for token in result.sequences_ids[0] if token < tokenizer.eot] for result in results]
        lengths = [min(int(len(w.samples) / ASR_SAMPLE_RATE_HZ * FRAMES_PER_S) + 50, shown) for w in batch]
        words = self._align(parts, encoded, texts, lengths, language)
        return [
            _recognition(result, text, tokenizer.decode(text), window_words)
            for result, text, window_words in zip(results, texts, words, strict=True)
        ]

    def _align(
        self, parts: LoadedModel, encoded: Any, texts: list[list[int]], lengths: list[int], language: Language
    ) -> list[tuple[Any, ...]]:
        """Words with times for each window; empty for a window without text."""
        tokenizer = parts.tokenizer(language)
        aligned = parts.align(encoded, tokenizer.sot_sequence, texts, lengths)
        return [
            words_of(tokenizer, tokens, result, parts.spelling(language)) if tokens else ()
            for tokens, result in zip(texts, aligned, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class PassOptions:
    """Options of one pass: the beam size, and the prompt that Whisper takes for preceding text."""

    beam_size: int
    prompt: str


@dataclass(slots=True)
class LoadedModel:
    """A loaded model with faster-whisper's feature extractor and tokenizers."""

    model: Any
    extractor: Any
    hf_tokenizer: Any
    multilingual: bool
    _tokenizers: dict[Language, Any] = field(default_factory=dict)
    _spellings: dict[Language, Spelling] = field(default_factory=dict)

    def features(self, samples: Samples, frames: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The log-mel spectrogram, float32 [mels, frames], of the samples padded with silence."""
        length = frames * ASR_SAMPLE_RATE_HZ // FRAMES_PER_S
        padded = np.pad(samples[:length], (0, max(0, length - len(samples))))
        return np.asarray(self.extractor(padded, padding=160)[:, :frames], dtype=np.float32)

    def encode(self, features: list[np.ndarray[Any, np.dtype[np.float32]]], *, shown: int = MAX_FRAMES) -> Any:
        """Encode a batch of features of equal length; keeps the first `shown` frames.

        On a CPU windows are encoded one by one, which takes two thirds of the time because one window fits the cache.
        On CUDA the output stays on the device and all frames are kept.
        """
        if self.model.device == "cuda":
            return self.model.encode(_view(np.stack(features)))
        kept = shown // FRAMES_PER_POSITION
        encoded = (np.asarray(self.model.encode(_view(one[np.newaxis])))[:, :kept] for one in features)
        return _view(np.concatenate(list(encoded)))

    def align(
        self, encoded: Any, start: Sequence[int], texts: Sequence[list[int]], lengths: Sequence[int]
    ) -> list[Any]:
        """CTranslate2's alignment of each window's text; `lengths` are the frames of audio.

        Aligns one by one on a CPU, as above.
        """
        if self.model.device == "cuda":
            return list(self.model.align(encoded, start, texts, lengths, median_filter_width=ALIGNED_WIDTH))
        states = np.asarray(encoded)
        return [
            self.model.align(_view(states[n : n + 1]), start, [text], [length], median_filter_width=ALIGNED_WIDTH)[0]
            for n, (text, length) in enumerate(zip(texts, lengths, strict=True))
        ]

    def tokenizer(self, language: Language) -> Any:
        """faster-whisper's tokenizer for a language."""
        from faster_whisper.tokenizer import Tokenizer

        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self.hf_tokenizer, self.multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def spelling(self, language: Language) -> Spelling:
        """The spelling rules of a language."""
        if language not in self._spellings:
            self._spellings[language] = Spelling(language)
        return self._spellings[language]

    def suppressed(self, language: Language) -> list[int]:
        """Tokens to suppress: annotations such as [music], and task tokens."""
        from faster_whisper.transcribe import get_suppressed_tokens

        return list(get_suppressed_tokens(self.tokenizer(language), [-1]))


def _view(values: np.ndarray[Any, np.dtype[np.float32]]) -> Any:
    """Convert an array to CTranslate2's storage view."""
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.ascontiguousarray(values))


def load(folder: Path, device: str, compute_type: str, workers: int) -> LoadedModel:
    """Load a CTranslate2 Whisper folder. Raises ModelError if it is not one."""
    enable_avx512()
    import ctranslate2
    import tokenizers
    from faster_whisper.feature_extractor import FeatureExtractor

    try:
        model = ctranslate2.models.Whisper(
            str(folder), device=device, compute_type=compute_type, inter_threads=workers, intra_threads=1
        )
        hf_tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:
        raise ModelError(
            f"{folder.name} cannot be loaded as a CTranslate2 Whisper model on {device} ({error})",
            remedy="Give a folder with model.bin, config.json, tokenizer.json and vocabulary; on CUDA check cuBLAS 12",
        ) from error
    return LoadedModel(model, FeatureExtractor(feature_size=model.n_mels), hf_tokenizer, model.is_multilingual)


def whisper(
    name: str = "whisper-base",
    *,
    device: Literal["auto", "cpu", "cuda"] = "auto",
    cache_dir: Path | None = None,
    settings: WhisperSettings | None = None,
) -> Whisper:
    """A recogniser by catalogue name, folder or hub id. Raises WeightError.

    `auto` takes a CUDA device at float16 if there is one, else the CPU at int8.
    """
    folder = locate(name, cache_dir=cache_dir)
    chosen, compute_type = best_device() if device == "auto" else (device, "float16" if device == "cuda" else "int8")
    title = folder.name if Path(name).is_dir() else name
    return Whisper(folder, title, device=chosen, compute_type=compute_type, settings=settings or WhisperSettings())


def best_device() -> tuple[Literal["cpu", "cuda"], str]:
    """`cuda` at float16 if there is a CUDA device, else `cpu` at int8."""
    import ctranslate2

    if ctranslate2.get_cuda_device_count() > 0:
        return "cuda", "float16"
    return "cpu", "int8"


def _pass_options(settings: WhisperSettings, language: Language, *, fallback: bool) -> PassOptions:
    """Options of a pass: fallback decoding has a wide beam and no prompt."""
    if fallback:
        return PassOptions(settings.careful_beam_size, "")
    return (
        PassOptions(settings.chinese_beam_size, settings.chinese_prompt)
        if language == "zh"
        else PassOptions(settings.beam_size, "")
    )


def _prompt(tokenizer: Any, prompt: str) -> list[int]:
    """The tokens that every window of a pass starts with."""
    before = [tokenizer.sot_prev, *tokenizer.encode(prompt)] if prompt else []
    return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]


def _recognition(result: Any, tokens: Sequence[int], text: str, words: tuple[Any, ...]) -> Recognition:
    """Convert CTranslate2's scores to the port's terms."""
    raw = text.encode("utf-8")
    return Recognition(
        words=words,
        mean_log_probability=float(result.scores[0]) * len(result.sequences_ids[0]) / (len(tokens) + 1),
        no_speech_probability=float(result.no_speech_prob),
        compression_ratio=len(raw) / len(zlib.compress(raw)) if raw else 0.0,
    )
