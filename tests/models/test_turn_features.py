import numpy as np

from models.turn_features import dense_groups, turn_features
from models.turn_words import cue_phrases
from pipeline.transcript import Turn


def turns(*lines):
    return [
        Turn(index=number, role=role, channel=0, start_s=None, end_s=None, text=text)
        for number, (role, text) in enumerate(lines)
    ]


def group(dense, name, *, dimensions):
    start = 0
    for each, width in dense_groups(dimensions).items():
        if each == name:
            return dense[:, start : start + width]
        start += width
    raise KeyError(name)


LINES = turns(("agent", "hello"), ("customer", "what is 42?"), ("agent", "please hold"), ("agent", "John Smith here"))
VECTORS = np.arange(1, 9, dtype=np.float32).reshape(4, 2)


def test_each_role_has_its_own_turns_and_machines_have_none():
    found = turn_features([*LINES, *turns(("ivr", "press one"))], np.ones((5, 2), np.float32))
    assert {role: features.turns for role, features in found.items()} == {"agent": (0, 2, 3), "customer": (1,)}


def test_a_row_holds_the_vectors_of_the_turn_and_its_neighbours():
    dense = turn_features(LINES, VECTORS)["agent"].dense
    assert group(dense, "vector", dimensions=2).tolist() == [[1, 2], [5, 6], [7, 8]]
    assert group(dense, "neighbours", dimensions=2).tolist() == [[0, 0, 3, 4], [3, 4, 7, 8], [5, 6, 0, 0]]


def test_position_counts_the_roles_own_turns_from_both_ends():
    place = group(turn_features(LINES, VECTORS)["agent"].dense, "position", dimensions=2)
    assert place[:, :3].tolist() == np.eye(3).tolist()
    assert place[:, 5:8].tolist() == np.eye(3)[::-1].tolist()


def test_shape_has_questions_numbers_and_names():
    found = turn_features(LINES, VECTORS)
    customer = group(found["customer"].dense, "position", dimensions=2)[0]
    agent = group(found["agent"].dense, "position", dimensions=2)[2]
    assert customer[-3:].tolist() == [1.0, 1.0, 0.0]
    assert agent[-1] == np.float32(1 / 3)


def test_cues_of_the_previous_turn_are_features():
    hold = cue_phrases()[0].index("hold")
    around = group(turn_features(LINES, VECTORS)["agent"].dense, "neighbour_cues", dimensions=2)
    assert around[:, hold].tolist() == [0.0, 0.0, 1.0]


def test_a_call_without_turns_has_no_rows():
    found = turn_features([], np.zeros((0, 2), np.float32))
    assert found["agent"].dense.shape == (0, sum(dense_groups(2).values()))
