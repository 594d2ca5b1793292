import pytest
from labelled_calls import labelled_call

from models.fakes.encoder import HashingEncoder
from models.fitting.fit import fit


@pytest.fixture(scope="session")
def calls():
    return [labelled_call(number) for number in range(40)]


@pytest.fixture(scope="session")
def heads(calls):
    return fit(calls, encoder=HashingEncoder(), seed=1)
