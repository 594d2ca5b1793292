from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_forms import card, form, measured, yes_no

from pipeline.errors import RubricError
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.load import load_rubric
from pipeline.rubric.weighting import Weighting, weighed

PROFILE = "id: mine\ntitle: Mine\nextends: support\nweights: {greeting: 50}\n"
FACTOR = st.floats(min_value=0.1, max_value=20)
WEIGHTS = st.lists(st.floats(min_value=0.1, max_value=10), min_size=5, max_size=5)
FAMILIES = {"a": "resolution", "b": "experience", "c": "resolution", "d": "compliance"}
HANDLE_TIME = {
    "id": "handle_time", "text": "Settle the call within 5 minutes.", "metric": "handle_time_s", "at_most": 300,
    "unit": "s", "per": "call", "owner": "Team lead",
}  # fmt: skip


def from_file(tmp_path: Path, text: str):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rubric(path)


def indicated(name: str, weight: float = 1.0, *, of_class: str = "qualitative", **more: object):
    indicator = {"class": of_class, "kpi": FAMILIES.get(name, "efficiency")}
    return yes_no(name, weight=weight, indicator=indicator, **more)


def weighting(**more: object) -> Weighting:
    return Weighting.model_validate({"id": "mine", "title": "Mine", "extends": "support"} | more)


def by(made: Weighting, *sections: list[dict[str, object]]):
    """A form that the weighting does not extend, weighed by it."""
    return weighed(RubricFamily("r", (form(*sections),)), made).members[0]


@pytest.mark.parametrize("name", ["cost", "experience", "profit"])
def test_a_weighting_asks_the_same_questions_in_every_language(name: str):
    family, support = load_rubric(name), load_rubric("support")
    assert [made.id for made in family.members] == [f"{name}.en", f"{name}.zh"]
    for made, plain in zip(family.members, support.members, strict=True):
        assert [question.id for question in made.questions()] == [question.id for question in plain.questions()]
        assert made.version != plain.version
        assert sum(made.weights().values()) == pytest.approx(100)


def test_a_section_that_is_not_named_keeps_its_weight(tmp_path: Path):
    made = from_file(tmp_path, PROFILE).members[0]
    assert {section.id: section.weight for section in made.sections if section.weight} == {
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
        ("extends: support", "extends: nothing", "no rubric named 'nothing'"),
        ("title: Mine", "colour: red", "not permitted"),
        ("weights: {greeting: 50}", "", "weighs nothing"),
    ],
)
def test_a_weighting_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, message: str):
    with pytest.raises(RubricError, match=message):
        from_file(tmp_path, PROFILE.replace(old, new))


@given(WEIGHTS, FACTOR, FACTOR)
def test_a_factor_multiplies_what_its_family_is_worth_and_nothing_within_it(weights, one, two):
    sections = [
        [indicated("a", weights[0]), indicated("b", weights[1])],
        [indicated("c", weights[2]), indicated("d", weights[3]), yes_no("e", weight=weights[4])],
    ]
    plain = form(*sections).weights()
    new = by(weighting(kpis={"resolution": one, "experience": two}), *sections).weights()
    assert sum(new.values()) == pytest.approx(100)
    assert new["a"] / new["c"] == pytest.approx(plain["a"] / plain["c"])
    assert new["d"] / new["e"] == pytest.approx(plain["d"] / plain["e"])
    assert new["a"] / new["e"] == pytest.approx(one * plain["a"] / plain["e"])
    assert new["b"] / new["d"] == pytest.approx(two * plain["b"] / plain["d"])


@given(WEIGHTS, FACTOR, FACTOR)
def test_a_greater_factor_never_makes_a_family_worth_less(weights, one, two):
    sections = [[indicated("a", weights[0]), indicated("b", weights[1])], [indicated("d", weights[2])]]
    low, high = (by(weighting(kpis={"resolution": each}), *sections).weights()["a"] for each in sorted((one, two)))
    assert low <= high + 1e-9


@given(WEIGHTS, st.floats(min_value=0.05, max_value=0.95))
def test_a_blend_gives_quantitative_questions_their_share(weights, share):
    numbers = [indicated("n", weights[0], of_class="quantitative"), indicated("a", weights[1])]
    new = by(
        weighting(quantitative_share=share), numbers, [indicated("b", weights[2]), indicated("d", weights[3])]
    ).weights()
    assert new["n"] == pytest.approx(100 * share)
    assert sum(new.values()) == pytest.approx(100)


def test_the_targets_of_each_call_are_asked_where_classes_are_blended():
    made = by(weighting(quantitative_share=0.4, targets=[HANDLE_TIME]), [indicated("a"), indicated("b")])
    assert made.weights()["target_handle_time"] == pytest.approx(40)
    assert card(made, measured(), a=1, b=0).total == pytest.approx(70)
    assert [target.id for target in made.targets] == ["handle_time"]


def test_a_form_without_the_families_of_a_weighting_is_refused():
    with pytest.raises(RubricError, match="has questions of none"):
        by(weighting(kpis={"resolution": 2}), [yes_no("a")])


def test_a_blend_of_one_class_is_refused():
    with pytest.raises(RubricError, match="blends two classes"):
        by(weighting(quantitative_share=0.5), [indicated("a")])


def test_any_form_can_be_weighed_by_a_shipped_weighting(tmp_path: Path):
    path = tmp_path / "ours.yaml"
    plain = form([indicated("a"), indicated("b")])
    path.write_text(plain.model_dump_json(by_alias=True, exclude_defaults=True), encoding="utf-8")
    points = {name: load_rubric(f"{path}@{name}").members[0].weights() for name in ("cost", "experience", "profit")}
    assert points["cost"]["a"] > 50 > points["experience"]["a"]
    assert sum(points["profit"].values()) == pytest.approx(100)
    assert load_rubric(f"{path}@cost").members[0].id == "r.cost.en"


def test_a_weighting_that_is_not_there_lists_those_that_are():
    with pytest.raises(RubricError, match=r"no weighting named 'luxury'.*cost, experience, profit"):
        load_rubric("support@luxury")


@pytest.mark.parametrize("name", ["cost", "experience", "profit"])
@pytest.mark.parametrize("rubric", ["sales", "collections", "complaints", "technical"])
def test_every_shipped_weighting_weighs_every_ready_form(rubric: str, name: str):
    plain, by_weighting = load_rubric(rubric), load_rubric(f"{rubric}@{name}")
    assert by_weighting.id == f"{rubric}@{name}"
    for made, form_ in zip(by_weighting.members, plain.members, strict=True):
        assert [question.id for question in made.questions()] == [question.id for question in form_.questions()]
        assert sum(made.weights().values()) == pytest.approx(100)
        assert made.weights() != form_.weights()
