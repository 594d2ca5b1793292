import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moods import NEGATIVE, NEUTRAL, POSITIVE, course, transcript

from pipeline.enrich.turning_points import CUSTOMER, FEWEST_TURNS, TRUST, _likeliest, mood_of
from pipeline.enriched import Mood, TurningPoint, TurnSentiment


def points(moods, *, role="customer"):
    return [(point.turn, point.direction) for point in mood_of(*course(moods, role=role)).turning_points]


@pytest.mark.parametrize(
    ("moods", "found"),
    [
        ("---...", [(7, "better")]),
        ("...---", [(7, "worse")]),
        ("---+++", [(7, "better")]),
        ("..---+++", [(5, "worse"), (11, "better")]),
        ("------", []),
        ("......", []),
    ],
)
def test_a_turning_point_is_where_a_lasting_change_begins(moods, found):
    assert points(moods) == found


@pytest.mark.parametrize(
    "moods", ["...-...", "---+---", "...?...", "+++?+++", "......-", "-......", "..?.?...", "-", "+-"]
)
def test_a_single_turn_is_not_a_turning_point(moods):
    assert points(moods) == []


def test_uncertain_turns_are_not_turning_points():
    assert points("..???...") == []


def test_a_turning_point_has_the_means_before_and_after_and_its_cause():
    (point,) = mood_of(*course("---++")).turning_points
    assert point == TurningPoint(7, "customer", "better", pytest.approx(-0.88), pytest.approx(0.88), cause_turn=6)


def test_the_cause_is_more_than_a_back_channel():
    turns = [("customer", "this is wrong"), ("customer", "so wrong"), ("agent", "it is repaired"), ("agent", "mm-hm")]
    call = transcript(*turns, ("customer", "lovely news"), ("customer", "just lovely"))
    moods = [NEGATIVE, NEGATIVE, NEUTRAL, NEUTRAL, POSITIVE, POSITIVE]
    assert [point.cause_turn for point in mood_of(call, moods).turning_points] == [2]


def test_without_the_other_speaker_there_is_no_cause():
    call = transcript(*[("customer", f"word {number}") for number in range(6)])
    (point,) = mood_of(call, [NEGATIVE] * 3 + [POSITIVE] * 3).turning_points
    assert (point.turn, point.cause_turn) == (3, None)


def test_back_channels_have_no_mood():
    turns = [("agent", "so"), ("customer", "yes")] * 6
    assert mood_of(transcript(*turns), [NEUTRAL, NEGATIVE] * 3 + [NEUTRAL, POSITIVE] * 3) == Mood(
        agent_by_third=("neutral",) * 3
    )


@pytest.mark.parametrize(
    ("moods", "recovered"),
    [
        ("---...", True),
        ("...---+++", True),
        ("...---", False),
        ("----", False),
        ("...+++", None),
        ("..-...", None),
        ("", None),
    ],
)
def test_a_customer_recovers_by_ending_otherwise_than_negative(moods, recovered):
    assert mood_of(*course(moods)).recovered is recovered


def test_an_agent_who_becomes_rude_has_a_turning_point():
    assert points("...--", role="agent") == [(7, "worse")]


def test_an_agents_kind_words_are_not_a_mood():
    assert points("...+++...", role="agent") == []


def test_the_agent_has_sentiments_by_third_too():
    assert mood_of(*course("+++...---", role="agent")).agent_by_third == ("positive", "neutral", "negative")


def test_turning_points_of_both_speakers_are_in_order():
    turns = [(role, f"word {number} {role}") for number in range(8) for role in ("customer", "agent")]
    moods = [NEUTRAL, NEUTRAL] * 3 + [NEUTRAL, NEGATIVE] * 2 + [NEGATIVE, NEGATIVE] * 3
    found = mood_of(transcript(*turns), moods).turning_points
    assert [(point.turn, point.role, point.cause_turn) for point in found] == [(7, "agent", 6), (10, "customer", 9)]


shares = st.tuples(*[st.floats(0.01, 1.0)] * 3).map(lambda row: TurnSentiment(*(each / sum(row) for each in row)))


@settings(deadline=None, max_examples=60)
@given(st.lists(shares, min_size=2, max_size=6))
def test_the_likeliest_sequence_equals_exhaustive_search(sentiments):
    def log_odds(path):
        seen = [(each.negative, each.neutral, each.positive) for each in sentiments]
        total = math.log(CUSTOMER.first[path[0]])
        total += sum(math.log(CUSTOMER.following[one][two]) for one, two in itertools.pairwise(path))
        return total + TRUST * sum(
            math.log((row[mood] + 1e-6) / CUSTOMER.usual[mood]) for row, mood in zip(seen, path, strict=True)
        )

    def lasts(path):
        return all(len(list(run)) >= FEWEST_TURNS for _, run in itertools.groupby(path))

    best = max(log_odds(path) for path in itertools.product(range(3), repeat=len(sentiments)) if lasts(path))
    found = _likeliest(sentiments, CUSTOMER)
    assert lasts(found)
    assert log_odds(found) == pytest.approx(best)


def test_chinese_back_channels_are_known():
    call, moods = course("---...")
    said = tuple(replace(turn, text="嗯" if turn.role == "agent" else "我来看一下账单") for turn in call.turns)
    assert mood_of(replace(call, language="zh", turns=said), moods).turning_points[0].cause_turn is None
