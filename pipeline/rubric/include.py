"""Includes questions of built-in forms, so that each question is written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.errors import RubricError

Read = Callable[[str], Mapping[str, Any]]


def with_included(data: dict[str, Any], *, read: Read, source: str) -> dict[str, Any]:
    """The form with each `{include: support.en, question: empathy}` replaced by that question.

    Other keys beside them override those of the question, e.g. `weight: 2`. Raises RubricError for an unknown question.
    """
    sections = data.get("sections")
    if not isinstance(sections, list):
        return data
    return {**data, "sections": [_section(section, read=read, source=source) for section in sections]}


def _section(section: Any, *, read: Read, source: str) -> Any:
    if not isinstance(section, dict) or not isinstance(section.get("questions"), list):
        return section
    questions = [
        _question(each, read=read, source=source) if isinstance(each, dict) and "include" in each else each
        for each in section["questions"]
    ]
    return {**section, "questions": questions}


def _question(asked: dict[str, Any], *, read: Read, source: str) -> dict[str, Any]:
    form, name = str(asked["include"]), asked.get("question")
    known = {each.get("id"): each for section in read(form).get("sections", ()) for each in section["questions"]}
    if name not in known:
        raise RubricError(
            f"{source} includes the question {name!r}, which the form {form} does not have",
            remedy=f"It has: {', '.join(map(str, known))}.",
        )
    own = {key: value for key, value in asked.items() if key not in {"include", "question"}}
    return {**known[name], **own}
