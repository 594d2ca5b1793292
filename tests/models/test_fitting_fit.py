import hashlib

import numpy as np
import pytest
from labelled_calls import labelled_call

from models.fakes.encoder import HashingEncoder
from models.fitting.fit import fit
from models.fitting.fit_turns import fit_turns
from models.fitting.folds import data_sha256
from models.heads import SHIPPED, load_heads
from models.turn_features import turn_features
from pipeline.errors import ConfigError
from pipeline.evaluate.labelled import read_labelled

TRAINING = SHIPPED.parent.parent / "training"


def test_the_card_has_data_folds_and_figures(heads, calls):
    assert heads.card["data_sha256"] == data_sha256(calls)
    assert (heads.card["calls"], heads.card["turns"], heads.card["folds"], heads.card["seed"]) == (40, 240, 5, 1)
    assert heads.card["acts_average_precision"]["greets"] == 1.0
    assert heads.card["verdicts_kappa"]["greeting_identify"] == {"en": 1.0, "zh": None}


def test_only_labelled_call_labels_are_fitted(heads):
    assert set(heads.call_labels) == {"greeting_identify", "outcome", "sentiment_start"}


def test_the_same_calls_and_seed_give_the_same_heads(heads, calls):
    assert fit(calls, encoder=HashingEncoder(), seed=1).fingerprint == heads.fingerprint


def test_calls_without_acts_train_only_the_call_labels(calls):
    more = [labelled_call(number, acts=False) for number in range(100, 120)]
    found = fit([*calls, *more], encoder=HashingEncoder())
    assert found.card["calls"] == 60
    assert set(found.acts) == {"greets", "names_self", "refuses", "solves", "voices_problem"}


def test_calls_without_labels_for_a_role_do_not_change_its_head(calls):
    encoder, more = HashingEncoder(), [labelled_call(number, acts=False) for number in range(100, 120)]

    def head(own):
        features = [
            turn_features(c.transcript.turns, encoder.encode([t.text for t in c.transcript.turns])) for c in own
        ]
        found = fit_turns(
            own,
            [each["agent"] for each in features],
            folds=np.arange(len(own)) % 5,
            weights=np.ones(len(own)),
            role="agent",
        )
        return found.head

    assert np.allclose(head([*calls, *more]).dense, head(calls).dense, atol=1e-5)


def test_too_few_calls_with_acts_are_refused():
    with pytest.raises(ConfigError, match="fewer than 20 calls"):
        fit([labelled_call(number, acts=False) for number in range(30)], encoder=HashingEncoder())


def test_the_shipped_heads_were_fitted_on_the_calls_in_the_repository():
    calls = [call for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    assert load_heads().card["data_sha256"] == data_sha256(calls)


def test_no_act_or_label_of_the_training_calls_is_misspelt():
    from models.call_label_forms import FORMS

    calls = [call for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    known = set(load_heads().acts)
    assert {act for call in calls for acts in call.acts for act in acts} <= known
    assert all(call.labels[name] in form.options for call in calls if call.acts for name, form in FORMS.items())


def test_training_calls_without_acts_have_sentiment_only():
    from models.call_label_forms import FORMS

    calls = [call for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    others = [call for call in calls if not call.acts]
    assert {name for call in others for name in call.labels if name in FORMS} == {"sentiment_start", "sentiment_end"}
    for call in others:
        feelings = zip(call.transcript.turns, call.turn_sentiment, strict=True)
        assert all((feeling is None) == (turn.role != "customer") for turn, feeling in feelings)


def test_training_calls_are_not_repeated():
    calls = [call for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    texts = {hashlib.sha256(" ".join(turn.text for turn in call.transcript.turns).encode()).digest() for call in calls}
    assert len(texts) == len({call.transcript.call_id for call in calls}) == len(calls)
    assert np.mean([len(call.transcript.turns) for call in calls]) > 12
