import numpy as np
from labelled_calls import labelled_call

from models.fitting.folds import data_sha256, grouped_folds


def test_calls_of_one_agent_share_a_fold():
    calls = [labelled_call(number, agent=f"a{number % 7}") for number in range(40)]
    folds = grouped_folds(calls, folds=5, seed=3)
    for agent in range(7):
        assert len({folds[number] for number in range(40) if number % 7 == agent}) == 1


def test_calls_linked_by_a_third_call_share_a_fold():
    one, two = labelled_call(1, agent="x"), labelled_call(2, agent="y")
    tie = labelled_call(2, agent="x")
    folds = grouped_folds([one, two, tie, *(labelled_call(number) for number in range(10, 30))], folds=5, seed=0)
    assert len(set(folds[:3])) == 1


def test_every_fold_is_used_and_the_seed_decides():
    calls = [labelled_call(number) for number in range(40)]
    assert sorted(set(grouped_folds(calls, folds=5, seed=0).tolist())) == [0, 1, 2, 3, 4]
    assert np.array_equal(grouped_folds(calls, folds=5, seed=1), grouped_folds(calls, folds=5, seed=1))
    assert not np.array_equal(grouped_folds(calls, folds=5, seed=1), grouped_folds(calls, folds=5, seed=2))


def test_the_hash_depends_on_labels_and_words():
    call = labelled_call(1)
    assert data_sha256([call]) == data_sha256([labelled_call(1)])
    assert data_sha256([call]) != data_sha256([labelled_call(2)])
    assert data_sha256([call]) != data_sha256([labelled_call(1, acts=False)])
