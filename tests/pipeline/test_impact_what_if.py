from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_forms import card, extra, form, multiple, yes_no
from rubric_store import family, says, scored

from pipeline.errors import ConfigError, RubricError
from pipeline.impact.what_if import _answer, reweighed, what_if

PLAIN = family(says("thanks"), says("sorry"))
P = st.floats(min_value=0, max_value=1)
WEIGHT = st.floats(min_value=0.1, max_value=20)


def files(store) -> dict[str, bytes]:
    root = Path(store.address)
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_other_weights_change_the_calls_they_concern(tmp_path):
    store = scored(tmp_path, PLAIN)
    before = files(store)
    movement = what_if(store, rubric=PLAIN, weights={"thanks": 3})
    assert {move.call_id: (move.before, move.after) for move in movement.moves} == {
        "c1": (100, 100),
        "c2": (50, 75),
        "c3": (50, 25),
        "c4": (0, 0),
    }
    assert [move.call_id for move in movement.moved] == ["c2", "c3"]
    assert [(agent.agent_id, agent.by) for agent in movement.agents()] == [("A", 12.5), ("B", -12.5)]
    assert (movement.mean_before, movement.mean_after, movement.mean_distance) == (50, 50, 12.5)
    assert files(store) == before


def test_the_same_weights_change_nothing(tmp_path):
    assert what_if(scored(tmp_path, PLAIN), rubric=PLAIN, weights={"thanks": 1}).moved == ()


def test_a_store_without_scorecards_of_this_version_is_an_error(tmp_path):
    other = family(says("thanks"), says("hello"))
    with pytest.raises(ConfigError, match="no scorecard by"):
        what_if(scored(tmp_path, PLAIN), rubric=other, weights={"thanks": 2})


@pytest.mark.parametrize(
    ("weights", "message"), [({"thnks": 2}, "no question or section thnks"), ({"thanks": 0}, "cannot be weighed with")]
)
def test_an_invalid_weight_is_refused(weights, message):
    with pytest.raises(RubricError, match=message):
        reweighed(PLAIN.members[0], weights)


@given(P, P, P, P, P, WEIGHT, WEIGHT, st.floats(min_value=1, max_value=90))
def test_totals_from_stored_answers_equal_those_of_a_new_scorecard(a, b, x, y, d, weight, other, points):
    rubric = form(
        [yes_no("a"), yes_no("b", kano="must_be", penalty=2), multiple("m", x=0.7, y=-0.2)],
        [yes_no("c", kano="attractive"), yes_no("e")],
        [extra("deduction", "d", 10)],
        most=150,
    )
    answers = {"a": a, "b": b, "x": x, "y": y, "d": d, "c": x, "e": y}
    changed = reweighed(rubric, {"a": weight, "b": other, "m": other, "c": weight, "s1": other, "d": points})
    old, new = card(rubric, **answers), card(changed, **answers)
    for question, before, after in zip(changed.questions(), old.answers, new.answers, strict=True):
        row = {name: getattr(before, name) for name in ("question_id", "value", "best", "points", "points_possible")}
        stakes = {"old": rubric.stakes()[question.id], "new": changed.stakes()[question.id]}
        made = _answer(question, row, **stakes)
        assert (made.points, made.points_possible) == pytest.approx((after.points, after.points_possible), abs=1e-6)
