from datetime import date, datetime

import pytest
from analytics_store import memory_store

from pipeline.analytics.contacts.contacts import COLUMNS, create_contacts

CALL = {
    "call_id": "c1",
    "customer_id": "K1",
    "agent_id": "A1",
    "queue": "billing",
    "language": "en",
    "duration_s": 60.0,
}


def contacts_of(calls, *, answers=(), scorecards=()):
    connection = memory_store(calls=calls, answers=answers, scorecards=scorecards)
    connection.execute("drop table contacts")
    create_contacts(connection, rubric_ids=["support.en"])
    found = connection.execute("select * from contacts")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def answer(question, value, *, form="support.en"):
    return {"call_id": "c1", "rubric_id": form, "leg": 1, "question_id": question, "value": value}


def test_the_table_has_the_declared_columns():
    connection = memory_store(calls=[CALL], answers=[], scorecards=[])
    connection.execute("drop table contacts")
    create_contacts(connection, rubric_ids=["support.en"])
    described = connection.execute("describe contacts").fetchall()
    assert {name: kind.lower() for name, kind, *_ in described} == COLUMNS


def test_a_start_is_in_utc_and_null_if_only_the_day_is_known():
    calls = [
        CALL | {"call_id": "a", "date": date(2026, 3, 2), "started_at": "2026-03-02T09:00:00+08:00"},
        CALL | {"call_id": "b", "date": date(2026, 3, 2), "started_at": "2026-03-02"},
        CALL | {"call_id": "c", "date": date(2026, 3, 2), "started_at": "2026-03-02T09:00:00"},
    ]
    starts = [row["started_at"] for row in contacts_of(calls)]
    assert starts == [datetime(2026, 3, 2, 1), None, datetime(2026, 3, 2, 9)]


@pytest.mark.parametrize("customer_id", ["", "  ", "unknown", "Anonymous", "0000000", "x", "匿名", "N/A"])
def test_a_word_for_an_unknown_customer_links_nothing(customer_id):
    (row,) = contacts_of([CALL | {"customer_id": customer_id}])
    assert row["customer_id"] == ""


def test_an_id_is_trimmed():
    (row,) = contacts_of([CALL | {"customer_id": " 4711 "}])
    assert row["customer_id"] == "4711"


def test_answers_by_the_chosen_forms_count():
    answers = [
        answer("repeat_contact", "yes"),
        answer("outcome", "resolved"),
        answer("churn_risk", "yes", form="other"),
    ]
    (row,) = contacts_of([CALL], answers=answers)
    assert (row["says_repeat"], row["escalated"], row["churn"], row["outcome"]) == (True, False, False, "resolved")


def test_an_unsure_outcome_is_empty():
    (row,) = contacts_of([CALL], answers=[answer("outcome", "unsure")])
    assert row["outcome"] == ""


def test_the_agents_are_those_of_the_legs_and_the_total_is_their_mean():
    card = {"call_id": "c1", "rubric_id": "support.en"}
    cards = [card | {"leg": 1, "agent_id": "A1", "total": 60.0}, card | {"leg": 2, "agent_id": "A2", "total": 80.0}]
    (row,) = contacts_of([CALL], scorecards=cards)
    assert (row["agents"], row["total"]) == (["A1", "A2"], 70.0)
