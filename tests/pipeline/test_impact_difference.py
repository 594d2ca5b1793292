from pathlib import Path

from rubric_store import family, says, scored
from score_contexts import scoring_models

from pipeline.impact.difference import difference, form_changes

OLD = family(says("thanks"), says("sorry"))


def test_two_forms_are_compared_on_stored_calls_and_nothing_is_written(tmp_path):
    store = scored(tmp_path, OLD)
    before = {path: path.read_bytes() for path in Path(store.address).rglob("*") if path.is_file()}
    new = family(says("thanks"), says("sorry", yes_when={"kind": "phrase", "phrases": ["hm"], "found": 1, "absent": 0}))
    movement = difference(store, old=OLD, new=new, scoring_models=scoring_models())
    assert {move.call_id: (move.before, move.after) for move in movement.moves} == {
        "c1": (100, 50),
        "c2": (50, 50),
        "c3": (50, 0),
        "c4": (0, 50),
    }
    assert movement.answers == {"sorry": 3}
    assert [(agent.agent_id, agent.by) for agent in movement.agents()] == [("A", -25), ("B", 0)]
    assert {path: path.read_bytes() for path in Path(store.address).rglob("*") if path.is_file()} == before


def test_a_call_that_the_new_form_does_not_score_is_listed_apart(tmp_path):
    new = family(says("thanks"), used_for={"queues": ["sales"]})
    movement = difference(scored(tmp_path, OLD), old=OLD, new=new, scoring_models=scoring_models())
    assert (len(movement.gained_or_lost), movement.compared, movement.mean_before) == (4, (), None)


def test_changes_between_two_forms_are_listed_by_question():
    new = family(says("thanks", weight=3), says("hello"))
    changes = form_changes(OLD.members[0], new.members[0])
    assert [(each.question_id, each.what, each.points_before, each.points_after) for each in changes] == [
        ("thanks", "changed", 50, 75),
        ("hello", "added", None, 25),
        ("sorry", "removed", 50, None),
    ]
    reworded = family(says("thanks", text="Was there thanks?"), says("sorry"))
    assert [each.fields for each in form_changes(OLD.members[0], reworded.members[0])] == [("text",)]


def test_equal_forms_have_no_changes():
    assert form_changes(OLD.members[0], OLD.members[0]) == ()
