from pathlib import Path

import pytest

from pipeline.errors import RubricError
from pipeline.rubric.load import load_rubric

PROFILE = "id: mine\ntitle: Mine\nextends: support\nweights: {greeting: 50}\n"


def from_file(tmp_path: Path, text: str):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rubric(path)


@pytest.mark.parametrize("name", ["cost", "experience", "profit"])
def test_a_profile_asks_the_same_questions_in_every_language(name: str):
    family, support = load_rubric(name), load_rubric("support")
    assert [form.id for form in family.members] == [f"{name}.en", f"{name}.zh"]
    for form, plain in zip(family.members, support.members, strict=True):
        assert [question.id for question in form.questions()] == [question.id for question in plain.questions()]
        assert form.version != plain.version
        assert sum(form.weights().values()) == pytest.approx(100)


def test_a_section_that_is_not_named_keeps_its_weight(tmp_path: Path):
    form = from_file(tmp_path, PROFILE).members[0]
    assert {section.id: section.weight for section in form.sections if section.weight} == {
        "greeting": 50,
        "verification": 20,
        "soft_skills": 20,
        "resolution": 30,
        "closing": 15,
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("greeting: 50", "greting: 50", "cannot weigh greting"),
        ("greeting: 50", "risk: 5", "cannot weigh risk"),
        ("greeting: 50", "greeting: 0", "cannot weigh a section with 0"),
        ("extends: support", "extends: sales", "no rubric named 'sales'"),
        ("title: Mine", "colour: red", "not permitted"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, message: str):
    with pytest.raises(RubricError, match=message):
        from_file(tmp_path, PROFILE.replace(old, new))
