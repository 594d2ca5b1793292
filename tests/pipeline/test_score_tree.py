"""`all`, `any`, `not`, `pool`, `before`, `count` and `each`."""

import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from score_contexts import call, detect, scoring_models

from pipeline.rubric.detector import Count, Each, Pool
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.detectors.order import before, count, each
from pipeline.score.detectors.tree import all_of, any_of, merged, noisy_or, not_of, pool_of

CONTEXT = CallContext(call=call(("agent", "a")), scoring_models=scoring_models())
PROBABILITY = st.floats(min_value=0, max_value=1)
LEAF = {"kind": "phrase", "phrases": ["x"]}


def fixed(probability: float, *moments: tuple[int, float]):
    found = Detection(probability, moments=tuple(Moment(turn, p) for turn, p in moments))
    return lambda context: found


def fixed_all(probabilities: Sequence[float]):
    return [fixed(p) for p in probabilities]


@given(st.lists(PROBABILITY, min_size=1, max_size=6))
def test_not_any_is_all_not(probabilities: list[float]):
    left = not_of(any_of(fixed_all(probabilities)))(CONTEXT).probability
    right = all_of([not_of(part) for part in fixed_all(probabilities)])(CONTEXT).probability
    assert left == pytest.approx(right, abs=1e-9)


@given(st.lists(PROBABILITY, min_size=1, max_size=6))
def test_all_is_at_most_its_least_part_and_any_at_least_its_greatest(probabilities: list[float]):
    assert all_of(fixed_all(probabilities))(CONTEXT).probability <= min(probabilities) + 1e-9
    assert any_of(fixed_all(probabilities))(CONTEXT).probability >= max(probabilities) - 1e-9


@given(st.lists(PROBABILITY, min_size=2, max_size=4))
def test_the_order_of_parts_does_not_matter(probabilities: list[float]):
    for combine in (all_of, any_of):
        one = combine(fixed_all(probabilities))(CONTEXT).probability
        assert combine(fixed_all(probabilities[::-1]))(CONTEXT).probability == pytest.approx(one, abs=1e-9)


@given(PROBABILITY)
def test_not_twice_changes_nothing(probability: float):
    assert not_of(not_of(fixed(probability)))(CONTEXT).probability == pytest.approx(probability)


def test_not_swaps_evidence_and_counter_evidence():
    of = call(("agent", "I guarantee it"))
    found = detect({"kind": "not", "of": {"kind": "phrase", "phrases": ["guarantee"]}}, of)
    assert (found.evidence, [quote.quote for quote in found.counter_evidence]) == ((), ["guarantee"])


def test_all_quotes_every_part_and_any_those_that_hold():
    of = call(("agent", "hello, Maya here"))
    parts = [{"kind": "phrase", "phrases": [word]} for word in ("hello", "maya", "bye")]
    assert [e.quote for e in detect({"kind": "all", "of": parts[:2]}, of).evidence] == ["hello", "Maya"]
    assert [e.quote for e in detect({"kind": "any", "of": parts[1:]}, of).evidence] == ["Maya"]


def pooled(probabilities: Sequence[float], weights: Sequence[float], bias: float = 0.0) -> float:
    spec = Pool.model_validate({"kind": "pool", "of": [LEAF] * len(weights), "weights": weights, "bias": bias})
    return pool_of(spec, fixed_all(probabilities))(CONTEXT).probability


def test_a_pool_of_one_detector_of_weight_one_changes_nothing():
    assert pooled([0.7], [1.0]) == pytest.approx(0.7)


def test_a_detector_at_one_half_does_not_change_a_pool():
    assert pooled([0.8, 0.5], [1.0, 3.0]) == pytest.approx(0.8)


def test_bias_is_added_to_the_log_odds():
    assert pooled([0.5], [1.0], bias=math.log(3)) == pytest.approx(0.75)


@given(PROBABILITY, PROBABILITY, st.floats(min_value=0, max_value=3))
def test_a_pool_rises_with_its_detectors(first: float, second: float, weight: float):
    low, high = sorted((first, second))
    assert pooled([low], [weight]) <= pooled([high], [weight]) + 1e-12


def test_certain_detectors_that_disagree_cancel_out():
    assert pooled([1.0, 0.0], [1.0, 1.0]) == pytest.approx(0.5)


MOMENTS = st.dictionaries(st.integers(0, 5), PROBABILITY, max_size=4).map(lambda each: tuple(sorted(each.items())))


def worlds(moments: Sequence[tuple[int, float]]):
    """Every combination of moments that happen, with its probability."""
    for happens in itertools.product((False, True), repeat=len(moments)):
        p = math.prod(q if yes else 1 - q for yes, (_, q) in zip(happens, moments, strict=True))
        yield [turn for yes, (turn, _) in zip(happens, moments, strict=True) if yes], p


@given(MOMENTS, MOMENTS)
def test_before_is_exact(first, then):
    truth = sum(
        p * q
        for (firsts, p), (thens, q) in itertools.product(worlds(first), worlds(then))
        if firsts and (not thens or min(firsts) <= min(thens))
    )
    assert before(fixed(0, *first), fixed(0, *then))(CONTEXT).probability == pytest.approx(truth, abs=1e-9)


@given(MOMENTS, st.integers(0, 3), st.integers(0, 3))
def test_count_is_exact(moments, least: int, more: int):
    truth = sum(p for turns, p in worlds(moments) if least <= len(turns) <= least + more)
    spec = Count.model_validate({"kind": "count", "of": LEAF, "at_least": least, "at_most": least + more})
    assert count(spec, fixed(0, *moments))(CONTEXT).probability == pytest.approx(truth, abs=1e-9)


def followed(moments: Sequence[tuple[int, float]], answers: Sequence[tuple[int, float]], within: int = 2) -> float:
    spec = Each.model_validate({"kind": "each", "of": LEAF, "then": LEAF, "within_turns": within})
    return each(spec, fixed(0, *moments), fixed(0, *answers))(CONTEXT).probability


def test_each_holds_when_every_moment_is_followed_in_time():
    assert followed([(1, 1.0), (5, 1.0)], [(2, 1.0), (7, 1.0)]) == 1.0
    assert followed([(1, 1.0), (5, 1.0)], [(2, 1.0), (8, 1.0)]) == 0.0
    assert followed([(1, 1.0)], [(0, 1.0)]) == 0.0
    assert followed([], []) == 1.0
    assert followed([(1, 0.5)], []) == 0.5


def test_before_quotes_the_event_that_came_too_early():
    of = call(("agent", "Your balance is ten."), ("agent", "Your name?"))
    acts = scoring_models({"asks": ("name",), "uses": ("balance",)})
    spec = {"kind": "before", "first": {"kind": "act", "act": "asks"}, "then": {"kind": "act", "act": "uses"}}
    found = detect(spec, of, by=acts)
    assert (found.probability, [quote.turn for quote in found.counter_evidence]) == (0.0, [0])


def test_moments_of_one_turn_are_merged():
    (one,) = merged([Moment(3, 0.5), Moment(3, 0.5)])
    assert (one.turn, one.probability) == (3, 0.75)


@given(st.lists(PROBABILITY, max_size=5))
def test_noisy_or_is_a_probability(probabilities: list[float]):
    assert -1e-12 <= noisy_or(probabilities) <= 1
