"""A batch: a few calls of a shard on their way through the verbs, from where each must enter to its flags.

Hearing is a stream: while the first calls are read and scored, others are heard and the next are decoded, and no more
than a few calls' audio is in memory at once.
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
from pipeline.enriched import EnrichedCall
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
from pipeline.store.rows.turns import storable
from pipeline.transcript import Transcript

Given = TypeVar("Given")
Made = TypeVar("Made")

# Calls that were heard are read and scored so many at a time.
READ_AT_ONCE = 8
DECODERS = 2


@dataclass(frozen=True, slots=True)
class TranscribedCall:
    """A call that has a transcript, and after reading an enriched call."""

    item: CallTask
    transcript: Transcript
    recording: Recording | None = None
    call: EnrichedCall | None = None
    turns_part: str = ""


@dataclass(frozen=True, slots=True)
class ProcessedCall:
    """A call at the end of its way, with a scorecard by each form (for each leg) and the flags on each.

    A form that failed has none; without any the call could not be scored, and its turns are kept all the same.
    `turns_part` is "" where the turns must be written anew.
    """

    item: CallTask
    call: EnrichedCall
    recording: Recording | None
    scorecards: tuple[tuple[Scorecard, tuple[Flag, ...]], ...]
    turns_part: str


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that left the way, and where."""

    item: CallTask
    failure: Failure


def process_calls(
    items: Sequence[CallTask],
    *,
    engine: Engine,
    stored: Mapping[str, StoredCall],
    progress: Progress,
) -> Iterator[ProcessedCall | FailedCall]:
    """Bring calls through the verbs, a few at a time as they come. `stored` are the calls as the tables have them."""
    for group in _groups(_heard(items, engine=engine, stored=stored, progress=progress), items):
        yield from (each for each in group if isinstance(each, FailedCall))
        read = [*_read([each for each in group if isinstance(each, TranscribedCall)], engine=engine)]
        yield from (each for each in read if isinstance(each, FailedCall))
        yield from _judged([each for each in read if isinstance(each, TranscribedCall)], engine=engine)
        progress(Step("score", len(group)))


def _groups(
    heard: Iterable[TranscribedCall | FailedCall], items: Sequence[CallTask]
) -> Iterator[Sequence[TranscribedCall | FailedCall]]:
    """Calls as they come, few enough that the first are read and scored while the next are being heard."""
    size = READ_AT_ONCE if any(map(_needs_ears, items)) else max(len(items), 1)
    coming = iter(heard)
    while group := list(islice(coming, size)):
        yield group


