"""Check transcription on a centre's own labelled calls: error rates, roles and diarization, with intervals."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.analytics.statistics.intervals import Interval
from pipeline.errors import ConfigError, IngestError
from pipeline.evaluate.reference import Reference, read_references
from pipeline.evaluate.word_errors import Errors, edits_in, errors_of
from pipeline.failure import Failure
from pipeline.ingest.audio import AudioLimits, decode
from pipeline.ingest.health import audio_health
from pipeline.recording import Audio, CallMetadata, Recording
from pipeline.transcribe.layout import layout_of
from pipeline.transcribe.transcribe import SpeechModels, transcribe
from pipeline.transcript import Transcript, Turn

SHARD = 8
DRAWS = 2000
LAYOUTS = {False: "two channels", True: "one channel"}
ROLES = ("agent", "customer")
NOT_LABELLED = "(not said)"


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """One labelled call with its errors; `failure` says why it has no transcript, "" if it has one."""

    reference: Reference
    errors: Errors
    heard_language: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Figures for the calls of one language and one value of `field`.

    Pooled over calls, with 95 % bootstrap intervals over calls; NaN where undefined. `error_rate` is the word error
    rate for English and the character error rate for Chinese.
    """

    language: str
    field: str
    value: str
    calls: int
    error_rate: Interval
    error_rate_digits: Interval
    role_accuracy: Interval
    diarization_error_rate: Interval
    language_right: float


@dataclass(frozen=True, slots=True)
class AsrCheck:
    """All figures of a check; `speech_models` is the fingerprint of models and settings."""

    speech_models: str
    groups: tuple[GroupFigures, ...]
    calls: tuple[CheckedCall, ...]

    @property
    def failed(self) -> tuple[CheckedCall, ...]:
        """Calls without a transcript; all their words count as deletions."""
        return tuple(call for call in self.calls if call.failure)

    def to_json(self) -> str:
        """The figures by group and by call, without any words of the calls; undefined ones are null."""
        record = {
            "ears": self.speech_models,
            "groups": [_group_record(group) for group in self.groups],
            "calls": [_call_record(call) for call in self.calls],
        }
        return json.dumps(record, indent=1, allow_nan=False)


def check_asr(
    references: Sequence[Reference],
    *,
    speech_models: SpeechModels,
    by: Sequence[str] = (),
    progress: Callable[[int], None] = lambda calls: None,
) -> AsrCheck:
    """Transcribe the labelled calls from their audio alone and count errors.

    Calls `progress` with the number of calls of each finished shard.
    """
    checked: list[CheckedCall] = []
    for start in range(0, len(references), SHARD):
        shard = list(_check_shard(references[start : start + SHARD], speech_models))
        checked += shard
        progress(len(shard))
    return AsrCheck(speech_models.fingerprint, tuple(_groups(checked, by)), tuple(checked))


def references_with_fields(folder: str, *, by: Sequence[str]) -> list[Reference]:
    """Read the labelled calls of a folder. Raises ConfigError, also if no label has a field named in `by`."""
    from pathlib import Path

    found = read_references(Path(folder))
    known = {name for reference in found for name in reference.fields}
    unknown = [name for name in by if name not in known]
    if unknown:
        remedy = f"Labels have {', '.join(sorted(known)) or 'no further fields'}; add the field to the .ref.json files"
        raise ConfigError(f"no label has a field {unknown[0]}", remedy=remedy)
    return found


def decode_reference(reference: Reference) -> tuple[Recording, Audio]:
    """Decode a call as ingest would, with no metadata. Raises IngestError."""
    content = reference.audio.read_bytes()
    found = decode(content, name=reference.audio.name, limits=AudioLimits())
    recording = Recording(
        call_id=reference.call_id,
        uri=str(reference.audio),
        sha256=hashlib.sha256(content).hexdigest(),
        duration_s=found.audio.duration_s,
        channels=found.audio.samples.shape[0],
        sample_rate_hz=found.sample_rate_hz,
        codec=found.codec,
        metadata=CallMetadata(),
        health=replace(audio_health(found.audio), truncated=found.truncated),
    )
    return recording, found.audio


def _check_shard(shard: Sequence[Reference], speech_models: SpeechModels) -> Iterator[CheckedCall]:
    """Check the calls of a shard; yields those that cannot be decoded first."""
    calls: list[tuple[Recording, Audio]] = []
    decodable: list[Reference] = []
    for reference in shard:
        try:
            recording, audio = decode_reference(reference)
        except IngestError as error:
            yield _failed_call(reference, str(error))
            continue
        calls.append((recording, audio))
        decodable.append(replace(reference, mono=layout_of(audio, recording.health).mono))
    for reference, found in zip(decodable, transcribe(calls, speech_models=speech_models), strict=True):
        yield _compare(reference, found)


