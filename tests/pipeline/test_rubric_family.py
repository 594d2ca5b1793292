from pathlib import Path

import pytest
from rubric_forms import form, yes_no
from rubric_store import says, scored
from score_contexts import call, scoring_models

from pipeline.call_facts import CallFacts
from pipeline.errors import RubricError
from pipeline.recording import CallMetadata
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.load import load_rubric
from pipeline.score import score, score_by_every_form
from pipeline.store import open_duckdb


def one(name: str, **used_for: object):
    return form([yes_no("a")], id=name, used_for=used_for)


def fitting(family: RubricFamily, **facts: str) -> list[str]:
    return [each.id for each in family.fitting(CallFacts("en", **facts))]


EVERY = one("every")
BILLING = one("billing", queues=["billing*"])
OUTBOUND = one("outbound", directions=["outbound"], queues=["billing*", "sales"])
ABOUT_MOVES = one("moves", topics=["moving house"])
OLD = one("old", valid_to="2026-06-30")
NEW = one("new", valid_from="2026-07-01")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ["every"]),
        ({"queue": "Billing-2"}, ["billing", "every"]),
        ({"queue": "sales"}, ["every"]),
        ({"queue": "billing", "direction": "outbound"}, ["outbound", "billing", "every"]),
        ({"topic": "Moving house"}, ["moves", "every"]),
    ],
)
def test_the_most_special_form_that_fits_comes_first(facts, expected):
    assert fitting(RubricFamily("f", (EVERY, BILLING, OUTBOUND, ABOUT_MOVES)), **facts) == expected


@pytest.mark.parametrize(("day", "expected"), [("2026-06-30", ["old"]), ("2026-07-01", ["new"]), ("", [])])
def test_a_form_judges_calls_between_its_days(day, expected):
    assert fitting(RubricFamily("f", (OLD, NEW)), day=day) == expected


def test_each_call_is_scored_by_the_form_that_fits_it():
    family = RubricFamily("f", (EVERY, BILLING))
    calls = [call(("agent", "a"), metadata=CallMetadata(queue=queue)) for queue in ("billing", "other")]
    judging = scoring_models(a={"yes": 1.0, "no": 0.0})
    assert [made.rubric_id for made in score(calls, rubric=family, scoring_models=judging)] == ["billing", "every"]
    cards = score_by_every_form(calls, rubric=family, scoring_models=judging)
    assert [[made.rubric_id for made in each] for each in cards] == [["billing", "every"], ["every"]]


def test_a_topic_that_is_known_elsewhere_chooses_the_form():
    family = RubricFamily("f", (EVERY, ABOUT_MOVES))
    judging = scoring_models(a={"yes": 1.0, "no": 0.0})
    (made,) = score([call(("agent", "a"))], rubric=family, scoring_models=judging, topics={"c1": "moving house"})
    assert made.rubric_id == "moves"


def test_a_call_that_no_form_fits_is_told_with_what_is_known_of_it():
    family = RubricFamily("f", (BILLING,))
    with pytest.raises(RubricError, match="no form in en for calls with queue sales, direction unknown"):
        family.for_call(CallFacts("en", queue="sales"))
    assert score_by_every_form([call(("agent", "a"))], rubric=family, scoring_models=scoring_models()) == [()]


def test_a_list_of_forms_holds_files_beside_it_and_built_in_ones(tmp_path: Path):
    (tmp_path / "billing.yaml").write_text(BILLING.model_dump_json(by_alias=True, exclude_defaults=True), "utf-8")
    (tmp_path / "centre.yaml").write_text("id: centre\ntitle: All\nforms: [support, billing.yaml]\n", "utf-8")
    family = load_rubric(tmp_path / "centre.yaml")
    assert (family.id, [each.id for each in family.members]) == ("centre", ["support.en", "support.zh", "billing"])


def test_a_list_with_a_form_twice_is_refused(tmp_path: Path):
    (tmp_path / "centre.yaml").write_text("id: centre\ntitle: All\nforms: [support, support.en]\n", "utf-8")
    with pytest.raises(RubricError, match=r"has support\.en twice"):
        load_rubric(tmp_path / "centre.yaml")


def test_days_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match="is after valid_to"):
        one("x", valid_from="2026-02-01", valid_to="2026-01-01")


def test_a_night_scores_each_call_by_its_form_and_names_those_that_none_fits(tmp_path: Path):
    store = scored(tmp_path, RubricFamily("f", (form([says("thanks")], used_for={"queues": ["first"]}),)))
    with open_duckdb(store) as connection:
        cards = connection.execute("select call_id, rubric_id from scorecards order by 1").fetchall()
        failures = connection.execute("select source, stage, cause from failures order by 1").fetchall()
    assert cards == [("c1", "r.en"), ("c2", "r.en")]
    assert [(source, stage) for source, stage, _ in failures] == [("c3", "score"), ("c4", "score")]
    assert "no form in en for calls with queue second" in failures[0][2]