def _heard(
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
            yield TranscribedCall(item, replace(item.transcript, fingerprint=item.fingerprints.hear))
    for heard in _listened([item for item in items if _needs_ears(item)], engine=engine):
        progress(Step("hear", 1, _audio_s(heard) if isinstance(heard, TranscribedCall) else 0.0))
        yield heard


def _needs_ears(item: CallTask) -> bool:
    return item.work == "hear" and item.transcript is None


def _from_store(item: CallTask, stored: StoredCall) -> TranscribedCall:
    """The call as it was, under today's id, metadata and address."""
    transcript = replace(stored.call.transcript, call_id=item.call_id, metadata=item.metadata)
    recording = stored.recording
    if recording is not None:
        recording = replace(recording, call_id=item.call_id, metadata=item.metadata, uri=item.uri)
    call = None if item.work == "read" else replace(stored.call, transcript=transcript)
    return TranscribedCall(item, transcript, recording, call, stored.turns_part if item.work == "score" else "")


def _listened(items: Sequence[CallTask], *, engine: Engine) -> Iterator[TranscribedCall | FailedCall]:
    """Hear recordings, decoded in threads a few at a time; what comes out has the order of the items."""
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
            yield TranscribedCall(item, replace(transcript, fingerprint=item.fingerprints.hear), recording)
    for left in order:
        assert isinstance(left, FailedCall), "hearing gave fewer results than it was given calls"
        yield left


def _decoded(
    items: Sequence[CallTask], order: deque[tuple[CallTask, Recording] | FailedCall], *, engine: Engine
) -> Iterator[tuple[Recording, Audio]]:
    """The recordings that can be decoded, as they are asked for. `order` gets each item as it is drawn, good or bad."""
    decoding = prefetch(partial(_call_of, engine=engine), items, threads=DECODERS)
    for item, call in zip(items, decoding, strict=True):
        if isinstance(call, Failure):
            order.append(FailedCall(item, call))
        else:
            order.append((item, call[0]))
            yield call


def _call_of(item: CallTask, *, engine: Engine) -> tuple[Recording, Audio] | Failure:
    assert item.source is not None, "an item that needs ears has a source"
    try:
        return engine.stages.read_recording(item.source)
    except CallError as error:
        return failure_of(error, call_id=item.call_id, date=item.date)


def _read(heard: Sequence[TranscribedCall], *, engine: Engine) -> Iterator[TranscribedCall | FailedCall]:
    """Enrich what is not enriched yet. Vectors are rounded as the store rounds them, so both ways score alike."""
    yield from (each for each in heard if each.call is not None)
    unread = [each for each in heard if each.call is None]
    calls = _each(
        lambda batch: engine.stages.enrich(batch, engine.enrichment_models), [each.transcript for each in unread]
    )
    for each, call in zip(unread, calls, strict=True):
        if isinstance(call, EnrichedCall):
            vectors = storable(call.vectors)
            yield replace(each, call=replace(call, vectors=vectors, fingerprint=each.item.fingerprints.read))
        else:
            yield _failed(each.item, call, stage="read")


def _judged(read: Sequence[TranscribedCall], *, engine: Engine) -> Iterator[ProcessedCall | FailedCall]:
    calls = engine.stages.run_classifiers([each.call for each in read if each.call is not None], engine.scoring_models)
    cards, errors = _scorecards([each.item for each in read], calls, engine=engine)
    for number, (each, call) in enumerate(zip(read, calls, strict=True)):
        flagged = tuple((card, tuple(engine.stages.flag(call, card))) for card in cards[number])
        yield ProcessedCall(each.item, call, each.recording, flagged, each.turns_part)
        if number in errors:
            yield _failed(each.item, errors[number], stage="score")


def _scorecards(
    items: Sequence[CallTask], calls: Sequence[EnrichedCall], *, engine: Engine
) -> tuple[Mapping[int, Sequence[Scorecard]], Mapping[int, Exception]]:
    """By place in the batch the scorecards of each call, in the forms' order, and its first error."""
    forms, errors = _forms(items, calls, engine=engine)
    cards: dict[int, list[Scorecard]] = defaultdict(list)
    for form, numbers in forms:
        made = _each(partial(_scored, form, engine), [calls[number] for number in numbers])
        for number, legs in zip(numbers, made, strict=True):
            if isinstance(legs, Exception):
                errors.setdefault(number, legs)
            else:
                judged = items[number].fingerprints.judged
                fingerprint = engine.scorecard_fingerprint(form, judged=judged)
                cards[number] += [replace(card, fingerprint=fingerprint) for card in legs]
    return cards, errors


def _scored(form: Form, engine: Engine, calls: Sequence[EnrichedCall]) -> Sequence[Sequence[Scorecard]]:
    return engine.stages.score(calls, form, engine.scoring_models)


def _forms(
    items: Sequence[CallTask], calls: Sequence[EnrichedCall], *, engine: Engine
) -> tuple[Sequence[tuple[Form, Sequence[int]]], dict[int, Exception]]:
    """Each form with the calls of the batch that it is to judge, and the calls that no form fits."""
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


def _each(verb: Callable[[Sequence[Given]], Sequence[Made]], given: Sequence[Given]) -> list[Made | Exception]:
    """The verb's results in order; when it refuses the batch, each on its own, and the error of those it refuses."""
    if not given:
        return []
    try:
        made: list[Made | Exception] = list(verb(given))
    except (CallError, RubricError) as error:
        return [error] if len(given) == 1 else [result for one in given for result in _each(verb, [one])]
    if len(made) != len(given):
        raise AssertionError(f"a verb gave {len(made)} results for {len(given)} calls")
    return made


def _failed(item: CallTask, error: object, *, stage: str) -> FailedCall:
    if isinstance(error, CallError):
        return FailedCall(item, failure_of(error, call_id=item.call_id, date=item.date))
    if isinstance(error, RubricError):
        return FailedCall(item, Failure(item.call_id, stage, error.message, error.remedy, item.call_id, item.date))
    raise AssertionError(f"neither a result nor an error of one call: {type(error).__name__}")


def _audio_s(heard: TranscribedCall) -> float:
    return heard.recording.duration_s if heard.recording and heard.item.work == "hear" else 0.0
