from analytics_store import memory_store

from pipeline.analytics.promises.figures import PromiseFigureRules, promise_figures
from pipeline.analytics.statistics.intervals import wilson


def figures(outcomes, **options):
    """The rows by measure, dimension and key; `outcomes` are (agent, kind, outcome)."""
    numbered = [(str(number), *rest) for number, rest in enumerate(outcomes)]
    promises = [{"call_id": one, "position": 0, "agent_id": who, "kind": kind} for one, who, kind, _ in numbered]
    told = [{"call_id": one, "position": 0, "outcome": outcome} for one, _, _, outcome in numbered]
    table = promise_figures(memory_store(promises=promises, promise_outcomes=told), **options)
    return {(row["measure"], row["dimension"], row["key"]): row for row in table.to_pylist()}


def test_a_rate_counts_promises_known_to_be_kept_or_broken():
    told = ["kept", "kept", "kept", "broken", "open", "unknown"]
    row = figures([("A1", "refund", outcome) for outcome in told])["promise_kept_rate", "all", ""]
    interval = wilson(3, 4)
    assert (row["n"], row["censored"], row["estimate"]) == (4, 1, 0.75)
    assert (row["low"], row["high"]) == (interval.low, interval.high)


def test_there_are_rates_by_agent_and_by_kind():
    rows = figures([("A1", "refund", "kept"), ("A2", "send", "broken"), ("", "send", "kept")])
    rates = {key[1:]: row["estimate"] for key, row in rows.items() if key[0] == "promise_kept_rate"}
    assert rates == {
        ("all", ""): 2 / 3, ("agent", "A1"): 1.0, ("agent", "A2"): 0.0,
        ("promise_kind", "refund"): 1.0, ("promise_kind", "send"): 0.5,
    }  # fmt: skip


def test_open_promises_are_counted_and_have_no_rate():
    rows = figures([("A1", "refund", "open"), ("A1", "refund", "unknown")])
    assert ("promise_kept_rate", "all", "") not in rows
    assert (rows["promises_open", "agent", "A1"]["n"], rows["promises_open", "agent", "A1"]["estimate"]) == (2, 1.0)


def test_a_few_promises_are_not_ranked():
    told = [("A1", "refund", "kept"), ("A1", "refund", "broken"), ("A2", "refund", "kept")]
    rows = figures(told, rules=PromiseFigureRules(fewest_ranked=2))
    assert rows["promise_kept_rate", "agent", "A1"]["ranked"]
    assert not rows["promise_kept_rate", "agent", "A2"]["ranked"]
    assert not rows["promise_kept_rate", "all", ""]["ranked"]
