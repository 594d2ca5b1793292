import numpy as np
from labelled_calls import labelled_call

from models.fitting.augmentation import augmentation_pool, augmented_copies, lengthened, misheard
from models.turn_words import tokens

CALLS = [labelled_call(number) for number in range(12)]
FOLDS = np.arange(12) % 2


def said(call):
    return [turn.text for turn in call.transcript.turns]


def test_a_seed_gives_the_same_copies():
    first, second, other = (augmented_copies(CALLS, folds=FOLDS, seed=seed) for seed in (1, 1, 2))
    assert [said(call) for call in first] == [said(call) for call in second] != [said(call) for call in other]


def test_a_copy_keeps_the_labels_of_its_call():
    for call, copy in zip(CALLS, augmented_copies(CALLS, folds=FOLDS, seed=0), strict=True):
        assert copy.labels == call.labels
        assert copy.transcript.metadata == call.transcript.metadata
        assert {act for acts in copy.acts for act in acts} == {act for acts in call.acts for act in acts}
        assert len(copy.acts) == len(copy.transcript.turns)
        assert [turn.index for turn in copy.transcript.turns] == list(range(len(copy.transcript.turns)))


def test_a_lengthened_turn_keeps_its_words():
    own = augmentation_pool(CALLS)
    longer = lengthened(CALLS[0], own, np.random.default_rng(0))
    assert all(before in after for before, after in zip(said(CALLS[0]), said(longer), strict=True))


def test_only_turns_without_acts_become_fillers():
    own = augmentation_pool(CALLS)
    lent = {text for texts in own.fillers.values() for text in texts}
    busy = {turn.text for call in CALLS for turn, acts in zip(call.transcript.turns, call.acts, strict=True) if acts}
    assert not lent & busy


def test_misheard_words_are_few():
    own = augmentation_pool(CALLS)
    before = [word for call in CALLS for text in said(call) for word in tokens(text)]
    after = [
        word
        for number, call in enumerate(CALLS)
        for text in said(misheard(call, own, np.random.default_rng(number)))
        for word in tokens(text)
    ]
    assert 0.85 * len(before) < len(after) <= 1.05 * len(before)
