import re
from pathlib import Path

import pytest
import typer
import yaml

from everycall.cli import app

COMMANDS = sorted(typer.main.get_command(app).commands["rubric"].commands)  # type: ignore[attr-defined]
VAGUE = """
id: ours.en
title: Ours
languages: [en]
sections:
  - id: all
    title: All
    weight: 1
    questions:
      - id: tone
        text: Was the agent professional?
        help: {text: In tone.}
        kind: yes_no
        yes_when: {kind: phrase, phrases: [please]}
"""


def files(store):
    return {path: path.read_bytes() for path in Path(store).rglob("*") if path.is_file()}


def test_the_commands_on_forms_are_these():
    assert COMMANDS == ["diff", "guide", "lint", "new", "show", "targets", "try"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_on_forms_shows_an_example_of_itself(name, everycall):
    assert re.search(rf"Example: everycall rubric {name}\b", " ".join(everycall("rubric", name, "--help").split()))


def test_lint_tells_rule_place_reason_and_remedy_and_can_fail(everycall, tmp_path):
    (tmp_path / "ours.yaml").write_text(VAGUE, "utf-8")
    output = everycall("rubric", "lint", tmp_path / "ours.yaml")
    assert "vague ours.en, sections > all > tone: “professional” means something else to every reviewer" in output
    assert "Ask for what is said or done" in output
    assert "3 findings in 1 questions" in output
    everycall("rubric", "lint", tmp_path / "ours.yaml", "--strict", exits=1)


def test_a_new_form_can_be_linted_and_explained(everycall, tmp_path):
    form, page = tmp_path / "ours.yaml", tmp_path / "guide.html"
    everycall("rubric", "new", "ours.zh", "--from", "support.zh", "--out", form)
    assert "in 16 questions" in everycall("rubric", "lint", form)
    everycall("rubric", "guide", form, "--out", page)
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_what_is_behind_a_name_is_shown_as_yaml(everycall):
    output = everycall("rubric", "show", "early_sympathy")
    assert "# early_sympathy: The agent acknowledges the customer's trouble in the first half of the call." in output
    assert "list: sympathy" in output
    assert yaml.safe_load(everycall("rubric", "show", "apology", "--language", "zh")) == {
        "match": "pattern",
        "phrases": ["(抱歉|对不起|对不住|道歉|致歉|歉意|过意不去)"],
    }


def test_without_a_name_every_name_is_shown(everycall):
    lines = everycall("rubric", "show").splitlines()
    assert "threat_to_leave: The customer threatens to leave, cancel or switch." in lines
    assert "leaving_threat: The customer threatens to leave." in lines


@pytest.mark.parametrize(
    ("given", "message"),
    [(("nothing",), "no detector or list named 'nothing'"), (("apology", "--language", "fr"), "no language 'fr'")],
)
def test_a_name_or_language_that_does_not_exist_is_one_line(everycall, given, message):
    assert message in everycall("rubric", "show", *given, exits=2)


def test_a_weight_that_is_no_number_is_one_line(everycall, tmp_path):
    output = everycall("rubric", "try", "support", "--weight", "outcome", "--store", tmp_path, exits=2)
    assert "'outcome' is not a weight" in output


@pytest.mark.slow
def test_try_tells_who_moves_and_writes_nothing(everycall, scored_store):
    before = files(scored_store)
    output = everycall("rubric", "try", "support", "--weight", "greeting=60", "--store", scored_store)
    assert re.search(r"11 calls compared, \d+ move; mean [\d.]+ → [\d.]+, by [\d.]+ per call", output)
    assert files(scored_store) == before


@pytest.mark.slow
def test_diff_tells_what_differs_and_who_moves_and_writes_nothing(everycall, scored_store):
    before = files(scored_store)
    output = everycall("rubric", "diff", "support", "cost", "--store", scored_store)
    assert re.search(r"cost\.en\s+outcome\s+changed\s+18\.0\s+33\.0", output)
    assert "11 calls compared" in output
    assert files(scored_store) == before


@pytest.mark.slow
def test_a_form_against_itself_moves_nothing(everycall, scored_store):
    output = everycall("rubric", "diff", "support", "support", "--store", scored_store)
    assert "both forms have the same questions and weights" in output
    assert "11 calls compared, 0 move" in output


@pytest.mark.slow
def test_targets_of_calls_without_times_have_no_figures(everycall, scored_store):
    assert "handle_time" not in everycall("rubric", "targets", "cost", "--store", scored_store)
