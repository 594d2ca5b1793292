"""A store of generated days: rows of calls as nights would have written them, one part per day.

Transcribing a million calls would take weeks. These rows have everything that costs the measures time: vectors of an
encoder's size, words shared within topics, customers who call again, agents, queues, answers, totals and promises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.store import SHARD_TABLES, Part, Store, write_part
from pipeline.store.issue_vectors import bytes_of
from pipeline.store.parts import sorted_table
from pipeline.store.schemas import schema_of

FIRST_DAY = date(2025, 1, 6)
TOPICS, AGENTS, QUEUES = 120, 1_500, 12
DIMENSIONS = 512
# Give cosines within and between topics similar to those of USE.
NOISE, TONE = 0.9, 0.6
TERMS, OWN_TERMS, TERMS_SAID = 40_000, 40, 24
# The share of calls from a customer who called within the last two weeks about the same topic.
AGAIN = 0.12
RUBRIC = "support.en"
MOODS = np.array(["negative", "neutral", "positive"])
FORM = ("repeat_contact", "escalation_request", "churn_risk", "outcome", "empathy", "offer_help")
OUTCOMES = np.array(["resolved", "follow_up", "unresolved"])
WORDS = ("card", "bill", "router", "parcel", "refund", "password", "invoice", "booking", "premium", "meter")


@dataclass(frozen=True, slots=True)
class World:
    """What calls are drawn from on every day: vectors, words, weights and failure rates of topics."""

    middles: npt.NDArray[np.float32]
    tone: npt.NDArray[np.float32]
    terms: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    trouble: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Callers:
    """Recent customers and their topics, from which repeat calls are drawn."""

    customers: npt.NDArray[np.int64]
    topics: npt.NDArray[np.int64]


def make_world(seed: int = 0) -> World:
    """Draw a world from a seed."""
    random = np.random.default_rng(seed)
    middles = _unit(random.normal(size=(TOPICS, DIMENSIONS)))
    weights = 1.0 / np.arange(1, TOPICS + 1) ** 0.8
    return World(
        middles.astype(np.float32),
        _unit(random.normal(size=(1, DIMENSIONS))).astype(np.float32),
        random.integers(0, TERMS, (TOPICS, OWN_TERMS)),
        weights / weights.sum(),
        random.uniform(0.05, 0.5, TOPICS),
    )


def write_days(store: Store, world: World, *, first: int, days: int, calls_a_day: int, callers: Callers) -> Callers:
    """Write days from the one numbered `first` on; takes recent callers and returns the new ones."""
    for number in range(first, first + days):
        random = np.random.default_rng([number, calls_a_day])
        day = FIRST_DAY + timedelta(days=number)
        customers, topics = _contacts(random, world, callers, count=calls_a_day, number=number)
        part = Part(day.isoformat(), 1, f"made{number:06d}")
        tables = _tables(random, world, part, customers, topics)
        write_part(store, part, tables, order=SHARD_TABLES)
        recent = 14 * calls_a_day
        callers = Callers(
            np.concatenate([callers.customers, customers])[-recent:],
            np.concatenate([callers.topics, topics])[-recent:],
        )
    return callers


def no_callers() -> Callers:
    """Return no callers, for the first day."""
    return Callers(np.zeros(0, np.int64), np.zeros(0, np.int64))


def _contacts(
    random: np.random.Generator, world: World, callers: Callers, *, count: int, number: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    customers = number * 10_000_000 + np.arange(count)
    topics = random.choice(TOPICS, count, p=world.weights)
    again = np.flatnonzero(random.random(count) < AGAIN) if len(callers.customers) else np.zeros(0, np.intp)
    drawn = random.integers(0, max(len(callers.customers), 1), len(again))
    customers[again], topics[again] = callers.customers[drawn], callers.topics[drawn]
    return customers, topics


def _tables(
    random: np.random.Generator,
    world: World,
    part: Part,
    customers: npt.NDArray[np.int64],
    topics: npt.NDArray[np.int64],
) -> dict[str, pa.Table]:
    count, day = len(topics), date.fromisoformat(part.date)
    ids = [f"{part.date}-{number:05d}" for number in range(count)]
    agents = random.integers(0, AGENTS, count)
    agent_ids = [f"A{agent:04d}" for agent in agents]
    failed = random.random(count) < world.trouble[topics]
    midnight = datetime.combine(day, time())
    starts = [
        (midnight + timedelta(seconds=float(second))).isoformat(timespec="seconds")
        for second in random.triangular(7 * 3_600, 11 * 3_600, 20 * 3_600, count)
    ]
    mood = np.where(failed, random.choice(3, count, p=(0.6, 0.3, 0.1)), random.choice(3, count, p=(0.1, 0.5, 0.4)))
    seconds = np.exp(random.normal(5.4 + 0.4 * failed, 0.5, count)).round(1)
    calls = {
        "call_id": ids, "turns_part": [part.name] * count, "input_hash": ids, "uri": ids, "source": ["audio"] * count,
        "hear_fingerprint": ["made"] * count, "read_fingerprint": ["made"] * count, "started_at": starts,
        "agent_id": agent_ids, "customer_id": [f"K{customer}" for customer in customers],
        "queue": [f"Q{queue:02d}" for queue in topics % QUEUES],
        "direction": ["in"] * count, "language": ["en"] * count, "duration_s": seconds, "encoder": ["made"] * count,
        "sentiment_start": MOODS[np.maximum(mood - 1, 0)], "sentiment_middle": MOODS[mood],
        "sentiment_end": MOODS[mood],
        "silence_share": random.beta(2, 8, count), "hold_s": np.where(failed, 40.0, 0.0), "holds": failed.astype(int),
        "repetitions": random.poisson(0.3 + failed, count),
    }  # fmt: skip
    totals = np.clip(random.normal(82 - 15 * failed - 4 * (agents % 5), 9), 0, 100).round(1)
    cards = {
        "call_id": ids, "turns_part": [part.name] * count, "rubric_id": [RUBRIC] * count, "leg": [1] * count,
        "agent_id": agent_ids, "rubric_version": ["1"] * count, "total": totals,
    }  # fmt: skip
    return {
        "calls": _filled("calls", calls, part),
        "issues": _issues(random, world, part, ids, topics),
        "turns": _turns(part, ids, topics),
        "scorecards": _filled("scorecards", cards, part),
        "answers": _answers(random, part, ids, failed),
        "promises": _promises(random, part, ids, agent_ids),
    }


def _issues(
    random: np.random.Generator, world: World, part: Part, ids: Sequence[str], topics: npt.NDArray[np.int64]
) -> pa.Table:
    count = len(ids)
    noise = _unit(random.normal(size=(count, DIMENSIONS)).astype(np.float32))
    vectors = _unit(world.middles[topics] + NOISE * noise + TONE * world.tone).astype(np.float16)
    own = world.terms[topics[:, None], random.integers(0, OWN_TERMS, (count, TERMS_SAID // 2))]
    terms = np.sort(np.hstack([own, random.integers(0, TERMS, (count, TERMS_SAID // 2))]), axis=1).astype(np.int32)
    rows = {
        "call_id": ids, "issue": [1] * count, "turn": [1] * count, "turns": [[1]] * count, "language": ["en"] * count,
        "script": ["simplified"] * count, "encoder": ["made"] * count,
        "vector": [bytes_of(vector) for vector in vectors], "terms": _lists(terms),
    }  # fmt: skip
    return _filled("issues", rows, part)


def _turns(part: Part, ids: Sequence[str], topics: npt.NDArray[np.int64]) -> pa.Table:
    texts = [f"my {WORDS[topic % 10]} number {topic} is wrong and I want it mended" for topic in range(TOPICS)]
    said = ["Hello, how can I help you?", "", "I will see to that at once."]
    rows = {
        "call_id": [call_id for call_id in ids for _ in range(3)],
        "turn": [0, 1, 2] * len(ids),
        "role": ["agent", "customer", "agent"] * len(ids),
        "text": [text or texts[topic] for topic in topics for text in said],
        "confidence": [0.9] * (3 * len(ids)),
    }
    return _filled("turns", rows, part)


def _answers(random: np.random.Generator, part: Part, ids: Sequence[str], failed: npt.NDArray[np.bool_]) -> pa.Table:
    count, asked = len(ids), len(FORM)
    chance = np.stack([0.1 + 0.2 * failed, 0.02 + 0.1 * failed, 0.02 + 0.08 * failed, 0 * failed, 0.6 - 0.3 * failed,
                       np.full(count, 0.9)], axis=1)  # fmt: skip
    yes = random.random((count, asked)) < chance
    values = np.where(yes, "yes", "no").astype(object)
    values[:, 3] = OUTCOMES[np.where(failed, random.integers(1, 3, count), 0)]
    points = np.where(yes, 5.0, 0.0)
    rows = {
        "call_id": np.repeat(np.array(ids, dtype=object), asked), "rubric_id": [RUBRIC] * (count * asked),
        "leg": [1] * (count * asked), "position": list(range(asked)) * count, "question_id": list(FORM) * count,
        "value": values.ravel(), "best": values.ravel(), "probability": [0.9] * (count * asked),
        "points": points.ravel(), "points_possible": [0.0, 0.0, 0.0, 0.0, 5.0, 5.0] * count,
    }  # fmt: skip
    return _filled("answers", rows, part)


def _promises(random: np.random.Generator, part: Part, ids: Sequence[str], agents: Sequence[str]) -> pa.Table:
    chosen = np.flatnonzero(random.random(len(ids)) < 0.25).tolist()
    due = date.fromisoformat(part.date) + timedelta(days=3)
    rows = {
        "call_id": [ids[row] for row in chosen], "position": [0] * len(chosen), "turn": [2] * len(chosen),
        "agent_id": [agents[row] for row in chosen], "kind": ["call_back"] * len(chosen),
        "quote": ["I will see to that at once."] * len(chosen), "due_date": [due] * len(chosen),
    }  # fmt: skip
    return _filled("promises", rows, part)


def _filled(table: str, columns: Mapping[str, Any], part: Part) -> pa.Table:
    """Fill the table's schema from columns; missing ones are null."""
    schema = schema_of(table)
    count = len(columns["call_id"])
    given = {"part": [part.name] * count, "date": [date.fromisoformat(part.date)] * count, **columns}
    arrays = [
        pa.array(given[field.name], field.type) if field.name in given else pa.nulls(count, field.type)
        for field in schema
    ]
    return sorted_table(table, pa.Table.from_arrays(arrays, schema=schema))


def _lists(rows: npt.NDArray[Any]) -> pa.Array:
    offsets = np.arange(0, rows.size + 1, rows.shape[1], dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(rows.ravel()))


def _unit(rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