def _compare(reference: Reference, found: Transcript | Failure) -> CheckedCall:
    if isinstance(found, Failure):
        return _failed_call(reference, f"{found.cause}. {found.remedy}")
    known = _with_channels(reference, found.turns)
    return CheckedCall(known, errors_of(known, found), heard_language=found.language)


def _failed_call(reference: Reference, failure: str) -> CheckedCall:
    """A call without a transcript: all its words are deletions."""
    return CheckedCall(reference, errors_of(_with_channels(reference, ()), None), failure=failure)


def _with_channels(reference: Reference, turns: Sequence[Turn]) -> Reference:
    """Choose the channel mapping with fewer errors if the label gives none."""
    if reference.mono or reference.channels:
        return reference

    def edits(agent: int) -> int:
        pairs = [
            (
                " ".join(text for who, _, _, text in reference.turns if who == role),
                " ".join(turn.text for turn in turns if turn.channel == channel),
            )
            for channel, role in ((agent, ROLES[0]), (1 - agent, ROLES[1]))
        ]
        return edits_in(pairs, reference.language, digits=False)[0]

    agent = min((0, 1), key=edits)
    return replace(reference, channels={agent: ROLES[0], 1 - agent: ROLES[1]})


def _groups(checked: Sequence[CheckedCall], by: Sequence[str]) -> Iterator[GroupFigures]:
    """Figures per language: overall, by layout, and by each requested field."""
    for language in sorted({call.reference.language for call in checked}):
        in_language = [call for call in checked if call.reference.language == language]
        yield figures(in_language, language=language, field="all", value="")
        for field in ("layout", *by):
            for value in sorted({_value(call, field) for call in in_language}):
                group = [call for call in in_language if _value(call, field) == value]
                yield figures(group, language=language, field=field, value=value)


def _value(call: CheckedCall, field: str) -> str:
    if field == "layout":
        return LAYOUTS[call.reference.mono]
    return call.reference.fields.get(field, NOT_LABELLED)


def figures(calls: Sequence[CheckedCall], *, language: str, field: str, value: str) -> GroupFigures:
    """Pool the figures of a group."""
    errors = [call.errors for call in calls]
    transcribed = [call for call in calls if call.heard_language]
    right = sum(call.heard_language == call.reference.language for call in transcribed)
    return GroupFigures(
        language=language,
        field=field,
        value=value,
        calls=len(calls),
        error_rate=pooled([(each.edits, each.units) for each in errors]),
        error_rate_digits=pooled([(each.edits_digits, each.units_digits) for each in errors]),
        role_accuracy=pooled([(each.role_right, each.role_words) for each in errors]),
        diarization_error_rate=pooled([(each.diarization_error_s, each.speech_s) for each in errors]),
        language_right=right / len(transcribed) if transcribed else math.nan,
    )


def pooled(shares: Sequence[tuple[float, float]], *, seed: int = 0) -> Interval:
    """The pooled share of all (part, whole) pairs, with a 95 % interval from resampling calls.

    Percentile bootstrap (Efron 1979, Annals of Statistics 7, 1-26) with `DRAWS` draws; skips calls whose whole is 0.
    NaN without any call; a single call has no interval.
    """
    known = np.array([share for share in shares if share[1] > 0], dtype=np.float64).reshape(-1, 2)
    n = len(known)
    if not n:
        return Interval(math.nan, math.nan, math.nan, 0)
    estimate = float(known[:, 0].sum() / known[:, 1].sum())
    if n == 1:
        return Interval(estimate, math.nan, math.nan, 1)
    resampled = known[np.random.default_rng(seed).integers(n, size=(DRAWS, n))].sum(axis=1)
    low, high = np.percentile(resampled[:, 0] / resampled[:, 1], [2.5, 97.5])
    return Interval(estimate, float(low), float(high), n)


def _group_record(group: GroupFigures) -> dict[str, object]:
    rates = ("error_rate", "error_rate_digits", "role_accuracy", "diarization_error_rate")
    return {
        "language": group.language,
        "field": group.field,
        "value": group.value,
        "calls": group.calls,
        "measure": "WER" if group.language == "en" else "CER",
        **{name: _interval_record(getattr(group, name)) for name in rates},
        "language_right": _finite(group.language_right),
    }


def _interval_record(interval: Interval) -> dict[str, float | None]:
    named = {"estimate": interval.estimate, "low": interval.low, "high": interval.high}
    return {name: _finite(figure) for name, figure in named.items()} | {"calls": interval.n}


def _call_record(call: CheckedCall) -> dict[str, object]:
    return {
        "call_id": call.reference.call_id,
        "language": call.reference.language,
        "heard_language": call.heard_language,
        "layout": LAYOUTS[call.reference.mono],
        "fields": dict(call.reference.fields),
        "failure": call.failure,
        **{name: getattr(call.errors, name) for name in Errors.__dataclass_fields__},
    }


def _finite(figure: float) -> float | None:
    return round(figure, 5) if math.isfinite(figure) else None
