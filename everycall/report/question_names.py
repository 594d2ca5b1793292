"""Question names: what the page calls a question.

The texts of questions are those of the form, so an English page names a question by its id, and a page in another
language by the text of the form in that language where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from everycall.report.quoting import plain_name
from pipeline.language import ENGLISH, Translator, translator_of_call
from pipeline.rubric.load import built_in_rubrics, load_rubric
from pipeline.rubric.rubric import Rubric


def asked_by(forms: Sequence[str], translator: Translator = ENGLISH) -> dict[str, str]:
    """The texts of the questions of these forms, in the reader's language where a form has it.

    Else in the words of the first form that asks it. Only built-in forms are known.
    """
    known = [form for form in forms if form in built_in_rubrics()]
    if translator.language != "en":
        # The same form in all its languages goes by the name without the language.
        families = [form.rpartition(".")[0] or form for form in known]
        known = [form for form in families if form in built_in_rubrics()]
    members = [member for form in known for member in load_rubric(form).members]
    if translator.language != "en":
        members = sorted(members, key=lambda member: not _is_read_by(member, translator))
    asked: dict[str, str] = {}
    for member in reversed(members):
        asked |= {question.id: question.text for question in member.questions()}
    return asked


def question_names(ids: Iterable[str], asked: Mapping[str, str], translator: Translator) -> dict[str, str]:
    """The name of each question, and of the answers that flags name."""
    if translator.language == "en":
        return {question_id: plain_name(question_id) for question_id in ids}
    answers = {
        "yes": translator.pgettext("option", "yes"),
        "no": translator.pgettext("option", "no"),
    }
    return answers | {question_id: asked.get(question_id) or plain_name(question_id) for question_id in {*ids, *asked}}


def _is_read_by(form: Rubric, translator: Translator) -> bool:
    return any(translator_of_call(language).language == translator.language for language in form.languages)
