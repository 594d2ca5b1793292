"""Questions taken over from another form."""

import pytest

from pipeline.errors import RubricError
from pipeline.rubric.load import load_rubric, parse_rubric

FORM = """
id: mine
title: Mine
languages: [en]
sections:
  - id: one
    title: One
    weight: 1
    questions:
      - {include: support.en, question: QUESTION, weight: 3}
"""


def test_an_included_question_is_the_other_forms_with_the_keys_given_here():
    (mine,) = parse_rubric(FORM.replace("QUESTION", "offer_help"), source="mine").questions()
    (form,) = load_rubric("support.en").members
    theirs = next(question for question in form.questions() if question.id == "offer_help")
    assert mine == theirs.model_copy(update={"weight": 3.0})


def test_an_unknown_question_is_refused_with_those_that_there_are():
    with pytest.raises(RubricError, match=r"mine includes the question 'sings'.*offer_help"):
        parse_rubric(FORM.replace("QUESTION", "sings"), source="mine")


def test_an_unknown_form_is_refused():
    with pytest.raises(RubricError, match=r"nothing\.en\.yaml does not exist"):
        parse_rubric(FORM.replace("support.en", "nothing.en"), source="mine")
