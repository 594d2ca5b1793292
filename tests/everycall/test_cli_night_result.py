"""What a night says of the questions that could not be answered and of the language model's cost."""

import duckdb
import pytest

from everycall.cli.night_result import cost, unanswered

NO = "the language model says no"


@pytest.fixture
def answers():
    with duckdb.connect() as connection:
        connection.execute("create table answers (question_id varchar, value varchar, reason varchar)")
        yield connection


def test_a_night_without_a_language_model_says_nothing_of_it(answers):
    answers.execute("insert into answers values ('greeting', 'yes', 'said by the agent in turn 0')")
    assert (cost(answers), unanswered(answers)) == ([], [])


def test_its_tokens_are_added_up_over_all_answers(answers):
    answers.execute(
        f"insert into answers values ('a', 'no', '{NO} (1200+40 tokens)'), ('b', 'no', 'x; {NO} (8+2 tokens)')"
    )
    answers.execute(f"insert into answers values ('c', 'no', '{NO} (1+1 tokens); {NO} (1+1 tokens)')")
    assert cost(answers) == ["language model: 3 answers, 1,210 tokens read, 44 written"]


def test_questions_that_could_not_be_answered_are_named_with_the_reason(answers):
    answers.execute("insert into answers values ('a', 'failed', 'it is down'), ('a', 'failed', 'it is down')")
    answers.execute("insert into answers values ('b', 'failed', 'no times'), ('b', 'yes', 'said')")
    assert unanswered(answers) == ["not answered: a on 2 calls, it is down", "not answered: b on 1 call, no times"]
