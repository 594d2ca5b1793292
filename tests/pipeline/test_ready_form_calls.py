"""The ready forms on short labelled calls: what each form asks on its own account, against what a careful person says.

The fitted heads stand aside (they know nothing here), so that it is the forms' own words that are judged.
"""

import pytest
import yaml
from score_contexts import call
from test_ready_forms import FORMS, LANGUAGES
from test_support_forms import heads

from pipeline.rubric.load import FOLDER, load_rubric
from pipeline.score import scorer
from pipeline.transcript import Language

CALLS = FOLDER.parent / "tests" / "data" / "ready_forms"
SPEAKERS = {"A": "agent", "C": "customer"}
CLEAN = {"sales": "no_overclaims", "collections": "no_threats", "technical": "no_blame", "complaints": "no_brush_off"}


def labelled(form: str, language: Language):
    for each in yaml.safe_load((CALLS / f"{form}.{language}.yaml").read_text("utf-8")):
        turns = [(SPEAKERS[by], text.strip()) for turn in each["turns"] for by, text in turn.items()]
        yield each["id"], call(*turns, language=language), each["labels"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nine_answers_of_ten_are_a_persons(form: str, language: Language):
    scoring = scorer(load_rubric(form), scoring_models=heads(0.5), language=language)
    judged = [
        (name, question, wanted, scoring.score(of).answer(question).value)
        for name, of, labels in labelled(form, language)
        for question, wanted in labels.items()
    ]
    wrong = [each for each in judged if each[2] != each[3]]
    assert len(judged) >= 32
    assert len(wrong) <= len(judged) * 0.1, wrong


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clean_call_of_one_kind_is_clean_by_every_form(form: str, language: Language):
    clean = [of for _, of, labels in labelled(form, language) if labels[CLEAN[form]] == "yes"]
    for other in FORMS:
        scoring = scorer(load_rubric(other), scoring_models=heads(0.5), language=language)
        assert [scoring.score(of).answer(CLEAN[other]).value for of in clean] == ["yes"] * len(clean)
