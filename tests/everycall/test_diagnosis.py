import re

import pytest

from everycall.diagnosis import diagnose
from models import weights
from models.profile import PROFILES
from models.registry import needed_weights

NEEDED = needed_weights(PROFILES["embedded"]).names()


def remove(name, monkeypatch):
    """No source has this weight any more."""
    folder_of = weights._folder_of

    def without(weight, source, cache_dir):
        if weight.name == name:
            raise FileNotFoundError("removed")
        return folder_of(weight, source, cache_dir)

    monkeypatch.setattr(weights, "_folder_of", without)


def test_every_weight_of_a_night_is_looked_at():
    found = {finding.subject: finding.ok for finding in diagnose(device="cpu", weights=NEEDED)}
    assert {name: found.get(name) for name in NEEDED} == dict.fromkeys(NEEDED, True)


@pytest.mark.parametrize("name", NEEDED)
def test_without_one_weight_the_machine_is_not_ready(name, monkeypatch, everycall):
    remove(name, monkeypatch)
    output = everycall("doctor", "--device", "cpu", exits=1)
    assert re.findall(r"^ no +(\S+)", output, re.MULTILINE) == [name]
