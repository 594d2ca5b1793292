"""A batch: a few calls of a shard on their way through the stages.

Transcription streams: while the first calls are enriched and scored, others are transcribed and the next are decoded,
with the audio of only a few calls in memory.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TypeVar

from pipeline.call_facts import facts_of
from pipeline.concurrency.prefetch import prefetch
from pipeline.enrich.findings import with_findings
from pipeline.enriched import EnrichedCall, half_precision
from pipeline.errors import CallError, RubricError
from pipeline.failure import Failure, failure_of
from pipeline.flag import Flag
from pipeline.night.engine import Engine
from pipeline.night.progress import Progress, Step
from pipeline.night.shard import CallTask
from pipeline.ports import Form
from pipeline.recording import Audio, Recording
from pipeline.scorecard import Scorecard
from pipeline.store.rows.stored_calls import StoredCall
from pipeline.transcript import Transcript

Input = TypeVar("Input")
Output = TypeVar("Output")

# How many transcribed calls are enriched and scored together.
CALLS_AT_ONCE = 8
DECODERS = 2


@dataclass(frozen=True, slots=True)
class TranscribedCall:
    """A call with a transcript and, once it is enriched, an enriched call."""

    item: CallTask
    transcript: Transcript
    recording: Recording | None = None
    call: EnrichedCall | None = None
    turns_part: str = ""


@dataclass(frozen=True, slots=True)
class ProcessedCall:
    """A call after all stages, with the scorecards of each form (one for each leg) and the flags on each.

    A form that failed has no scorecard. A call without any scorecard still keeps its turns. `turns_part` is the part
    that already holds the turns, "" if they must be written.
    """

    item: CallTask
    call: EnrichedCall
    recording: Recording | None
    scorecards: tuple[tuple[Scorecard, tuple[Flag, ...]], ...]
    turns_part: str


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that failed, and at which stage."""

    item: CallTask
    failure: Failure


def process_calls(
    items: Sequence[CallTask],
    *,
    engine: Engine,
    stored: Mapping[str, StoredCall],
    progress: Progress,
) -> Iterator[ProcessedCall | FailedCall]:
    """Run calls through the stages, a few at a time. `stored` are the calls as the tables have them, by id."""
    for group in _groups(_transcribed(items, engine=engine, stored=stored, progress=progress), items):
        yield from (each for each in group if isinstance(each, FailedCall))
        enriched = [*_enriched([each for each in group if isinstance(each, TranscribedCall)], engine=engine)]
        yield from (each for each in enriched if isinstance(each, FailedCall))
        yield from _scored([each for each in enriched if isinstance(each, TranscribedCall)], engine=engine)
        progress(Step("score", len(group)))


def _groups(
    transcribed: Iterable[TranscribedCall | FailedCall], items: Sequence[CallTask]
) -> Iterator[Sequence[TranscribedCall | FailedCall]]:
    """Group calls as they arrive; groups stay small while the next calls are still being transcribed."""
    size = CALLS_AT_ONCE if any(map(_needs_transcription, items)) else max(len(items), 1)
    arriving = iter(transcribed)
    while group := list(islice(arriving, size)):
        yield group


def _transcribed(
    items: Sequence[CallTask],
    *,
    engine: Engine,
    stored: Mapping[str, StoredCall],
    progress: Progress,
) -> Iterator[TranscribedCall | FailedCall]:
    for item in items:
        if item.work != "hear":
            progress(Step("hear", 1))
            yield _from_store(item, stored[item.stored_id])
        elif item.transcript is not None:
            progress(Step("hear", 1))
            yield TranscribedCall(item, replace(item.transcript, fingerprint=item.fingerprints.transcribe))
    for call in _from_recordings([item for item in items if _needs_transcription(item)], engine=engine):
        progress(Step("hear", 1, _audio_s(call) if isinstance(call, TranscribedCall) else 0.0))
        yield call


def _needs_transcription(item: CallTask) -> bool:
    return item.work == "hear" and item.transcript is None


def _from_store(item: CallTask, stored: StoredCall) -> TranscribedCall:
    """The stored call under its current id, metadata and address.

    A call that moves takes its turns to another part, with the findings that belong to them.
    """
    transcript = replace(stored.call.transcript, call_id=item.call_id, metadata=item.metadata)
    recording = stored.recording
    if recording is not None:
        recording = replace(recording, call_id=item.call_id, metadata=item.metadata, uri=item.uri)
    if item.work == "read":
        return TranscribedCall(item, transcript, recording)
    call = replace(stored.call, transcript=transcript)
    if item.work == "move":
        return TranscribedCall(item, transcript, recording, with_findings(call))
    return TranscribedCall(item, transcript, recording, call, stored.turns_part)


def _from_recordings(items: Sequence[CallTask], *, engine: Engine) -> Iterator[TranscribedCall | FailedCall]:
    """Transcribe recordings, decoded in threads a few at a time, in the order of the items."""
    if not items:
        return
    order: deque[tuple[CallTask, Recording] | FailedCall] = deque()
    for transcript in engine.stages.transcribe(_decoded(items, order, engine=engine), engine.speech_models):
        while isinstance(each := order.popleft(), FailedCall):
            yield each
        item, recording = each
        if isinstance(transcript, Failure):
            yield FailedCall(item, transcript)
        else:
            yield TranscribedCall(item, replace(transcript, fingerprint=item.fingerprints.transcribe), recording)
    for last in order:
        assert isinstance(last, FailedCall), "transcription returned fewer results than calls"
        yield last


