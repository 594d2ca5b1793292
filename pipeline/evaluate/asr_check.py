"""Checking hearing on a centre's own labelled calls: error rates, roles and diarization, with their intervals."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.analytics.statistics.intervals import Interval
from pipeline.errors import ConfigError, IngestError
from pipeline.evaluate.reference import Reference, references
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
UNSAID = "(not said)"


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """One labelled call with what went wrong in it; `failure` says why nothing was heard, "" where something was."""

    reference: Reference
    errors: Errors
    heard_language: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Calls of one language and, within it, of one value of `field`.

    Figures are pooled over the calls, with 95 % bootstrap intervals over calls; nan where nothing can be said.
    `error_rate` is the word error rate of English and the character error rate of Chinese.
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
    """All figures of a check; `ears` names the models and settings that heard."""

    speech_models: str
    groups: tuple[GroupFigures, ...]
    calls: tuple[CheckedCall, ...]

    @property
    def failed(self) -> tuple[CheckedCall, ...]:
        """The calls of which nothing was heard; every word of theirs counts as lost."""
        return tuple(call for call in self.calls if call.failure)

    def to_json(self) -> str:
        """The figures, and those of each call, without a word of what was said; what is not known is null."""
        record = {
            "ears": self.speech_models,
            "groups": [_group_record(group) for group in self.groups],
            "calls": [_call_record(call) for call in self.calls],
        }
        return json.dumps(record, indent=1, allow_nan=False)


def check_asr(
    chosen: Sequence[Reference],
    *,
    speech_models: SpeechModels,
    by: Sequence[str] = (),
    heard: Callable[[int], None] = lambda calls: None,
) -> AsrCheck:
    """Hears the labelled calls knowing nothing but their audio, and compares. `heard` is told of calls as they end."""
    checked: list[CheckedCall] = []
    for start in range(0, len(chosen), SHARD):
        part = list(_checked(chosen[start : start + SHARD], speech_models))
        checked += part
        heard(len(part))
    return AsrCheck(speech_models.fingerprint, tuple(_groups(checked, by)), tuple(checked))


def labelled(folder: str, *, by: Sequence[str]) -> list[Reference]:
    """The labelled calls of a folder. Raises ConfigError, also when no label has a field named in `by`."""
    from pathlib import Path

    found = references(Path(folder))
    known = {name for reference in found for name in reference.fields}
    unknown = [name for name in by if name not in known]
    if unknown:
        remedy = f"Labels have {', '.join(sorted(known)) or 'no further fields'}; add the field to the .ref.json files"
        raise ConfigError(f"no label has a field {unknown[0]}", remedy=remedy)
    return found


def decoded(reference: Reference) -> tuple[Recording, Audio]:
    """A call as ingest would hand it over, with nothing known but its audio. Raises IngestError."""
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


def _checked(part: Sequence[Reference], speech_models: SpeechModels) -> Iterator[CheckedCall]:
    """The calls of a shard, those that cannot be decoded first."""
    calls: list[tuple[Recording, Audio]] = []
    there: list[Reference] = []
    for reference in part:
        try:
            recording, audio = decoded(reference)
        except IngestError as error:
            yield _lost(reference, str(error))
            continue
        calls.append((recording, audio))
        there.append(replace(reference, mono=layout_of(audio, recording.health).mono))
    for reference, found in zip(there, transcribe(calls, speech_models=speech_models), strict=True):
        yield _compared(reference, found)


def _compared(reference: Reference, found: Transcript | Failure) -> CheckedCall:
    if isinstance(found, Failure):
        return _lost(reference, f"{found.cause}. {found.remedy}")
    known = _with_channels(reference, found.turns)
    return CheckedCall(known, errors_of(known, found), heard_language=found.language)


def _lost(reference: Reference, failure: str) -> CheckedCall:
    """A call of which nothing was heard: all its words are deletions."""
    return CheckedCall(reference, errors_of(_with_channels(reference, ()), None), failure=failure)


def _with_channels(reference: Reference, turns: Sequence[Turn]) -> Reference:
    """Where the label does not say who is on which channel, the way round that the words fit better."""
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
    """Every language as a whole, by layout, and by each field asked for."""
    for language in sorted({call.reference.language for call in checked}):
        mine = [call for call in checked if call.reference.language == language]
        yield figures(mine, language=language, field="all", value="")
        for field in ("layout", *by):
            for value in sorted({_value(call, field) for call in mine}):
                group = [call for call in mine if _value(call, field) == value]
                yield figures(group, language=language, field=field, value=value)


def _value(call: CheckedCall, field: str) -> str:
    if field == "layout":
        return LAYOUTS[call.reference.mono]
    return call.reference.fields.get(field, UNSAID)


def figures(calls: Sequence[CheckedCall], *, language: str, field: str, value: str) -> GroupFigures:
    """The pooled figures of a group."""
    errors = [call.errors for call in calls]
    heard = [call for call in calls if call.heard_language]
    right = sum(call.heard_language == call.reference.language for call in heard)
    return GroupFigures(
        language=language,
        field=field,
        value=value,
        calls=len(calls),
        error_rate=pooled([(each.edits, each.units) for each in errors]),
        error_rate_digits=pooled([(each.edits_digits, each.units_digits) for each in errors]),
        role_accuracy=pooled([(each.role_right, each.role_words) for each in errors]),
        diarization_error_rate=pooled([(each.diarization_error_s, each.speech_s) for each in errors]),
        language_right=right / len(heard) if heard else math.nan,
    )


def pooled(shares: Sequence[tuple[float, float]], *, seed: int = 0) -> Interval:
    """The share of all (part, whole) together, with its 95 % interval when calls are drawn again with replacement.

    Percentile bootstrap (Efron 1979, Annals of Statistics 7, 1-26) over `DRAWS` draws; calls without a whole say
    nothing. nan without any, and one call has no interval.
    """
    known = np.array([share for share in shares if share[1] > 0], dtype=np.float64).reshape(-1, 2)
    n = len(known)
    if not n:
        return Interval(math.nan, math.nan, math.nan, 0)
    estimate = float(known[:, 0].sum() / known[:, 1].sum())
    if n == 1:
        return Interval(estimate, math.nan, math.nan, 1)
    drawn = known[np.random.default_rng(seed).integers(n, size=(DRAWS, n))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
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
