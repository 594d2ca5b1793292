"""Rows of the measures over all calls, for the store of five small calls; names are as nasty as metadata may be."""

from datetime import date, timedelta

QUEUE = "<b>billing</b>"
AGENT = "<i>A1</i>"
FIRST_DAY = date(2026, 2, 2)
SPANS = {
    "first_contact_resolution": (0.8, 0.7, 0.9),
    "repeat_rate": (0.3, 0.2, 0.4),
    "triggered_repeat_rate": (0.25, 0.15, 0.35),
    "repeat_complaint_rate": (0.1, 0.05, 0.2),
    "escalated_complaint_rate": (0.05, 0.01, 0.1),
    "effectiveness": (0.7, 0.6, 0.8),
    "efficiency": (10.0, 9.0, 11.0),
}


def figure(measure, dimension, key, span, *, n=40, censored=4, ranked=True, band=None):
    named = dict(zip(("estimate", "low", "high"), span, strict=True))
    found = {"measure": measure, "dimension": dimension, "key": key, "n": n, "censored": censored}
    return {**found, **named, "ranked": ranked, "band": band}


def figures(*, difference=(-120.0, -180.0, -60.0)):
    """A figure of each measure; one owner's matters take less by `difference`."""
    keys = [("all", ""), ("queue", QUEUE), ("queue", "sales"), ("topic", "t-1"), ("topic", "t-2")]
    rows = [figure(measure, dimension, key, span) for measure, span in SPANS.items() for dimension, key in keys]
    rows += [
        figure("triggered_repeat_rate", "agent", AGENT, (0.5, 0.4, 0.6)),
        figure("triggered_repeat_rate", "agent", "A2", (0.5, 0.0, 1.0), n=2, ranked=False),
        figure("satisfaction", "all", "", (3.3, 2.5, 4.1)),
        figure("satisfaction", "topic", "t-1", (2.2, 1.5, 2.9), ranked=False),
        figure("hidden_dissatisfied_rate", "all", "", (0.04, 0.03, 0.05)),
        figure("handle_s", "ownership", "one_owner", (300.0, 270.0, 330.0)),
        figure("handle_s", "ownership", "handed_on", (420.0, 380.0, 460.0)),
        figure("handle_s_difference", "ownership", "one_owner", difference),
        figure("repeat_rate", "ownership", "one_owner", (0.1, 0.05, 0.2)),
        figure("repeat_rate", "ownership", "handed_on", (0.2, 0.1, 0.3)),
        figure("repeat_rate_difference", "ownership", "one_owner", (-0.1, -0.25, 0.05)),
        figure("promise_kept_rate", "all", "", (0.5, 0.1, 0.9), n=2, ranked=False),
        figure("promise_kept_rate", "promise_kind", "refund", (0.5, 0.1, 0.9), n=2, ranked=False),
        figure("handle_s", "agent", "A2", (float("nan"), 0.0, float("inf"))),
    ]
    for key, estimate, ranked, band in [(AGENT, 81.0, True, 1), ("A2", 74.0, True, 2), ("A3", 90.0, False, None)]:
        rows.append(figure("score", "agent", key, (estimate + 1, estimate - 9, estimate + 9), ranked=ranked))
        rows.append(
            figure("score_adjusted", "agent", key, (estimate, estimate - 5, estimate + 5), ranked=ranked, band=band)
        )
    return rows


def measure_tables(**changed):
    """The rows of each table of measures by its name."""
    return {
        "figures": figures(**changed),
        "fixes": [fix(1, "t-1", (9.5, 7.0, 12.0)), fix(2, "t-2", (3.0, 1.0, 5.0))],
        "trends": trends(),
        "peaks": [peak("all", 1, 9, 30), peak("all", 1, 11, 10), peak("all", 3, 9, 5), peak("t-1", 1, 9, 99)],
        "emerging": [
            emerging("t-1", 0, emerges=True),
            emerging("t-1", 3, emerges=True),
            emerging("t-2", 3, emerges=False),
        ],
        "causes": causes(),
        "satisfaction": satisfaction(),
        "promise_outcomes": [
            outcome("c1", 0, "kept", "said so"),
            outcome("c2", 0, "broken", "the customer says that it was not done"),
            outcome("c4", 0, "unknown", "the customer has not called about it again"),
        ],
    }


