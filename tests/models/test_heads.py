import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from models.call_features import role_of
from models.call_label_forms import FORMS
from models.fakes.encoder import HashingEncoder
from models.heads import SHIPPED, load_heads, save_heads, top_turns
from models.sentiment_heads import HeadSentiment
from pipeline.enrich import EnrichmentModels, enrich
from pipeline.errors import ModelError, WeightError
from pipeline.evaluate.agreement import QUESTIONS


@pytest.fixture
def enriched(calls, heads):
    return enrich(
        [call.transcript for call in calls[:6]],
        enrichment_models=EnrichmentModels(HashingEncoder(), HeadSentiment(heads)),
    )


def test_an_act_has_a_probability_for_each_turn_of_its_role(heads, enriched):
    found = heads.act_probabilities(enriched[1])
    assert set(found) == set(heads.acts) == {"greets", "names_self", "refuses", "solves", "voices_problem"}
    for act, line in found.items():
        others = [turn.index for turn in enriched[1].transcript.turns if turn.role != role_of(act)]
        assert line.dtype == np.float32
        assert line.shape == (6,)
        assert np.all((line >= 0) & (line <= 1))
        assert np.all(line[others] == 0)


def test_acts_are_found_in_their_turns(heads, enriched):
    greeted, silent = (heads.act_probabilities(enriched[number])["greets"] for number in (1, 2))
    assert greeted.argmax() == 0
    assert greeted[0] > 0.5 > silent[0]


def test_a_call_label_is_a_distribution_with_turns(heads, enriched, calls):
    for call, labelled in zip(enriched, calls[:6], strict=True):
        call_label = heads.call_label("outcome", call)
        assert sum(call_label.probabilities.values()) == pytest.approx(1.0)
        assert max(call_label.probabilities, key=call_label.probabilities.get) == labelled.labels["outcome"]
        assert call_label.turns[labelled.labels["outcome"]][0] in (4, 5)


def test_call_labels_name_their_options(heads):
    assert heads.call_labels["greeting_identify"] == ("no", "yes")


def test_an_unknown_call_label_is_refused(heads, enriched):
    with pytest.raises(ModelError, match="no head was fitted for the verdict 'loyalty'"):
        heads.call_label("loyalty", enriched[0])


def test_vectors_of_another_encoder_are_refused(heads, enriched):
    with pytest.raises(ModelError, match="vectors of 'hashing-encoder'"):
        heads.act_probabilities(replace(enriched[0], encoder="other"))


def test_the_cache_is_not_shared_between_calls(heads, enriched):
    alone = heads.act_probabilities(enriched[2])["greets"].copy()
    heads.act_probabilities(enriched[1])
    assert np.array_equal(heads.act_probabilities(enriched[2])["greets"], alone)


def test_sentiment_is_the_customers_and_agents_are_neutral(heads, enriched, calls):
    for call, labelled in zip(enriched, calls[:6], strict=True):
        for turn, sentiment in zip(call.transcript.turns, call.sentiments, strict=True):
            assert sentiment.negative + sentiment.neutral + sentiment.positive == pytest.approx(1.0)
            if turn.role == "agent":
                assert sentiment.neutral == 1.0
        assert (call.sentiments[1].negative > 0.5) == (labelled.labels["sentiment_start"] == "negative")


def test_sentiment_refuses_vectors_of_another_width(heads, calls):
    with pytest.raises(ModelError, match="need vectors of 32 dimensions, got 8"):
        HeadSentiment(heads).sentiments(calls[0].transcript, np.ones((6, 8), np.float32))


def test_saved_heads_load_as_the_same_heads(heads, enriched, tmp_path):
    save_heads(heads, tmp_path / "own.npz")
    loaded = load_heads(tmp_path / "own.npz")
    assert loaded.fingerprint == heads.fingerprint
    assert loaded.card == heads.card
    for act, line in heads.act_probabilities(enriched[0]).items():
        assert loaded.act_probabilities(enriched[0])[act] == pytest.approx(line, abs=5e-3)


def test_saving_twice_gives_the_same_bytes(heads, tmp_path):
    save_heads(heads, tmp_path / "one.npz")
    save_heads(heads, tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_weights_that_do_not_match_the_card_are_refused(heads, tmp_path):
    save_heads(heads, tmp_path / "own.npz")
    card = json.loads((tmp_path / "own.json").read_text("utf-8"))
    (tmp_path / "own.json").write_text(json.dumps(card | {"fingerprint": "heads:1:0"}), "utf-8")
    with pytest.raises(WeightError, match="do not match their card"):
        load_heads(tmp_path / "own.npz")


def test_missing_heads_are_an_error_with_a_remedy(tmp_path):
    with pytest.raises(WeightError, match="cannot be read"):
        load_heads(tmp_path / "none.npz")
    shutil.copy(SHIPPED.with_suffix(".json"), tmp_path / "half.json")
    with pytest.raises(WeightError, match="cannot be read"):
        load_heads(tmp_path / "half.npz")


def test_the_top_turns_are_the_most_likely_and_at_most_three(calls):
    lines = {act: np.zeros(6, dtype=np.float32) for act in ("solves", "confirms_solved")}
    lines["solves"][[0, 2, 4]] = (0.1, 0.9, 0.3)
    lines["confirms_solved"][[3, 5]] = (0.5, 0.4)
    assert top_turns("outcome", "resolved", calls[0].transcript.turns, lines) == (2, 3, 5)


def test_the_first_turn_is_returned_however_weak(calls):
    lines = {act: np.zeros(6, dtype=np.float32) for act in ("solves", "confirms_solved")}
    lines["solves"][2] = 0.01
    assert top_turns("outcome", "resolved", calls[0].transcript.turns, lines) == (2,)


def test_the_shipped_heads_know_every_question_of_the_form():
    heads = load_heads()
    assert set(heads.call_labels) == set(QUESTIONS) == set(FORMS)
    assert heads.dimensions == 512
    assert SHIPPED.stat().st_size < 5_000_000
