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

from pipeline.ahead import ahead
from pipeline.engine import Engine, Form
from pipeline.enriched import EnrichedCall
from pipeline.errors import CallError, RubricError
from pipeline.failure import Failure, failure_of
from pipeline.flag import Flag
from pipeline.progress import Progress, Step
from pipeline.recording import Audio, Recording
from pipeline.rubric.used_for import facts_of
from pipeline.scorecard import Scorecard
from pipeline.shard import Item
from pipeline.store.rows.turns import storable
from pipeline.stored import StoredCall
from pipeline.transcript import Transcript

Given = TypeVar("Given")
Made = TypeVar("Made")

# Calls that were heard are read and scored so many at a time.
READ_AT_ONCE = 8
DECODERS = 2


@dataclass(frozen=True, slots=True)
class Heard:
    """A call that has a transcript, and after reading an enriched call."""

    item: Item
    transcript: Transcript
    recording: Recording | None = None
    call: EnrichedCall | None = None
    turns_part: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A call at the end of its way, with a scorecard by each form (for each leg) and the flags on each.

    A form that failed has none; without any the call could not be scored, and its turns are kept all the same.
    `turns_part` is "" where the turns must be written anew.
    """

    item: Item
    call: EnrichedCall
    recording: Recording | None
    scorecards: tuple[tuple[Scorecard, tuple[Flag, ...]], ...]
    turns_part: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that left the way, and where."""

    item: Item
    failure: Failure


def through(
    items: Sequence[Item],
    *,
    engine: Engine,
    stored: Mapping[str, StoredCall],
    progress: Progress,
) -> Iterator[Done | Failed]:
    """Bring calls through the verbs, a few at a time as they come. `stored` are the calls as the tables have them."""
    for group in _groups(_heard(items, engine=engine, stored=stored, progress=progress), items):
        yield from (each for each in group if isinstance(each, Failed))
        read = [*_read([each for each in group if isinstance(each, Heard)], engine=engine)]
        yield from (each for each in read if isinstance(each, Failed))
        yield from _judged([each for each in read if isinstance(each, Heard)], engine=engine)
        progress(Step("score", len(group)))


def _groups(heard: Iterable[Heard | Failed], items: Sequence[Item]) -> Iterator[Sequence[Heard | Failed]]:
    """Calls as they come, few enough that the first are read and scored while the next are being heard."""
    size = READ_AT_ONCE if any(map(_needs_ears, items)) else max(len(items), 1)
    coming = iter(heard)
    while group := list(islice(coming, size)):
        yield group


def _heard(
    items: Sequence[Item],
    *,
    engine: Engine,
    stored: Mapping[str, StoredCall],
    progress: Progress,
) -> Iterator[Heard | Failed]:
    for item in items:
        if item.work != "hear":
            progress(Step("hear", 1))
            yield _from_store(item, stored[item.stored_id])
        elif item.transcript is not None:
            progress(Step("hear", 1))
            yield Heard(item, replace(item.transcript, fingerprint=item.fingerprints.hear))
    for heard in _listened([item for item in items if _needs_ears(item)], engine=engine):
        progress(Step("hear", 1, _audio_s(heard) if isinstance(heard, Heard) else 0.0))
        yield heard


def _needs_ears(item: Item) -> bool:
    return item.work == "hear" and item.transcript is None


def _from_store(item: Item, stored: StoredCall) -> Heard:
    """The call as it was, under today's id, metadata and address."""
    transcript = replace(stored.call.transcript, call_id=item.call_id, metadata=item.metadata)
    recording = stored.recording
    if recording is not None:
        recording = replace(recording, call_id=item.call_id, metadata=item.metadata, uri=item.uri)
    call = None if item.work == "read" else replace(stored.call, transcript=transcript)
    return Heard(item, transcript, recording, call, stored.turns_part if item.work == "score" else "")


def _listened(items: Sequence[Item], *, engine: Engine) -> Iterator[Heard | Failed]:
    """Hear recordings, decoded in threads a few at a time; what comes out has the order of the items."""
    if not items:
        return
    order: deque[tuple[Item, Recording] | Failed] = deque()
    for transcript in engine.verbs.hear(_decoded(items, order, engine=engine), engine.ears):
        while isinstance(each := order.popleft(), Failed):
            yield each
        item, recording = each
        if isinstance(transcript, Failure):
            yield Failed(item, transcript)
        else:
            yield Heard(item, replace(transcript, fingerprint=item.fingerprints.hear), recording)
    for left in order:
        assert isinstance(left, Failed), "hearing gave fewer results than it was given calls"
        yield left


def _decoded(
    items: Sequence[Item], order: deque[tuple[Item, Recording] | Failed], *, engine: Engine
) -> Iterator[tuple[Recording, Audio]]:
    """The recordings that can be decoded, as they are asked for. `order` gets each item as it is drawn, good or bad."""
    decoding = ahead(partial(_call_of, engine=engine), items, threads=DECODERS)
    for item, call in zip(items, decoding, strict=True):
        if isinstance(call, Failure):
            order.append(Failed(item, call))
        else:
            order.append((item, call[0]))
            yield call


def _call_of(item: Item, *, engine: Engine) -> tuple[Recording, Audio] | Failure:
    assert item.source is not None, "an item that needs ears has a source"
    try:
        return engine.verbs.read_recording(item.source)
    except CallError as error:
        return failure_of(error, call_id=item.call_id, date=item.date)


def _read(heard: Sequence[Heard], *, engine: Engine) -> Iterator[Heard | Failed]:
    """Enrich what is not enriched yet. Vectors are rounded as the store rounds them, so both ways score alike."""
    yield from (each for each in heard if each.call is not None)
    unread = [each for each in heard if each.call is None]
    calls = _each(lambda batch: engine.verbs.read(batch, engine.reader), [each.transcript for each in unread])
    for each, call in zip(unread, calls, strict=True):
        if isinstance(call, EnrichedCall):
            vectors = storable(call.vectors)
            yield replace(each, call=replace(call, vectors=vectors, fingerprint=each.item.fingerprints.read))
        else:
            yield _failed(each.item, call, stage="read")


def _judged(read: Sequence[Heard], *, engine: Engine) -> Iterator[Done | Failed]:
    calls = engine.verbs.see([each.call for each in read if each.call is not None], engine.judges)
    cards, errors = _scorecards([each.item for each in read], calls, engine=engine)
    for number, (each, call) in enumerate(zip(read, calls, strict=True)):
        flagged = tuple((card, tuple(engine.verbs.flag(call, card))) for card in cards[number])
        yield Done(each.item, call, each.recording, flagged, each.turns_part)
        if number in errors:
            yield _failed(each.item, errors[number], stage="score")


def _scorecards(
    items: Sequence[Item], calls: Sequence[EnrichedCall], *, engine: Engine
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
    return engine.verbs.score(calls, form, engine.judges)


def _forms(
    items: Sequence[Item], calls: Sequence[EnrichedCall], *, engine: Engine
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


def _failed(item: Item, error: object, *, stage: str) -> Failed:
    if isinstance(error, CallError):
        return Failed(item, failure_of(error, call_id=item.call_id, date=item.date))
    if isinstance(error, RubricError):
        return Failed(item, Failure(item.call_id, stage, error.message, error.remedy, item.call_id, item.date))
    raise AssertionError(f"neither a result nor an error of one call: {type(error).__name__}")


def _audio_s(heard: Heard) -> float:
    return heard.recording.duration_s if heard.recording and heard.item.work == "hear" else 0.0