def shard_tables(words):
    """The rows of promises and turning points, by table; `words` are promised in c2."""
    promised = [("c1", "refund", "we will refund you"), ("c2", "refund", words), ("c4", "send", "I will send it")]
    promises = [
        {"call_id": call_id, "position": 0, "turn": 0, "agent_id": "A1", "kind": kind, "quote": quote}
        for call_id, kind, quote in promised
    ]
    turned = {"role": "customer", "direction": "worse", "before": 0.5, "after": -0.75}
    points = [
        {"call_id": "c2", "turn": 1, "cause_turn": 0, **turned},
        {"call_id": "c1", "turn": 1, "cause_turn": None, **turned},
        {"call_id": "c3", "turn": 1, "cause_turn": 0, **turned, "role": "agent"},
    ]
    return {"promises": promises, "turning_points": points}


def fix(rank, topic_id, hours):
    spent = dict(zip(("hours_lost", "low", "high"), hours, strict=True))
    rates = {"calls": 30, "repeat_rate": 0.4, "handle_s": 330.0, "unhappy_rate": None if rank == 2 else 0.6}
    return {"rank": rank, "topic_id": topic_id, **rates, **spent, "reason": "12 of 30 calls repeat an earlier one"}


def trends():
    """Four whole weeks and a day: t-1 doubles, t-2 has too few calls to be shown, `other` is no topic."""
    rows = []
    for day in range(29):
        calls = 2 if day < 14 else 4
        rows.append({"topic_id": "t-1", "day": FIRST_DAY + timedelta(days=day), "calls": calls})
        rows.append({"topic_id": "other", "day": FIRST_DAY + timedelta(days=day), "calls": 50})
    return [*rows, {"topic_id": "t-2", "day": FIRST_DAY, "calls": 19}]


def peak(topic_id, weekday, hour, calls):
    return {"topic_id": topic_id, "weekday": weekday, "hour": hour, "calls": calls}


def emerging(topic_id, day, *, emerges):
    found = {"window_days": 7, "calls": 28, "expected": 14.0, "ratio": 2.0, "p_value": 0.00001}
    return {"topic_id": topic_id, "day": FIRST_DAY + timedelta(days=day), **found, "emerging": emerges}


def causes():
    shares = {"agent": (0.4, 0.3, 0.5), "topic": (0.05, 0.0, 0.1), "queue": (None, None, None), "rest": (0.5, 0.4, 0.6)}
    return [
        {
            "form": "support",
            "question_id": question_id,
            "level": level,
            "judged": 50,
            "failed": 20,
            **dict(zip(("share", "low", "high"), span if lies_with == "person" else (None,) * 3, strict=True)),
            "lies_with": lies_with,
            "evidence": "20 of 50 judged answers failed",
        }
        for question_id, lies_with in [("empathy", "person"), ("closing_words", "unclear")]
        for level, span in shares.items()
    ]


def satisfaction():
    estimates = {"c1": 1.0, "c2": 1.6, "c3": 5.0, "c4": 3.5, "c5": 3.4}
    drivers = [{"name": "ends_negative", "effect": -1.3}, {"name": "resolved", "effect": 0.9}]
    return [
        {
            "call_id": call_id,
            "estimate": estimate,
            "low": max(1.0, estimate - 1),
            "high": min(5.0, estimate + 1),
            "dissatisfied": (5 - estimate) / 4,
            "model": "cold",
            "closed_as": "resolved" if call_id == "c2" else "",
            "hidden_dissatisfied": call_id == "c2",
            "drivers": drivers,
        }
        for call_id, estimate in estimates.items()
    ]


def outcome(call_id, position, found, reason):
    return {"call_id": call_id, "position": position, "outcome": found, "by_call_id": "c3", "turn": 1, "reason": reason}
