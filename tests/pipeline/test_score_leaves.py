"""The detectors `act`, `meaning`, `verdict`, `measure` and `metadata`."""

import pytest
from score_contexts import ENCODER, call, detect, quotes, scoring_models

from models.fakes.heads import KeywordHeads
from pipeline.enriched import Conduct, Interruption, Silence
from pipeline.errors import RubricError
from pipeline.recording import CallMetadata
from pipeline.score.context.detection import Detection, Unanswerable
from pipeline.score.context.scoring_models import ScoringModels

HOLD = call(("agent", "Please hold."), ("customer", "Sure."), ("agent", " Back again. "))
ACTS = scoring_models({"announces_hold": ("hold",), "greets": ("hello",)})


def test_an_act_quotes_the_turn_that_performs_it():
    found = detect({"kind": "act", "act": "announces_hold"}, HOLD, by=ACTS)
    assert (found.probability, quotes(found), found.searched) == (1.0, [(0, "Please hold.")], (0, 2))


def test_a_missing_act_names_the_turns_searched():
    found = detect({"kind": "act", "act": "greets"}, HOLD, by=ACTS)
    assert (found.probability, found.evidence, found.searched) == (0.0, (), (0, 2))


def test_an_act_counts_only_in_its_place():
    found = detect({"kind": "act", "act": "announces_hold", "where": {"last_turns": 1}}, HOLD, by=ACTS)
    assert (found.probability, found.searched) == (0.0, (2,))


def test_a_place_without_turns_has_no_act():
    found = detect({"kind": "act", "act": "announces_hold"}, call(("customer", "hold")), by=ACTS)
    assert (found.probability, found.searched) == (0.0, ())


def test_an_unknown_act_is_refused():
    with pytest.raises(RubricError, match=r"no act named 'sings'.*announces_hold"):
        detect({"kind": "act", "act": "sings"}, HOLD, by=ACTS)


def test_the_probability_of_meaning_rises_with_similarity():
    spec = {"kind": "meaning", "examples": ["please hold."], "middle": 0.6, "slope": 10}
    found = detect(spec, HOLD)
    assert found.probability == pytest.approx(1 / (1 + 2.718281828 ** (-10 * 0.4)), abs=1e-4)
    assert quotes(found) == [(0, "Please hold.")]


def test_a_nearer_counter_example_excludes_the_turn():
    spec = {"kind": "meaning", "examples": ["please"], "counter_examples": ["please hold."]}
    assert detect(spec, HOLD).probability < 0.01


def test_meaning_needs_an_encoder():
    with pytest.raises(RubricError, match="needs a text encoder"):
        detect({"kind": "meaning", "examples": ["x"]}, HOLD, by=ScoringModels(KeywordHeads({})))


def test_meaning_refuses_vectors_of_another_encoder():
    other = type(ENCODER)(fingerprint="another")
    with pytest.raises(Unanswerable, match="read the call again"):
        detect({"kind": "meaning", "examples": ["x"]}, HOLD, by=ScoringModels(KeywordHeads({}), encoder=other))


OUTCOME = scoring_models(outcome={"resolved": 0.5, "follow_up": 0.1, "unresolved": 0.4})


def test_a_verdict_gives_the_options_probability():
    assert detect({"kind": "verdict", "name": "outcome", "option": "resolved"}, HOLD, by=OUTCOME).probability == 0.5


def test_a_verdict_among_some_options_is_normalised():
    spec = {"kind": "verdict", "name": "outcome", "option": "follow_up", "among": ["follow_up", "unresolved"]}
    assert detect(spec, HOLD, by=OUTCOME).probability == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("name", "option", "message"),
    [("mood", "good", "no verdict named"), ("outcome", "lost", "no option of the verdict")],
)
def test_an_unknown_verdict_is_refused(name: str, option: str, message: str):
    with pytest.raises(RubricError, match=message):
        detect({"kind": "verdict", "name": name, "option": option}, HOLD, by=OUTCOME)


CONDUCT = Conduct(
    talk_share=0.6,
    pace=150.0,
    longest_monologue_s=40.0,
    silence_share=0.1,
    silences=(Silence(5.0, 9.0, "agent"), Silence(20.0, 32.5, "agent")),
    interruptions=(Interruption(2, 10.0, "agent", False), Interruption(3, 12.0, "agent", True)),
)


@pytest.mark.parametrize(
    ("name", "bounds", "holds"),
    [
        ("talk_share", {"at_most": 0.6}, True),
        ("talk_share", {"at_least": 0.61}, False),
        ("pace", {"at_least": 100, "at_most": 180}, True),
        ("longest_monologue_s", {"at_most": 30}, False),
        ("longest_silence_s", {"at_most": 12.5}, True),
        ("silences", {"at_least": 2}, True),
        ("silence_share", {"at_most": 0.05}, False),
        ("interruptions", {"at_most": 1}, True),
        ("turns", {"at_least": 4}, False),
    ],
)
def test_measures(name: str, bounds: dict[str, float], holds: bool):
    of = call(("agent", "a"), ("customer", "b"), conduct=CONDUCT)
    assert (detect({"kind": "measure", "name": name, **bounds}, of).probability == 0.98) is holds


@pytest.mark.parametrize("name", ["talk_share", "longest_silence_s", "interruptions"])
def test_a_measure_is_unanswerable_without_times(name: str):
    with pytest.raises(Unanswerable, match="needs times"):
        detect({"kind": "measure", "name": name, "at_least": 0}, call(("agent", "a")))


def of_queue(value: str, field: str = "queue") -> Detection:
    of = call(("agent", "a"), metadata=CallMetadata(queue="Billing", extra={"site": "Leeds"}))
    return detect({"kind": "metadata", "field": field, "one_of": [value]}, of)


def test_metadata_is_compared_without_case():
    assert (of_queue("billing").probability, of_queue("sales").probability) == (1.0, 0.0)


def test_metadata_knows_extra_columns():
    assert of_queue("leeds", "site").probability == 1.0


def test_missing_metadata_is_unanswerable():
    with pytest.raises(Unanswerable, match="has no direction"):
        of_queue("inbound", "direction")


@pytest.mark.parametrize("probability", [-0.1, 1.1])
def test_a_probability_outside_its_range_is_a_bug(probability: float):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Detection(probability)
