import duckdb
import pytest
from promise_sentences import rows

from pipeline.analytics.promises.outcome_patterns import CLUE, shown

HALVES = [f"later_{half}" for half in ("develop", "heldout")]


@pytest.mark.parametrize("half", HALVES)
def test_customers_words_about_promises_are_understood(half):
    told = [(row["shows"] or None, shown(row["said"], kind=row["kind"])) for row in rows(half)]
    assert sum(meant == found for meant, found in told) / len(told) >= 0.95
    assert [found for meant, found in told if found and meant != found] == []


@pytest.mark.parametrize("half", HALVES)
def test_the_clue_matches_every_turn_with_evidence(half):
    telling = [row["said"] for row in rows(half) if shown(row["said"], kind=row["kind"])]
    asked = "select count(*) from (select unnest($said) as text) where regexp_matches(text, $clue)"
    assert duckdb.execute(asked, {"said": telling, "clue": CLUE}).fetchall() == [(len(telling),)]


def test_a_turn_is_read_separately_for_each_kind():
    said = "I got your letter on Monday, but I still haven't had the refund."
    assert shown(said, kind="send") == "kept"
    assert shown(said, kind="refund") == "broken"


def test_traditional_characters_are_understood():
    assert shown("退款還沒收到。", kind="refund") == "broken"