def _decoded(
    items: Sequence[CallTask], order: deque[tuple[CallTask, Recording] | FailedCall], *, engine: Engine
) -> Iterator[tuple[Recording, Audio]]:
    """Decode recordings lazily, skipping those that fail. Every item is appended to `order` as it is drawn."""
    decoding = prefetch(partial(_decode, engine=engine), items, threads=DECODERS)
    for item, call in zip(items, decoding, strict=True):
        if isinstance(call, Failure):
            order.append(FailedCall(item, call))
        else:
            order.append((item, call[0]))
            yield call


def _decode(item: CallTask, *, engine: Engine) -> tuple[Recording, Audio] | Failure:
    assert item.source is not None, "a call to transcribe has a source"
    try:
        return engine.stages.read_recording(item.source)
    except CallError as error:
        return failure_of(error, call_id=item.call_id, date=item.date)


def _enriched(transcribed: Sequence[TranscribedCall], *, engine: Engine) -> Iterator[TranscribedCall | FailedCall]:
    """Enrich the calls that are not enriched yet. Vectors are rounded, so a stored call is scored the same again."""
    yield from (each for each in transcribed if each.call is not None)
    waiting = [each for each in transcribed if each.call is None]
    calls = _each(
        lambda batch: engine.stages.enrich(batch, engine.enrichment_models), [each.transcript for each in waiting]
    )
    for each, call in zip(waiting, calls, strict=True):
        if isinstance(call, EnrichedCall):
            vectors = half_precision(call.vectors)
            yield replace(each, call=replace(call, vectors=vectors, fingerprint=each.item.fingerprints.enrich))
        else:
            yield _failed(each.item, call, stage="read")


def _scored(enriched: Sequence[TranscribedCall], *, engine: Engine) -> Iterator[ProcessedCall | FailedCall]:
    calls = [each.call for each in enriched if each.call is not None]
    calls = list(engine.stages.run_classifiers(calls, engine.scoring_models))
    cards, errors = _scorecards([each.item for each in enriched], calls, engine=engine)
    for number, (each, call) in enumerate(zip(enriched, calls, strict=True)):
        flagged = tuple((card, tuple(engine.stages.flag(call, card))) for card in cards[number])
        yield ProcessedCall(each.item, call, each.recording, flagged, each.turns_part)
        if number in errors:
            yield _failed(each.item, errors[number], stage="score")


def _scorecards(
    items: Sequence[CallTask], calls: Sequence[EnrichedCall], *, engine: Engine
) -> tuple[Mapping[int, Sequence[Scorecard]], Mapping[int, Exception]]:
    """The scorecards of each call in the forms' order, and its first error; both by position in the batch."""
    forms, errors = _forms(items, calls, engine=engine)
    cards: dict[int, list[Scorecard]] = defaultdict(list)
    for form, numbers in forms:
        scored = _each(partial(_score_by, form, engine), [calls[number] for number in numbers])
        for number, legs in zip(numbers, scored, strict=True):
            if isinstance(legs, Exception):
                errors.setdefault(number, legs)
            else:
                score_input = items[number].fingerprints.score_input
                fingerprint = engine.scorecard_fingerprint(form, score_input=score_input)
                cards[number] += [replace(card, fingerprint=fingerprint) for card in legs]
    return cards, errors


def _score_by(form: Form, engine: Engine, calls: Sequence[EnrichedCall]) -> Sequence[Sequence[Scorecard]]:
    return engine.stages.score(calls, form, engine.scoring_models)


def _forms(
    items: Sequence[CallTask], calls: Sequence[EnrichedCall], *, engine: Engine
) -> tuple[Sequence[tuple[Form, Sequence[int]]], dict[int, Exception]]:
    """Each form with the calls of the batch that it scores, and an error for each call that no form fits."""
    by_form: dict[str, tuple[Form, list[int]]] = {}
    errors: dict[int, Exception] = {}
    for number, (item, call) in enumerate(zip(items, calls, strict=True)):
        try:
            judging = engine.rubric.judging(facts_of(call.transcript))
        except RubricError as error:
            errors[number] = error
            continue
        for form in judging:
            if not item.forms or form.id in item.forms:
                by_form.setdefault(form.id, (form, []))[1].append(number)
    return list(by_form.values()), errors


def _each(stage: Callable[[Sequence[Input]], Sequence[Output]], inputs: Sequence[Input]) -> list[Output | Exception]:
    """The stage's results in order. If it rejects the batch, run each input alone and return errors in its place."""
    if not inputs:
        return []
    try:
        outputs: list[Output | Exception] = list(stage(inputs))
    except (CallError, RubricError) as error:
        return [error] if len(inputs) == 1 else [result for one in inputs for result in _each(stage, [one])]
    if len(outputs) != len(inputs):
        raise AssertionError(f"a stage returned {len(outputs)} results for {len(inputs)} calls")
    return outputs


def _failed(item: CallTask, error: object, *, stage: str) -> FailedCall:
    if isinstance(error, CallError):
        return FailedCall(item, failure_of(error, call_id=item.call_id, date=item.date))
    if isinstance(error, RubricError):
        return FailedCall(item, Failure(item.call_id, stage, error.message, error.remedy, item.call_id, item.date))
    raise AssertionError(f"neither a result nor an error of one call: {type(error).__name__}")


def _audio_s(call: TranscribedCall) -> float:
    return call.recording.duration_s if call.recording and call.item.work == "hear" else 0.0
