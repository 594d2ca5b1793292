from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, RubricError
from pipeline.rubric.load import load_rubric
from pipeline.rubric.template import write_from_template

TODAY = date(2026, 11, 21)


def test_a_new_form_asks_what_its_template_asks_under_its_own_name(tmp_path: Path):
    out = tmp_path / "ours.yaml"
    write_from_template("ours.en", template="support.en", out=out, on=TODAY)
    made, plain = load_rubric(out).members[0], load_rubric("support.en").members[0]
    assert made.id == "ours.en"
    assert [question.id for question in made.questions()] == [question.id for question in plain.questions()]
    assert [(change.on, change.why) for change in made.changes] == [(TODAY, "Made from support.en.")]
    assert "# " in out.read_text("utf-8")


def test_the_change_log_of_the_template_is_not_taken_over(tmp_path: Path):
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    write_from_template("first", template="support.zh", out=first, on=TODAY)
    write_from_template("second", template=str(first), out=second, on=TODAY)
    assert [change.why for change in load_rubric(second).members[0].changes] == [f"Made from {first}."]


def test_a_form_is_never_written_over(tmp_path: Path):
    out = tmp_path / "ours.yaml"
    out.write_text("mine", "utf-8")
    with pytest.raises(ConfigError, match="is there already"):
        write_from_template("ours", template="support.en", out=out, on=TODAY)
    assert out.read_text("utf-8") == "mine"


def test_an_unknown_template_lists_those_there_are(tmp_path: Path):
    with pytest.raises(RubricError, match=r"no form named 'nothing'.*support\.en"):
        write_from_template("ours", template="nothing", out=tmp_path / "ours.yaml", on=TODAY)


def test_a_name_that_is_none_is_refused(tmp_path: Path):
    with pytest.raises(RubricError, match="at id"):
        write_from_template("Our Form", template="support.en", out=tmp_path / "ours.yaml", on=TODAY)
