"""The plan: which calls have no up-to-date rows, and the stage at which each of them enters.

The tables are the only checkpoint. A killed night, a changed rubric and a new model are therefore the same case: the
same command plans what is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from pipeline.call_facts import known_facts
from pipeline.errors import IngestError
from pipeline.failure import Failure, failure_of
from pipeline.fingerprints.fingerprint import StageFingerprints, transcript_hash
from pipeline.ingest import Source
from pipeline.night.engine import Engine
from pipeline.night.shard import CallTask, Shard, cut
from pipeline.night.stored_index import IndexedCall, StoredIndex, read_stored_index
from pipeline.recording import CallMetadata
from pipeline.store import Store
from pipeline.store.parts import partition_date
from pipeline.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Plan:
    """The night's work. Of `found` calls, `done` are up to date and `held_back` failed before and have not changed.

    `failures` are files that hold no call, and notices about calls found twice.
    """

    shards: tuple[Shard, ...]
    found: int
    done: int
    held_back: int
    failures: tuple[Failure, ...]

    @property
    def planned(self) -> int:
        """How many calls the shards hold."""
        return sum(len(shard.items) for shard in self.shards)


@dataclass(slots=True)
class _Tally:
    """The results of one pass over the calls found."""

    items: list[CallTask] = field(default_factory=list)
    done: int = 0
    held_back: int = 0
    failures: list[Failure] = field(default_factory=list)
    repeats: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _FoundCall:
    """One call at its source, before its rows are looked up."""

    call_id: str
    source: Source
    input_hash: str
    metadata: CallMetadata
    transcript: Transcript | None = None


def plan(
    sources: Sequence[Source], store: Store, engine: Engine, *, limit: int | None = None, retry_failed: bool = False
) -> Plan:
    """Plan a night over these sources. `limit` keeps the first calls found, so the same limit means the same calls."""
    index = read_stored_index(store, rubric=engine.rubric)
    tally = _Tally()
    found = list(_unique(_calls_of(sources, engine, tally), tally))[:limit]
    for call in found:
        _add(call, index, engine, tally, retry_failed=retry_failed)
    tally.failures += [_repeat_notice(name, earlier, count) for (name, earlier), count in sorted(tally.repeats.items())]
    return Plan(tuple(cut(tally.items)), len(found), tally.done, tally.held_back, tuple(tally.failures))


def plan_rescore(store: Store, engine: Engine, *, dates: Sequence[str] | None = None) -> Plan:
    """Plan to score stored calls that have no up-to-date scorecard, of these dates or all. Nothing is transcribed."""
    index = read_stored_index(store, rubric=engine.rubric)
    calls = [call for call in index.by_id.values() if dates is None or call.date in set(dates)]
    items = [item for call in calls if (item := _rescored(call, index, engine)) is not None]
    return Plan(tuple(cut(items)), len(calls), len(calls) - len(items), 0, ())


def _rescored(call: IndexedCall, index: StoredIndex, engine: Engine) -> CallTask | None:
    fingerprints = engine.fingerprints(transcript=call.hear_fingerprint, metadata=call.metadata)
    item = CallTask(
        call.call_id, call.date, "score", call.input_hash, call.uri, call.metadata, fingerprints,
        stored_id=call.call_id, stored_date=call.date,
        generation=index.generation(call.call_id, call.input_hash),
    )  # fmt: skip
    failure = index.failure_of(call.call_id, call.input_hash)
    if failure is not None and failure.fingerprint in (fingerprints.enrich, fingerprints.score):
        return None
    if call.read_fingerprint != fingerprints.enrich:
        return replace(item, work="read")
    return _scoring(item, call, index, engine)


def _calls_of(sources: Iterable[Source], engine: Engine, tally: _Tally) -> Iterator[_FoundCall]:
    for source in sources:
        if source.kind == "audio":
            yield _FoundCall(source.call_id, source, source.sha256, source.metadata or CallMetadata())
            continue
        try:
            transcripts = engine.stages.read_transcripts(source)
        except IngestError as error:
            tally.failures.append(failure_of(error))
            continue
        for transcript in transcripts:
            if isinstance(transcript, Transcript):
                digest = transcript_hash(transcript)
                yield _FoundCall(transcript.call_id, source, digest, transcript.metadata, transcript)
            else:
                tally.failures.append(transcript)


def _unique(found: Iterable[_FoundCall], tally: _Tally) -> Iterator[_FoundCall]:
    """The first call of each id; others are reported."""
    first: dict[str, _FoundCall] = {}
    for call in found:
        earlier = first.setdefault(call.call_id, call)
        if earlier is call:
            yield call
        elif earlier.input_hash == call.input_hash:
            tally.repeats[call.source.name, earlier.source.name] += 1
        else:
            cause = f"the call id {call.call_id} already belongs to a call of {earlier.source.name}"
            tally.failures.append(Failure(call.source.name, "ingest", cause, "Give each call its own id"))


def _add(call: _FoundCall, index: StoredIndex, engine: Engine, tally: _Tally, *, retry_failed: bool) -> None:
    stored = index.find(call.call_id, call.input_hash)
    written = call.source.kind == "transcript"
    own = engine.transcript_fingerprint(input_hash=call.input_hash, metadata=call.metadata, written=written)
    fingerprints = engine.fingerprints(transcript=own, metadata=call.metadata)
    date = partition_date(call.metadata.started_at)
    if stored and stored.input_hash == call.input_hash and stored.uri != call.source.uri and _exists(stored.uri):
        tally.repeats[call.source.name, PurePosixPath(stored.uri).name] += 1
        tally.done += 1
        return
    item = CallTask(
        call.call_id, date, "hear", call.input_hash, call.source.uri, call.metadata, fingerprints, call.source,
        stored_id=stored.call_id if stored else "", stored_date=stored.date if stored else "",
        generation=index.generation(call.call_id, call.input_hash),
    )  # fmt: skip
    planned = _planned(item, stored, index, engine)
    if planned is None:
        tally.done += 1
    elif not retry_failed and _failed_before(item, index, fingerprints):
        tally.held_back += 1
    else:
        transcript = call.transcript if planned.work == "hear" else None
        tally.items.append(replace(planned, transcript=transcript))


def _planned(item: CallTask, stored: IndexedCall | None, index: StoredIndex, engine: Engine) -> CallTask | None:
    """The call with the stage at which it enters; None if its rows are up to date."""
    if stored is None or stored.hear_fingerprint != item.fingerprints.transcribe:
        return replace(item, work="hear")
    if stored.read_fingerprint != item.fingerprints.enrich:
        return replace(item, work="read")
    if (stored.date, stored.call_id) != (item.date, item.call_id):
        return replace(item, work="move")
    return _scoring(item, stored, index, engine)


def _scoring(item: CallTask, stored: IndexedCall, index: StoredIndex, engine: Engine) -> CallTask | None:
    """The call with the forms that have no up-to-date scorecard of it; None if all have one."""
    facts = known_facts(item.metadata, language=stored.language)
    cards = index.scorecards(item.call_id)
    fitting = engine.rubric.fitting(facts)
    if cards.keys() - {form.id for form in fitting}:
        # A form no longer fits the call. Its scorecard disappears with the turns that it names.
        return replace(item, work="move")
    if not fitting:
        return replace(item, work="score")
    wanted = {
        form.id: engine.scorecard_fingerprint(form, score_input=item.fingerprints.score_input)
        for form in engine.rubric.judging(facts)
    }
    missing = tuple(name for name, fingerprint in wanted.items() if cards.get(name) != fingerprint)
    if not missing and stored.uri == item.uri:
        return None
    return replace(item, work="score", forms=missing)


def _failed_before(item: CallTask, index: StoredIndex, fingerprints: StageFingerprints) -> bool:
    failure = index.failure_of(item.call_id, item.input_hash)
    return failure is not None and failure.fingerprint == fingerprints.of_stage(failure.stage)


def _exists(uri: str) -> bool:
    from fsspec.core import url_to_fs

    try:
        filesystem, path = url_to_fs(uri)
        return bool(filesystem.exists(path))
    except (OSError, ValueError, ImportError):
        return False


def _repeat_notice(name: str, earlier: str, count: int) -> Failure:
    if name == earlier:
        cause = f"{count} of its calls are in it more than once; each is counted once"
    else:
        cause = f"the same audio or text as {earlier} ({count} of its calls); it is counted once"
    return Failure(name, "ingest", cause, "Remove the copy")
