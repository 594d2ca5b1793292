"""A batch: a few calls of a shard on their way through the verbs, from where each must enter to its flags.

A shard goes through in batches, so that no more than a few calls' audio is in memory at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.engine import Engine
from pipeline.enriched import EnrichedCall
from pipeline.errors import CallError, RubricError
from pipeline.failure import Failure, failure_of
from pipeline.flag import Flag
from pipeline.progress import Progress, Step
from pipeline.recording import Audio, Recording
from pipeline.scorecard import Scorecard
from pipeline.shard import Item
from pipeline.store.rows.turns import storable
from pipeline.stored import StoredCall
from pipeline.transcript import Transcript

Given = TypeVar("Given")
Made = TypeVar("Made")


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
    """A call at the end of its way. Without a scorecard it could not be scored; its turns are kept all the same.

    `turns_part` is "" where the turns must be written anew.
    """

    item: Item
    call: EnrichedCall
    recording: Recording | None
    scorecard: Scorecard | None
    flags: tuple[Flag, ...]
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
    """Bring a batch through the verbs. `stored` are the calls as the tables have them."""
    heard = list(_heard(items, engine=engine, stored=stored))
    read = [*_read([each for each in heard if isinstance(each, Heard)], engine=engine)]
    yield from (each for each in heard if isinstance(each, Failed))
    progress(Step("hear", len(items), sum(_audio_s(each) for each in heard if isinstance(each, Heard))))
    yield from (each for each in read if isinstance(each, Failed))
    yield from _judged([each for each in read if isinstance(each, Heard)], engine=engine)
    progress(Step("score", len(items)))


def _heard(
    items: Sequence[Item],
    *,
    engine: Engine,
    stored: Mapping[str, StoredCall],
) -> Iterator[Heard | Failed]:
    for item in items:
        if item.work != "hear":
            yield _from_store(item, stored[item.stored_id])
        elif item.transcript is not None:
            yield Heard(item, replace(item.transcript, fingerprint=item.fingerprints.hear))
    yield from _listened([item for item in items if _needs_ears(item)], engine=engine)


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
    decoded: list[tuple[Item, tuple[Recording, Audio]]] = []
    for item in items:
        assert item.source is not None, "an item that needs ears has a source"
        try:
            decoded.append((item, engine.verbs.read_recording(item.source)))
        except CallError as error:
            yield Failed(item, failure_of(error, call_id=item.call_id, date=item.date))
    if not decoded:
        return
    heard = engine.verbs.hear([call for _, call in decoded], engine.ears)
    for (item, (recording, _)), transcript in zip(decoded, heard, strict=True):
        if isinstance(transcript, Failure):
            yield Failed(item, transcript)
        else:
            yield Heard(item, replace(transcript, fingerprint=item.fingerprints.hear), recording)


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
    calls = [each.call for each in read if each.call is not None]
    cards = _each(lambda batch: engine.verbs.score(batch, engine.rubric, engine.judges), calls)
    for each, call, card in zip(read, calls, cards, strict=True):
        if isinstance(card, Scorecard):
            card = replace(card, fingerprint=each.item.fingerprints.score)
            flags = tuple(engine.verbs.flag(call, card))
            yield Done(each.item, call, each.recording, card, flags, each.turns_part)
        else:
            yield Done(each.item, call, each.recording, None, (), each.turns_part)
            yield _failed(each.item, card, stage="score")


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
