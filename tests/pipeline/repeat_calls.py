"""Calls of customers who call again, for tests of repeats, chains and the figures made from them."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from analytics_store import memory_store

from pipeline.analytics.contacts.follow_up import find_arrivals
from pipeline.analytics.measure.working_tables import replace_table

START = datetime(2026, 3, 2, 9)
DAY_S = 86_400.0


def moment(day, *, minute=0.0):
    """The time this many days and minutes after the first morning."""
    return START + timedelta(days=day, minutes=minute)


def contact(call_id, day=0.0, *, minute=0.0, customer_id="K1", agents=("a1",), duration_s=120.0, **columns):
    """One row of `contacts`."""
    at = moment(day, minute=minute)
    return {
        "call_id": call_id,
        "date": at.date(),
        "started_at": at,
        "customer_id": customer_id,
        "agent_id": agents[-1] if agents else "",
        "agents": list(agents),
        "duration_s": duration_s,
        "queue": "q1",
        **columns,
    }


def about(call_id, *topics):
    """Rows of `call_topics`."""
    return [{"call_id": call_id, "issue": number, "topic_id": topic} for number, topic in enumerate(topics, 1)]


def matched(call_id, earlier_call_id, days):
    """A row of `repeats`."""
    return {
        "call_id": call_id,
        "method": "matched",
        "customer_id": "K1",
        "topic_id": "",
        "earlier_call_id": earlier_call_id,
        "days_between": days,
    }


def with_repeats(contacts, repeats=(), topics=()):
    """A store in memory as the measures after `arrivals` find it."""
    return with_arrivals(memory_store(contacts=contacts, repeats=repeats, call_topics=topics))


def with_arrivals(store):
    """The store with the table `arrivals` that follows from its other tables."""
    replace_table(store, "arrivals", find_arrivals(store))
    return store


def simulated(*, groups, first_contacts, resolved, days, seed, window_days=14.0, agent="g{}"):
    """Simulate customers who call once, and again with probability 1 - `resolved`, observed for `days` days.

    First contacts of group number n belong to agent `g<n>`, repeats to another agent. Repeats come within the window,
    mostly early.
    """
    rng = np.random.default_rng(seed)
    size = groups * first_contacts
    at = rng.uniform(0, days, size)
    again = rng.random(size) >= resolved
    later = at + 0.1 + (window_days - 0.2) * rng.beta(1, 3, size)
    seen = again & (later < days)
    owners = [[agent.format(group // first_contacts)] for group in range(size)]
    return many(at, later, seen, owners=owners, later_owners=[["later"]] * size)


def many(at, later, seen, *, owners, later_owners, topics=None, duration_s=60.0):
    """A store of customers who call on these days, and again about the same issue if the repeat is `seen`."""
    numbers = np.arange(len(at))
    durations = np.broadcast_to(duration_s, len(at))
    first = _contacts("c", numbers, at, owners, durations)
    again = np.flatnonzero(seen)
    repeats = _contacts("r", again, later[seen], [later_owners[number] for number in again], durations[seen])
    store = memory_store(repeats=[], call_topics=[])
    _insert(store, "contacts", pa.concat_tables([first, repeats]))
    _insert(
        store,
        "repeats",
        pa.table(
            {
                "call_id": repeats["call_id"],
                "date": repeats["date"],
                "method": pa.array(["matched"] * repeats.num_rows, pa.string()),
                "customer_id": repeats["customer_id"],
                "topic_id": pa.array([""] * repeats.num_rows, pa.string()),
                "earlier_call_id": pa.array([f"c{number}" for number in again], pa.string()),
                "days_between": (later - at)[seen],
            }
        ),
    )
    if topics is not None:
        known = {"call_id": first["call_id"], "issue": pa.array([1] * len(at), pa.int32()), "topic_id": list(topics)}
        _insert(store, "call_topics", pa.table(known))
    return with_arrivals(store)


def _insert(store, table, rows):
    store.register("_rows", rows)
    store.execute(f"insert into {table} by name select * from _rows")


def _contacts(prefix, numbers, at, owners, durations):
    started = np.datetime64(START, "us") + (np.asarray(at) * DAY_S * 1e6).astype("timedelta64[us]")
    flags = pa.array(np.zeros(len(numbers), bool))
    blank = pa.array([""] * len(numbers), pa.string())
    return pa.table(
        {
            "call_id": pa.array([f"{prefix}{number}" for number in numbers], pa.string()),
            "date": pa.array(started.astype("datetime64[D]")),
            "started_at": pa.array(started),
            "customer_id": pa.array([f"K{number}" for number in numbers], pa.string()),
            "agents": pa.array([list(agents) for agents in owners], pa.list_(pa.string())),
            "queue": blank,
            "direction": blank,
            "duration_s": pa.array(durations),
            "sentiment_start": blank,
            "sentiment_middle": blank,
            "sentiment_end": blank,
            "says_repeat": flags,
            "escalated": flags,
            "churn": flags,
            "outcome": blank,
        }
    )
