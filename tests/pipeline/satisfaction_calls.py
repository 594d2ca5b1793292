"""Simulated calls with known satisfaction, and surveys that some customers answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from analytics_store import memory_store

from pipeline.analytics.contacts.contacts import COLUMNS
from pipeline.analytics.satisfaction.cold_start_prior import THRESHOLDS, WEIGHTS
from pipeline.analytics.satisfaction.features import matrix, read_features
from pipeline.analytics.statistics.ordinal import cumulative
from pipeline.store.schemas import schema_of

MOODS = np.array(["negative", "neutral", "positive"])
OUTCOMES = np.array(["resolved", "follow_up", "unresolved", ""])
FIRST_DAY = np.datetime64("2026-03-01")
COLD = np.array([weight.points for weight in WEIGHTS])
# A centre unlike the cold start: the end of a call counts more, waiting does not count, and levels are lower.
OTHER_WEIGHTS = COLD * np.where(np.arange(len(COLD)) % 3 == 0, 1.9, np.where(np.arange(len(COLD)) % 3 == 1, 0.3, 1.0))
OTHER_THRESHOLDS = np.array(THRESHOLDS) + 0.8


@dataclass
class Population:
    """A connection with all tables but `satisfaction`, each call's points, and what its customer would answer."""

    connection: object
    points: np.ndarray
    answers: np.ndarray
    call_ids: np.ndarray


def population(calls, *, seed, weights=OTHER_WEIGHTS, thresholds=OTHER_THRESHOLDS, days=60):
    """Simulate calls by date and call id, in the order of the table `satisfaction`."""
    rng = np.random.default_rng(seed)
    connection = memory_store(call_topics=[], repeats=[], surveys=[])
    _register(connection, "contacts", _contacts(calls, rng, days=days))
    ids = np.array([f"c{number:07d}" for number in range(calls)])
    again = np.flatnonzero(rng.random(calls) < 0.08)
    repeats = {
        "call_id": [f"x{number}" for number in again],
        "method": ["matched"] * len(again),
        "earlier_call_id": ids[again],
    }
    connection.execute("delete from repeats")
    connection.register("_again", pa.table(repeats))
    connection.execute("insert into repeats by name select * from _again")
    points = matrix(read_features(connection, since=None, sampled_of=1)) @ weights
    return Population(connection, points, answers_to(points, thresholds, rng), ids)


def answers_to(points, thresholds, rng):
    return 1 + (rng.random(len(points))[:, None] > cumulative(np.array(thresholds), points)).sum(1)


def survey(people, chosen, *, answers=None, closed_as=""):
    """Replace all surveys by those of the chosen calls (a mask)."""
    given = (people.answers if answers is None else answers)[chosen]
    table = pa.table(
        {
            "call_id": people.call_ids[chosen],
            "score": given.astype(float),
            "closed_as": [closed_as] * int(chosen.sum()),
        }
    )
    people.connection.execute("delete from surveys")
    people.connection.register("_answers", table)
    people.connection.execute("insert into surveys by name select * from _answers")


def column(table, name):
    return table.column(name).to_numpy()


def _contacts(calls, rng, *, days):
    start, middle, end = (rng.choice(3, calls, p=p) for p in ([0.5, 0.4, 0.1], [0.35, 0.5, 0.15], [0.25, 0.45, 0.3]))
    outcome = np.where(
        end == 0, rng.choice(4, calls, p=[0.2, 0.2, 0.5, 0.1]), rng.choice(4, calls, p=[0.6, 0.2, 0.1, 0.1])
    )
    silence = rng.beta(2, 8, calls)
    day = np.sort(rng.integers(0, days, calls))
    agents = rng.integers(0, 40, calls)
    return {
        "call_id": [f"c{number:07d}" for number in range(calls)],
        "date": FIRST_DAY + day,
        "customer_id": [f"k{number}" for number in rng.integers(0, calls, calls)],
        "agent_id": [f"a{agent}" for agent in agents],
        "agents": [[f"a{agent}", "b"] if agent % 7 == 0 else [f"a{agent}"] for agent in agents],
        "queue": np.where(agents % 2, "billing", "orders"),
        "duration_s": rng.lognormal(5.5, 0.5, calls),
        "silence_share": silence,
        "hold_s": np.where(rng.random(calls) < 0.3, rng.exponential(120, calls), 0.0),
        "repetitions": rng.poisson(0.5, calls),
        "sentiment_start": MOODS[start],
        "sentiment_middle": MOODS[middle],
        "sentiment_end": MOODS[end],
        "recovered": ((start == 0) | (middle == 0)) & (end > 0),
        "escalated": rng.random(calls) < np.where(end == 0, 0.3, 0.03),
        "churn": rng.random(calls) < np.where(end == 0, 0.2, 0.03),
        "says_repeat": rng.random(calls) < 0.1,
        "outcome": OUTCOMES[outcome],
    }


def _register(connection, table, columns):
    connection.register("_made", pa.table(columns))
    named = ", ".join(columns)
    connection.execute(f"insert into {table} ({named}) select {named} from _made")
    assert set(columns) <= (set(COLUMNS) if table == "contacts" else set(schema_of(table).names))
