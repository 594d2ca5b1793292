from bench.cross_validated import ROOT, cross_validated
from models.fakes.encoder import HashingEncoder
from pipeline.evaluate.labelled import read_labelled


def calls(name):
    return read_labelled(ROOT / "models/training" / f"{name}.jsonl")


def test_only_the_labelled_calls_are_measured():
    english = calls("en_a")[:12]
    found = cross_validated(english, [*calls("zh_a"), *calls("zh_e")], encoder=HashingEncoder(dimensions=64), seed=1)
    assert {language for by_language in found.values() for language in by_language} == {"en"}
    assert found["outcome"]["en"] is not None
