import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pipeline.errors import RubricError
from pipeline.rubric.form_text import mapping
from pipeline.rubric.load import FOLDER, built_in_rubrics, load_rubric, parse_rubric
from pipeline.rubric.schema import json_schema

SMALL = """
id: small
title: Small
languages: [en]
sections:
  - id: opening
    title: Opening
    weight: 1
    questions:
      - id: thanks
        text: Did the agent say thanks?
        help: {text: Any thanks will do.}
        kind: yes_no
        yes_when: {kind: phrase, phrases: [thank you]}
"""


def refusal(text: str) -> str:
    with pytest.raises(RubricError) as refused:
        parse_rubric(text, source="form.yaml")
    return str(refused.value)


def test_the_published_schema_is_that_of_the_model():
    assert (FOLDER / "rubric.schema.json").read_text(encoding="utf-8") == json_schema()


def test_every_field_of_the_schema_is_described():
    schema = json.loads(json_schema())
    for name, part in {**schema["$defs"], "Rubric": schema}.items():
        bare = [field for field, spec in part.get("properties", {}).items() if "description" not in spec]
        assert not bare, f"{name}: {bare}"


def test_a_form_that_loads_also_fits_the_published_schema():
    rubric = parse_rubric(SMALL, source="form.yaml")
    Draft202012Validator(json.loads(json_schema())).validate(json.loads(rubric.model_dump_json()))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_built_in_form_as_written_fits_the_published_schema(path: Path):
    written = mapping(path.read_text("utf-8"), source=path.name)
    Draft202012Validator(json.loads(json_schema())).validate(written)


@pytest.mark.parametrize("inside", ["kind: phrase", "kind: named, name: nothing", "kind: phrase, list: nothing"])
def test_a_name_that_is_not_known_does_not_fit_the_published_schema(inside: str):
    written = mapping(SMALL.replace("kind: phrase, phrases: [thank you]", inside), source="form.yaml")
    assert not Draft202012Validator(json.loads(json_schema())).is_valid(written)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_built_in_form_is_short_and_holds_no_pattern(path: Path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 250
    assert re.findall(r"\b(?:phrases|says|match|unless):", text) == []


def test_bare_yes_and_no_are_answers_and_not_booleans():
    text = SMALL + "        auto_fail: {on: [no]}\n"
    question = next(parse_rubric(text, source="form.yaml").questions())
    assert question.auto_fail is not None
    assert question.auto_fail.on == ("no",)


def test_the_version_changes_with_content_and_not_with_comments():
    first = parse_rubric(SMALL, source="a.yaml").version
    assert parse_rubric("# a comment\n" + SMALL, source="b.yaml").version == first
    assert parse_rubric(SMALL.replace("thank you", "thanks"), source="c.yaml").version != first


def test_support_judges_each_call_by_the_form_in_its_language():
    family = load_rubric("support")
    assert [family.for_language(language).id for language in ("en", "zh")] == ["support.en", "support.zh"]
    assert "support.en" in built_in_rubrics()


def test_one_language_of_a_family_refuses_the_other():
    with pytest.raises(RubricError, match="judges calls in en, not in zh"):
        load_rubric("support.en").for_language("zh")


def test_a_rubric_loads_from_a_file(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert load_rubric(str(path)).id == "small"


def test_a_name_that_is_not_there_lists_those_that_are():
    with pytest.raises(RubricError, match=r"no rubric named 'nothing'.*support\.en"):
        load_rubric("nothing")


def test_a_missing_file_is_named():
    with pytest.raises(RubricError, match=r"nowhere\.yaml does not exist"):
        load_rubric("nowhere.yaml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path):
    path = tmp_path / "form.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RubricError, match="cannot be read"):
        load_rubric(path)


def test_broken_yaml_names_line_and_column():
    assert "form.yaml, line 3, column" in refusal("id: small\ntitle: [open\nlanguages: [en]\n")


def test_a_key_that_stands_twice_is_refused():
    assert "the key 'title' is there twice" in refusal("id: small\ntitle: A\ntitle: B\n")


def test_text_without_keys_is_refused():
    assert "holds no mapping" in refusal("just words")


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("phrases: [thank you]", "phrase: [thank you]", "thanks > yes_when > phrase:", "not permitted"),
        ("weight: 1", "wieght: 1", "sections > opening > wieght", "not permitted"),
        ("kind: phrase", "kind: fraze", "thanks > yes_when", "fraze"),
        ("kind: yes_no", "kind: yes_no\n        colour: red", "thanks > colour", "not permitted"),
        ("languages: [en]", "languages: [fr]", "languages > 1", "'en' or 'zh'"),
        ("phrases: [thank you]", "phrases: []", "thanks > yes_when > phrases", "at least 1 item"),
        ("kind: yes_no", "kind: yes_no\n        weight: 0", "thanks", "mark it `informative: true`"),
        ("kind: yes_no", "kind: yes_no\n        informative: true", "thanks", "set its weight to 0"),
        ("kind: yes_no", "kind: yes_no\n        auto_fail: {on: [maybe]}", "thanks", "its answers are ['yes', 'no']"),
        ("weight: 1\n", "weight: 0\n", "sections > opening", "its weight is 0 exactly when"),
        ("phrases: [thank you]", "phrases: [a], where: {first_turns: 2, first_s: 9}", "where", "not several of them"),
    ],
)
def test_a_wrong_form_is_refused_with_its_place(old: str, new: str, place: str, message: str):
    text = refusal(SMALL.replace(old, new))
    assert "form.yaml, at " in text
    assert place in text
    assert message in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("[{id: a, share: 1, when: W}, {id: a, share: 0}]", "named twice"),
        ("[{id: na, share: 1, when: W}, {id: b, share: 0}]", "reserved name"),
        ("[{id: a, share: 1}, {id: b, share: 0, when: W}]", "only the last option"),
    ],
)
def test_a_choice_with_wrong_options_is_refused(options: str, message: str):
    detector = "{kind: phrase, phrases: [x]}"
    choice = f"kind: choice\n        options: {options.replace('W', detector)}"
    head = SMALL[: SMALL.index("        kind: yes_no")]
    assert message in refusal(head + "        " + choice + "\n")


def test_a_question_asked_twice_is_refused():
    question = SMALL[SMALL.index("      - id: thanks") :]
    assert "question thanks is there twice" in refusal(SMALL + question)


def test_a_form_in_which_nothing_is_scored_is_refused():
    text = SMALL.replace("weight: 1", "weight: 0").replace("kind: yes_no", "kind: yes_no\n        weight: 0")
    assert "nothing would be scored" in refusal(
        text.replace("weight: 0\n        yes", "weight: 0\n        informative: true\n        yes")
    )
