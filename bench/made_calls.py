"""A store of generated calls: turns of the training calls shuffled into new calls with word times, scored and measured.

Vectors come from the real encoder and rows are written by the night's own code. Only the encoding of each distinct text
is done once.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from bench.caching_encoder import CachingEncoder
from models.profile import PROFILES
from models.registry import build_engine
from pipeline.analytics.update import measure_all
from pipeline.enrich import EnrichmentModels
from pipeline.evaluate.labelled import read_labelled
from pipeline.fingerprints.fingerprint import transcript_hash
from pipeline.ingest import Source
from pipeline.night.batch import ProcessedCall, process_calls
from pipeline.night.engine import Engine
from pipeline.night.progress import unwatched
from pipeline.night.shard import CallTask, Shard, cut
from pipeline.night.shard_rows import ShardRows, add_call, arrow_tables
from pipeline.recording import CallMetadata
from pipeline.store import SHARD_TABLES, Part, Store, write_part
from pipeline.transcript import Language, Role, Transcript, Turn, Word

TRAINING = Path(__file__).parents[1] / "models" / "training"
TURNS = 20
CALLS_A_DAY = 500
FIRST_DAY = date(2026, 1, 5)
AGENTS = 40
SECONDS_A_CHARACTER = {"en": 0.065, "zh": 0.22}
BATCH_CALLS = 50

Lines = Mapping[tuple[Language, Role], Sequence[str]]


def make_store(store: Store, *, calls: int, rubric: str = "support", seed: int = 7) -> None:
    """Write `calls` calls of 20 turns as a night would: enriched, scored by this rubric, with topics."""
    engine = build_engine(PROFILES["embedded"], rubric=rubric)
    encoder = CachingEncoder(engine.enrichment_models.encoder)  # type: ignore[attr-defined]
    engine = replace(engine, enrichment_models=EnrichmentModels(encoder, engine.enrichment_models.sentiment))  # type: ignore[attr-defined]
    for shard in cut(_item(transcript, engine) for transcript in made_calls(calls, seed=seed)):
        _write(store, shard, engine)
    assert engine.measure is not None
    measure_all(store, measure=engine.measure, rubric=engine.rubric)


def made_calls(calls: int, *, seed: int) -> Iterator[Transcript]:
    """Yield calls alternating English and Chinese, in which agent and customer alternate with lines of their role."""
    chance = random.Random(seed)
    lines = _lines()
    for number in range(calls):
        language: Language = "en" if number % 2 == 0 else "zh"
        yield _call(number, language, lines, chance)


def _lines() -> Lines:
    found: dict[tuple[Language, Role], set[str]] = defaultdict(set)
    for path in sorted(TRAINING.glob("*.jsonl")):
        for call in read_labelled(path):
            for turn in call.transcript.turns:
                found[call.transcript.language, turn.role].add(turn.text)
    return {who: sorted(texts) for who, texts in found.items()}


def _call(number: int, language: Language, lines: Lines, chance: random.Random) -> Transcript:
    turns: list[Turn] = []
    at_s = 0.5
    for index in range(TURNS):
        role: Role = "agent" if index % 2 == 0 else "customer"
        turn = _turn(index, role, chance.choice(lines[language, role]), language, at_s, chance)
        turns.append(turn)
        at_s = (turn.end_s or 0.0) + chance.uniform(-0.2, 1.5)
    day = FIRST_DAY + timedelta(days=number // CALLS_A_DAY)
    metadata = CallMetadata(
        agent_id=f"A{chance.randrange(AGENTS):02}",
        customer_id=f"C{number * 7919 % 1_000_003:06}",
        started_at=f"{day.isoformat()}T{8 + number % 10:02}:{number % 60:02}:00",
        direction="inbound",
        language=language,
    )
    return Transcript(f"made-{number:06}", language, tuple(turns), metadata, "audio", "made", round(at_s, 2))


def _turn(index: int, role: Role, text: str, language: Language, at_s: float, chance: random.Random) -> Turn:
    """Return a turn with a time for every word, like recognised speech."""
    pieces = text.split() if language == "en" else list(text)
    words, start_s = [], at_s
    for piece in pieces:
        end_s = start_s + SECONDS_A_CHARACTER[language] * len(piece)
        words.append(Word(piece, round(start_s, 2), round(end_s, 2), round(chance.uniform(0.5, 1.0), 3)))
        start_s = end_s
    confidence = float(np.mean([word.probability for word in words]))
    return Turn(index, role, index % 2, round(at_s, 2), words[-1].end_s, text, tuple(words), confidence)


def _item(transcript: Transcript, engine: Engine) -> CallTask:
    digest = transcript_hash(transcript)
    written = engine.transcript_fingerprint(input_hash=digest, metadata=transcript.metadata, written=True)
    uri = f"made/{transcript.call_id}.jsonl"
    fingerprints = engine.fingerprints(transcript=written, metadata=transcript.metadata)
    source = Source(uri, "transcript", digest, 0)
    return CallTask(
        transcript.call_id, transcript.date, "hear", digest, uri, transcript.metadata, fingerprints, source,
        transcript=transcript,
    )  # fmt: skip


def _write(store: Store, shard: Shard, engine: Engine) -> None:
    rows = ShardRows(Part(shard.date, shard.generation, shard.fingerprint))
    for start in range(0, len(shard.items), BATCH_CALLS):
        items = shard.items[start : start + BATCH_CALLS]
        for outcome in process_calls(items, engine=engine, stored={}, progress=unwatched):
            assert isinstance(outcome, ProcessedCall), "a generated call never fails"
            add_call(rows, outcome)
    write_part(store, rows.part, arrow_tables(rows), order=SHARD_TABLES)
