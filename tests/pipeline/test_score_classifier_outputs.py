"""What the fitted heads see is kept with the call: asked once, read back to the last bit, and anew by other heads."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from night_fakes import FakeModel, fake_enrich
from rubric_store import SAYINGS, family, says, scored
from score_contexts import call, scoring_models

from models.fakes.heads import KeywordHeads
from pipeline import ingest
from pipeline.enriched import ClassifierOutputs
from pipeline.errors import ModelError
from pipeline.leg import Leg
from pipeline.night.engine import Engine, Stages
from pipeline.night.night import rescore
from pipeline.ports import CallLabel
from pipeline.score import flag_rules, score_by_leg
from pipeline.score.context.classifier_outputs import call_label_in, dialogue_acts_in, is_by, with_classifier_outputs
from pipeline.score.leg_context import leg_context
from pipeline.store import read
from pipeline.store.parts import table_of
from pipeline.store.rows.head_views import head_view_row, head_views_of

CALL = call(("agent", "hello"), ("customer", "thanks"), ("agent", "hello again"))


@dataclass(frozen=True)
class Shares(KeywordHeads):
    """Heads with one act and two verdicts, whose numbers have no short form in binary."""

    def act_probabilities(self, call):
        return {"agent_greets": np.asarray([1 / 3, 0.0, 0.1], np.float32)}

    def call_label(self, name, call):
        return {
            "mood": CallLabel({"bad": 0.1, "good": 0.9}, {"bad": (), "good": (2, 0)}),
            "closing": CallLabel({"yes": 1 / 3, "no": 2 / 3}, {"yes": (2,), "no": ()}),
        }[name]


HEADS = Shares({"agent_greets": ("hello",)}, {"mood": {"bad": 0.1, "good": 0.9}, "closing": {"yes": 0.5, "no": 0.5}})


@dataclass(frozen=True)
class Silent(Shares):
    """The same heads, which must not be asked."""

    def act_probabilities(self, call):
        raise AssertionError

    def call_label(self, name, call):
        raise AssertionError


@dataclass(frozen=True)
class Refusing(Shares):
    fingerprint: str = "refusing"

    def act_probabilities(self, call):
        raise ModelError("not these vectors", remedy="none")


def stored(view, *, call_id="c1"):
    rows = [head_view_row(call_id, view, turns_part="g0001-a")]
    return head_views_of(table_of("head_views", rows, part="g0001-a", date="2026-01-05"))[call_id]


def test_heads_are_not_asked_about_a_call_that_they_saw():
    seen, silent = with_classifier_outputs(CALL, HEADS), Silent(HEADS.words, HEADS.call_label_probabilities)
    assert (
        dialogue_acts_in(seen, silent)["agent_greets"].tolist()
        == HEADS.act_probabilities(CALL)["agent_greets"].tolist()
    )
    assert [call_label_in(name, seen, silent) for name in HEADS.call_labels] == [
        HEADS.call_label(name, CALL) for name in HEADS.call_labels
    ]
    assert with_classifier_outputs(seen, silent) is seen


def test_a_view_comes_back_from_its_row_to_the_last_bit():
    view = with_classifier_outputs(CALL, HEADS).classifier_outputs
    back = stored(view)
    assert back.acts.dtype == np.float32
    assert back.acts.tobytes() == view.acts.tobytes()
    assert (back.heads, back.shares, back.named) == (view.heads, view.shares, view.named)
    assert (view.part, back.part) == ("", "g0001-a")


@pytest.mark.parametrize("turns", [0, 1])
def test_a_view_of_hardly_any_turns_keeps_its_shape(turns):
    view = ClassifierOutputs("h", np.zeros((3, turns), np.float32), (1.0,), ((),))
    assert stored(view).acts.shape == (3, turns)


def test_each_call_gets_its_own_view_back():
    views = {
        f"c{turns}": ClassifierOutputs("h", np.full((2, turns), turns, np.float32), (float(turns),), ((turns,), ()))
        for turns in (1, 2, 3)
    }
    rows = [head_view_row(name, view, turns_part="") for name, view in views.items()]
    back = head_views_of(table_of("head_views", rows, part="g0001-a", date="2026-01-05"))
    assert {name: (view.acts.tolist(), view.shares, view.named) for name, view in back.items()} == {
        name: (view.acts.tolist(), view.shares, view.named) for name, view in views.items()
    }


def test_other_heads_look_anew():
    seen, others = with_classifier_outputs(CALL, HEADS), replace(HEADS, fingerprint="others")
    assert not is_by(seen.classifier_outputs, others)
    assert is_by(with_classifier_outputs(seen, others).classifier_outputs, others)


def test_what_the_heads_cannot_see_has_no_view_and_no_old_one():
    seen = with_classifier_outputs(CALL, HEADS)
    assert with_classifier_outputs(seen, Refusing(HEADS.words)).classifier_outputs is None


def test_a_leg_does_not_take_the_view_of_its_call():
    seen = with_classifier_outputs(CALL, HEADS)
    assert leg_context(seen, Leg("c1", 2, "A2", 2, 2), scoring_models=scoring_models()).call.classifier_outputs is None


def scored_again(store, rubric, by):
    stages = Stages(
        read_recording=ingest.read_recording,
        read_transcripts=ingest.read_transcripts,
        transcribe=lambda calls, speech_models: iter(()),
        enrich=fake_enrich,
        score=lambda calls, rubric, scoring_models: score_by_leg(calls, rubric=rubric, scoring_models=scoring_models),
        flag=flag_rules.flag,
        run_classifiers=lambda calls, scoring_models: [
            with_classifier_outputs(call, scoring_models.heads) for call in calls
        ],
    )
    judging = replace(scoring_models(), heads=by)
    engine = Engine(
        speech_models=FakeModel("e"),
        enrichment_models=FakeModel("r"),
        scoring_models=judging,
        rubric=rubric,
        stages=stages,
    )
    assert rescore(store, engine=engine).calls_done == len(SAYINGS)
    return read(store, "head_views").select(["call_id", "part", "heads"]).to_pylist()


def test_a_changed_form_finds_the_views_in_the_store_and_other_heads_write_their_own(tmp_path):
    heads = KeywordHeads({"agent_greets": ("thanks",)})
    store = scored(tmp_path, family(says("thanks")))
    assert read(store, "head_views").num_rows == 0
    first = scored_again(store, family(says("thanks", weight=2)), heads)
    assert [row["call_id"] for row in first] == sorted(SAYINGS)
    again = scored_again(store, family(says("thanks", weight=3)), heads)
    assert again == first
    others = scored_again(store, family(says("thanks", weight=3)), replace(heads, fingerprint="others"))
    assert [row["call_id"] for row in others] == sorted(SAYINGS)
    assert [":others:" in heads for heads in {row["heads"] for row in others}] == [True]
    assert {row["part"] for row in others}.isdisjoint({row["part"] for row in first})
