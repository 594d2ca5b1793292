import pytest

from models.fakes.encoder import HashingEncoder
from models.fitting.fit import fit
from models.fitting.held_out import HeldOutHeads
from pipeline.enriched import Conduct, EnrichedCall, TurnSentiment


@pytest.fixture(scope="module")
def seen(calls):
    found = []

    def measure(originals, copies):
        found.append((originals, copies))
        return {"level": 0.5}

    heads = fit(calls, encoder=HashingEncoder(), seed=1, reliability=measure)
    return heads, *found[0]


def test_reliability_enters_the_card_and_changes_no_weight(seen, heads):
    measured, _, _ = seen
    assert measured.card["reliability"] == {"level": 0.5}
    assert measured.fingerprint == heads.fingerprint
    assert {**measured.card, "reliability": None} == {**heads.card, "reliability": None}


def test_every_call_is_predicted_as_it_is_and_misheard(seen, calls):
    _, originals, copies = seen
    assert [each.call for each in originals] == calls
    assert [each.call.transcript.call_id for each in copies] == [call.transcript.call_id for call in calls]
    assert any(each.call.transcript != call.transcript for each, call in zip(copies, calls, strict=True))


def test_a_held_out_call_has_a_distribution_per_call_label(seen):
    _, originals, _ = seen
    shares = originals[0].call_labels["outcome"]
    assert sum(shares.values()) == pytest.approx(1)
    assert originals[0].most_probable("outcome") == max(shares, key=lambda option: shares[option])
    assert originals[0].most_probable("empathy") == ""


def test_the_port_returns_held_out_predictions(seen):
    _, originals, _ = seen
    first = originals[0]
    options = {"outcome": ("resolved", "follow_up", "unresolved"), "empathy": ("yes", "no", "na")}
    judge = HeldOutHeads(originals, call_labels=options)
    call = EnrichedCall(
        first.call.transcript,
        (TurnSentiment(0.0, 1.0, 0.0),) * len(first.call.transcript.turns),
        ("neutral",) * 3,
        Conduct(),
        first.vectors,
    )
    assert dict(judge.call_label("outcome", call).probabilities) == {"follow_up": 0.0} | first.call_labels["outcome"]
    assert dict(judge.call_label("empathy", call).probabilities) == dict.fromkeys(("yes", "no", "na"), 1 / 3)
    assert judge.act_probabilities(call)["greets"].tolist() == first.acts["greets"].tolist()
