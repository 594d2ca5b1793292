import math

import numpy as np
import pytest

from models.call_features import FLOOR, CallActs, call_features
from pipeline.transcript import Turn

ROLES = ("agent", "customer", "agent", "customer", "agent", "customer")
TURNS = [Turn(index=n, role=role, channel=0, start_s=None, end_s=None, text="x") for n, role in enumerate(ROLES)]
LEAST = math.log(FLOOR / (1 - FLOOR))


def feature(name, **acts):
    lines = {act: np.asarray(line, dtype=np.float32) for act, line in acts.items()}
    return call_features([name], TURNS, lines)[0]


def odds(probability):
    return math.log(probability / (1 - probability))


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("all", (0, 2, 4)),
        ("first_2", (0, 2)),
        ("last_1", (4,)),
        ("first_third", (0,)),
        ("last_third", (4,)),
        ("first_half", (0, 2)),
        ("second_half", (4,)),
    ],
)
def test_a_scope_is_a_roles_turns_within_a_part_of_the_call(scope, expected):
    assert CallActs(TURNS, {}).scope(scope, "agent") == expected


def test_max_is_the_log_odds_of_the_likeliest_turn():
    assert feature("max recaps", recaps=[0.1, 0, 0.8, 0, 0.3, 0]) == pytest.approx(odds(0.8))


def test_any_is_the_chance_that_one_turn_does_it():
    assert feature("any recaps", recaps=[0.5, 0, 0.5, 0, 0, 0]) == pytest.approx(odds(0.75))


def test_both_multiplies_the_chances_of_two_acts():
    found = feature("both greets names_self in first_2", greets=[0.8, 0, 0, 0, 0, 0], names_self=[0, 0, 0.5, 0, 0.9, 0])
    assert found == pytest.approx(odds(0.4))


def test_alternatives_join_within_a_turn():
    found = feature("max names_company+names_self", names_company=[0.5] + [0] * 5, names_self=[0.5] + [0] * 5)
    assert found == pytest.approx(odds(0.75))


def test_before_is_the_chance_of_coming_first():
    asks, uses = [0, 0, 0.6, 0, 0, 0], [0.5, 0, 0, 0, 0, 0]
    found = feature("before asks_identity uses_account", asks_identity=asks, uses_account=uses)
    assert found == pytest.approx(odds(0.3))


def test_latest_reads_the_call_from_its_end():
    found = feature("latest solves refuses", solves=[0, 0, 0.6, 0, 0, 0], refuses=[0.9, 0, 0, 0, 0.5, 0])
    assert found == pytest.approx(odds(0.3))


def test_mean_is_a_plain_share():
    found = feature("mean negative in first_third", negative=[0, 0.8, 0, 0.2, 0, 0])
    assert found == pytest.approx(0.8)


def test_impossible_and_certain_stay_finite():
    assert feature("any recaps", recaps=[0.0] * 6) == pytest.approx(LEAST)
    assert feature("any recaps", recaps=[1.0] * 6) == pytest.approx(-LEAST)
