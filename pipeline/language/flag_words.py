"""Flag words: why a call is worth hearing, in the language of a reader.

Ids of questions and answers are between backticks; a page that knows their names puts these in their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.language.translator import Translator, message
from pipeline.reason import Reason

SENTENCES: Mapping[str, str] = {
    "form_failed": message("The form failed as a whole: {question}"),
    "form_failed_by_answer": message("The form failed as a whole: {question} was answered {answer}"),
    "prohibited_remark": message("The agent made a prohibited remark"),
    "escalation": message("The customer asked for a supervisor"),
    "churn": message("The customer threatened to leave"),
    "repeat_contact": message("The customer had called about it before"),
    "questions_failed": message("Failed: {questions}"),
    "low_score": message("A low score"),
    "low_score_lost_on": message("The score is {score:.0f}; most was lost on {question}"),
    "mood_turned_negative": message("The customer's mood turned negative"),
    "mood_stayed_negative": message("The customer's mood stayed negative to the end"),
    "person_must_answer": message("A person must answer {questions}"),
}
FLAG_CODES = tuple(SENTENCES)
_IDS = ("question", "answer")


def word_flag(reason: Reason, translator: Translator) -> str:
    """The sentence of a flag. Raises KeyError for a code that this version does not know."""
    values: dict[str, Any] = dict(reason.values)
    values |= {name: _quoted(values[name]) for name in _IDS if name in values}
    if "questions" in values:
        values["questions"] = _listed(values["questions"], translator)
    sentence = translator.gettext(SENTENCES[reason.code], **values)
    return sentence + _of_leg(values, translator) if "leg" in values else sentence


def _of_leg(values: Mapping[str, Any], translator: Translator) -> str:
    """Whose leg it is, on a call that was transferred."""
    agent = values["agent"] or translator.gettext("unknown")
    return translator.gettext(" (leg {leg}, agent {agent})", leg=values["leg"], agent=agent)


def _listed(ids: Sequence[str], translator: Translator) -> str:
    return translator.listed([_quoted(each) for each in ids])


def _quoted(name: str) -> str:
    return f"`{name}`"
