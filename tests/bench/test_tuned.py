import numpy as np
import pytest
from encoder_calls import call_of

import bench.tuned
from bench.tuned import Network, TunedEncoder, acts_of, mixed_batches, pace, standardised, truth_of

LETTERS = "abcdefghijklmnopqrstuvwxyz "


def small_network():
    from torch import manual_seed
    from transformers import BertConfig, BertModel

    manual_seed(0)
    shape = dict.fromkeys(("hidden_size", "intermediate_size"), 32)
    config = BertConfig(vocab_size=27, num_hidden_layers=2, num_attention_heads=2, **shape)
    model = BertModel(config, add_pooling_layer=False).eval()
    return Network(model, lambda texts: [[LETTERS.index(letter) for letter in text] for text in texts], 1)


def test_every_turn_is_in_one_batch_and_batches_hold_like_lengths():
    lengths = [3, 9] * 100
    batches = mixed_batches(lengths, np.random.default_rng(0))
    assert sorted(row for batch in batches for row in batch) == list(range(200))
    assert sum(len({lengths[row] for row in batch}) > 1 for batch in batches) <= 1


def test_the_pace_rises_for_a_tenth_and_ends_near_nothing():
    assert pace(0, steps=100) == pytest.approx(0.1)
    assert pace(9, steps=100) == pytest.approx(1.0)
    assert pace(99, steps=100) == pytest.approx(0.01 / 0.9)


def test_a_speaker_is_not_asked_about_the_others_acts():
    calls = [call_of(number) for number in range(15)]
    acts = acts_of(calls)
    assert acts == ("greets", "solves", "voices_problem", "negative", "neutral", "positive")
    truth = truth_of(calls[1:2], acts)
    assert truth[0, :2].tolist() == [1.0, 0.0]
    assert np.isnan(truth[0, 2:]).all()
    assert np.isnan(truth[1, :2]).all()
    assert truth[1, 2:].tolist() == [1.0, 1.0, 0.0, 0.0]


def test_scores_are_centred_on_the_originals_and_0_for_the_other_speaker():
    scores = np.array([[2.0, 7.0], [4.0, 7.0], [9.0, 7.0], [8.0, 1.0]], dtype=np.float32)
    known = np.array([[True, False], [True, False], [True, False], [False, True]])
    own = np.array([True, True, False, True])
    found = standardised(scores, known, own)
    assert found[:, 0] == pytest.approx([-1.0, 1.0, 6.0, 0.0], abs=1e-4)
    assert found[:, 1].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_no_network_learns_from_the_fold_it_scores_nor_from_copies(monkeypatch):
    calls = [call_of(number) for number in range(8)]
    folds = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    learnt, asked = [], []
    network = Network(None, lambda texts: [[number] for number in range(len(texts))])
    monkeypatch.setattr(
        bench.tuned, "tune", lambda network, tokens, truth, **_: learnt.append({row for (row,) in tokens})
    )

    def scored(network, head, tokens):
        asked.append({row for (row,) in tokens})
        return np.zeros((len(tokens), 5), np.float32)

    monkeypatch.setattr(bench.tuned, "scored", scored)
    monkeypatch.setattr(bench.tuned, "acts_of", lambda calls: ("greets", "solves", "negative", "neutral", "positive"))
    vectors = TunedEncoder(lambda: network).vectors(calls, folds, originals=6)
    assert [part.shape for part in vectors] == [(3, 5)] * 8
    assert learnt == [{3, 4, 5, 9, 10, 11, 15, 16, 17}, {0, 1, 2, 6, 7, 8, 12, 13, 14}]
    assert asked == [
        {0, 1, 2, 6, 7, 8, 12, 13, 14, 18, 19, 20},
        {3, 4, 5, 9, 10, 11, 15, 16, 17, 21, 22, 23},
    ]


@pytest.mark.slow
def test_a_fine_tuned_network_names_the_acts_of_calls_it_has_not_seen():
    calls = [call_of(number) for number in range(40)]
    folds = np.arange(40) // 2 % 2
    vectors = TunedEncoder(small_network, epochs=8).vectors(calls, folds, originals=40)
    greets = [rows[0, 0] for rows in vectors]
    assert min(greets[1::2]) > max(greets[0::2])


@pytest.mark.slow
def test_the_lowest_layers_are_not_trained():
    network = small_network()
    before = [
        {name: value.clone() for name, value in layer.state_dict().items()} for layer in network.model.encoder.layer
    ]
    truth = np.array([[1.0, 0.0], [0.0, 1.0]] * 8, dtype=np.float32)
    bench.tuned.tune(network, network.tokens(["hello", "bye"] * 8), truth, epochs=2, seed=0)
    kept, trained = network.model.encoder.layer
    assert all(value.equal(before[0][name]) for name, value in kept.state_dict().items())
    assert not all(value.equal(before[1][name]) for name, value in trained.state_dict().items())
