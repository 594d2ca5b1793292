"""Names in a form: detectors and phrase lists that the product brings along."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.errors import RubricError
from pipeline.rubric.load import load_rubric, parse_rubric
from pipeline.rubric.name_definition import definition, names
from pipeline.rubric.named_detectors import named_detectors
from pipeline.rubric.phrase_list import phrase_list, phrase_list_names
from pipeline.rubric.question import YesNo
from pipeline.rubric.template import write_from_template

QUESTION = {"id": "asked", "text": "Was it so?", "help": {"text": "So."}, "kind": "yes_no"}
SECTION = {"id": "all", "title": "All", "weight": 1}


def form(yes_when: Any, *languages: str, **included: str) -> str:
    questions = [QUESTION | {"yes_when": yes_when}, *([included] if included else [])]
    made = {"id": "mine", "title": "Mine", "languages": list(languages or ("en",))}
    return yaml.safe_dump(made | {"sections": [SECTION | {"questions": questions}]}, allow_unicode=True)


def answered_by(yes_when: Any, *languages: str) -> dict[str, Any]:
    """What answers the question once the form is loaded, without what is at its default."""
    (question,) = parse_rubric(form(yes_when, *languages), source="mine.yaml").questions()
    assert isinstance(question, YesNo)
    return question.yes_when.model_dump(exclude_defaults=True)


def refusal(yes_when: Any, *languages: str) -> str:
    with pytest.raises(RubricError) as refused:
        parse_rubric(form(yes_when, *languages), source="mine.yaml")
    return str(refused.value)


def test_a_named_detector_is_the_one_written_out():
    sympathy = phrase_list("sympathy").en
    written = {
        "kind": "pool",
        "weights": [1.0, 0.3],
        "of": [
            {"kind": "verdict", "name": "empathy", "option": "yes", "among": ["yes", "no"]},
            {
                "kind": "phrase",
                "match": "pattern",
                "negated": "count",
                "absent": 0.35,
                "where": {"by": "agent", "first_share": 0.5},
                "phrases": list(sympathy.phrases),
                "unless": list(sympathy.unless),
            },
        ],
    }
    named = {"kind": "named", "name": "early_sympathy"}
    assert answered_by(named) == answered_by(written)
    versions = [parse_rubric(form(each), source="mine.yaml").version for each in (named, written)]
    assert versions[0] == versions[1]


def test_a_name_takes_the_patterns_of_the_forms_language():
    found = {language: answered_by({"kind": "phrase", "list": "apology"}, language) for language in ("en", "zh")}
    assert found["en"]["phrases"] == phrase_list("apology").en.phrases
    assert found["zh"]["phrases"] == phrase_list("apology").zh.phrases


def test_a_form_in_two_languages_takes_the_patterns_of_both():
    both = answered_by({"kind": "phrase", "list": "absolute_promise"}, "zh", "en")
    lists = phrase_list("absolute_promise")
    assert both["phrases"] == (*lists.en.phrases, *lists.zh.phrases)
    assert both["unless"] == (*lists.en.unless, *lists.zh.unless)


def test_own_phrases_and_vetoes_follow_those_of_the_list():
    own = {"kind": "phrase", "list": "absolute_promise", "phrases": ["on my honour"], "unless": ["honour guard"]}
    found, lists = answered_by(own), phrase_list("absolute_promise").en
    assert found["phrases"] == (*lists.phrases, "on my honour")
    assert found["unless"] == (*lists.unless, "honour guard")


def test_what_the_part_itself_says_overrides_the_list():
    assert answered_by({"kind": "phrase", "list": "recording_words"})["quoted"] == "count"
    assert "quoted" not in answered_by({"kind": "phrase", "list": "recording_words", "quoted": "ignore"})


def test_a_step_and_a_prohibited_phrase_take_a_list_too():
    script = answered_by({"kind": "script", "steps": [{"id": "sorry", "list": "apology", "says": ["my bad"]}]})
    apology = phrase_list("apology").en.phrases
    assert script["steps"] == ({"id": "sorry", "match": "pattern", "says": (*apology, "my bad")},)
    assert answered_by({"kind": "prohibited", "list": "threat"}) == {
        "kind": "prohibited",
        "phrases": phrase_list("threat").en.phrases,
    }


def test_names_are_replaced_wherever_they_are():
    moment = {"kind": "any", "of": [{"kind": "phrase", "list": "price"}]}
    found = answered_by({"kind": "not", "of": {"kind": "count", "of": moment, "at_least": 2}})
    assert found["of"]["of"]["of"][0]["phrases"] == phrase_list("price").en.phrases


def test_an_included_question_keeps_the_names_of_the_form_it_comes_from():
    text = form({"kind": "phrase", "phrases": ["so"]}, "en", "zh", include="support.zh", question="offer_help")
    _, included = parse_rubric(text, source="mine.yaml").questions()
    assert included in list(load_rubric("support.zh").members[0].questions())


@pytest.mark.parametrize(
    ("yes_when", "message"),
    [
        ({"kind": "named", "name": "nothing"}, "there is no detector named 'nothing'. Name one of: announced_and"),
        ({"kind": "named"}, "there is no detector named ''"),
        ({"kind": "named", "name": ["a"]}, "there is no detector named \"['a']\""),
        ({"kind": ["phrase"], "list": "apology"}, "Input tag"),
        ({"kind": "named", "name": "early_sympathy", "where": {"by": "ivr"}}, "a named detector has no where"),
        ({"kind": "phrase", "list": "nothing"}, "there is no phrase list named 'nothing'. Name one of: absolute_p"),
        ({"kind": "phrase", "list": "apology", "match": "fuzzy"}, "a phrase list holds patterns"),
        ({"kind": "script", "steps": [{"id": "s", "list": "sympathy"}]}, "has `unless`, which a step cannot have"),
        ({"kind": "act", "act": "recaps", "list": "recap"}, "not permitted"),
        ({"kind": "phrase", "list": "apology", "phrases": "sorry"}, "valid tuple"),
    ],
)
def test_a_name_that_does_not_fit_is_refused_with_its_place(yes_when: dict[str, Any], message: str):
    text = refusal(yes_when)
    assert text.startswith("mine.yaml, at sections > all > questions > asked > yes_when")
    assert message in text


def test_a_detector_that_differs_by_language_needs_a_form_for_each():
    assert "differs between en and zh" in refusal({"kind": "named", "name": "recap_or_check"}, "en", "zh")
    assert answered_by({"kind": "named", "name": "offer_of_help"}, "en", "zh")["kind"] == "pool"


def test_no_name_stands_for_two_things():
    assert set(named_detectors()) & set(phrase_list_names()) == set()
    assert list(names()) == [*sorted(named_detectors()), *phrase_list_names()]


def test_the_definition_of_a_list_can_be_copied_into_a_form():
    copied = {"kind": "phrase", **yaml.safe_load(definition("absolute_promise", languages=["en"]))}
    assert answered_by(copied) == answered_by({"kind": "phrase", "list": "absolute_promise"})


def test_the_definition_of_a_detector_can_be_copied_into_a_form():
    for name in named_detectors():
        copied = yaml.safe_load(definition(name, languages=["zh"]))
        assert answered_by(copied, "zh") == answered_by({"kind": "named", "name": name}, "zh")


def test_a_detector_that_differs_by_language_is_shown_in_each():
    shown = definition("repeated_contact")
    assert shown.startswith("# repeated_contact, en: ")
    assert "\n\n# repeated_contact, zh: " in shown


def test_a_form_made_from_a_built_in_one_keeps_its_names(tmp_path: Path):
    out = tmp_path / "ours.yaml"
    write_from_template("ours.en", template="support.en", out=out, on=date(2026, 11, 30))
    text = out.read_text("utf-8")
    assert "{kind: named, name: threat_to_leave}" in text
    out.write_text(text.replace("name: threat_to_leave", "name: request_for_superior"), "utf-8")
    assert load_rubric(out).version != load_rubric("support.en").version
