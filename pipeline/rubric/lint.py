"""Finds questions that people answer differently, and weights that change nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from pipeline.rubric.detector import Phrase
from pipeline.rubric.part import Part
from pipeline.rubric.question import Choice, Deduction, Multiple, Numeric, Question, WeightedQuestion
from pipeline.rubric.rubric import Rubric

WORDS = Path(__file__).with_name("lint_words.toml")
# Of a form's 100 points; a report's rounding hides anything less.
LEAST_POINTS = 1.0
ALIKE = 0.6
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to fix: which rule found it, where in the form, why it matters and what to do."""

    rule: str
    place: str
    reason: str
    remedy: str


def lint(rubric: Rubric) -> tuple[Finding, ...]:
    """Every finding in the order of the form; findings about the whole form come last."""
    found = [
        finding
        for section in rubric.sections
        for question in section.questions
        for finding in _question(question, place=f"sections > {section.id} > {question.id}")
    ]
    return (*found, *_overlaps(rubric), *_weights(rubric))


def _question(question: Question, *, place: str) -> Iterator[Finding]:
    for word in _found("vague", question.text):
        yield Finding(
            "vague",
            place,
            f"“{word}” means something else to every reviewer",
            "Ask for what is said or done: words, an order, a time. Keep the quality for `help`.",
        )
    if _double_barrelled(question.text):
        yield Finding(
            "double_barrelled",
            place,
            "it asks for two things; one that was done and one that was not cannot be answered",
            "Make two questions of it, or a `multiple` with an option for each.",
        )
    for word in _found("inaudible", question.text):
        yield Finding(
            "inaudible",
            place,
            f"“{word}” cannot be heard on a recording",
            "Ask for what is said of it, or answer it by `metadata` from the system that knows.",
        )
    if isinstance(question, WeightedQuestion) and question.weight and not (question.help.good and question.help.bad):
        yield Finding(
            "no_examples",
            place,
            "agents are scored by it and see no example of both sides",
            "Add `good` and `bad` sentences to its `help`.",
        )


def _double_barrelled(text: str) -> bool:
    stages = "|".join(_words("second_verb", "en"))
    english = rf"\b(?:and|as well as|&)\s+(?:also\s+|then\s+|the agent\s+|they\s+)?(?:\w+ly\s+)?(?:{stages})\b"
    # A second clause asks a second thing, whatever its verb: "and did they …", 是否…，是否….
    asking = r"\b(?:and|or|as well as|&)\s+(?:did|does|do|was|were|is|are|has|have|had)\b|是否.*是否"
    chinese = rf"(?:并且|以及|同时|并|和|且)[^，。？]{{0,2}}(?:{'|'.join(_words('second_verb', 'zh'))})"
    return bool(
        re.search(f"{english}|{asking}", text.casefold())
        or re.search(chinese, text)
        or text.count("？") > 1
        or text.count("?") > 1
    )


def _overlaps(rubric: Rubric) -> Iterator[Finding]:
    """Pairs of questions that ask the same, by their words or by the phrases that answer them."""
    stakes = rubric.stakes()
    for first, second in combinations([question for question in rubric.questions() if stakes[question.id]], 2):
        alike = _jaccard(_tokens(first.text), _tokens(second.text))
        shared = _jaccard(_phrases(first), _phrases(second))
        place = f"{first.id}, {second.id}"
        if alike >= ALIKE and not (first.ask_after or second.ask_after):
            reason = f"{alike:.0%} of their words are the same: one fault may cost points twice"
            yield Finding("overlapping", place, reason, "Drop one, or say in both texts what only that one asks.")
        elif shared >= ALIKE:
            reason = f"{shared:.0%} of the phrases that answer them are the same: they move together"
            yield Finding("overlapping", place, reason, "Give each question phrases that only its own answer has.")


def _weights(rubric: Rubric) -> Iterator[Finding]:
    stakes = rubric.stakes()
    for question in rubric.questions():
        stake = stakes[question.id]
        if stake and stake < LEAST_POINTS:
            reason = f"it is worth {stake:.2g} of 100 points: no total shows it"
            yield Finding("weight", question.id, reason, "Give it more weight, or mark it `informative: true`.")
        if stake and len(_shares(question)) == 1:
            yield Finding(
                "weight",
                question.id,
                "every answer earns the same: its weight moves nothing",
                "Give its answers different shares.",
            )
        if question.auto_fail and question.auto_fail.cap >= 100:
            yield Finding(
                "weight",
                question.id,
                "its auto_fail is capped at 100: it fails nothing",
                "Lower the cap, or remove auto_fail.",
            )
        if (
            isinstance(question, WeightedQuestion)
            and question.kano == "attractive"
            and rubric.most == 100
            and _only_gains(rubric)
        ):
            yield Finding(
                "weight",
                question.id,
                "nothing but gains: the total is 100 without it",
                "Raise the form's `most` above 100.",
            )
    if not any(question.indicator for question in rubric.questions()):
        yield Finding(
            "no_indicator",
            "the form",
            "no question says which KPI it serves: weightings cannot weigh it",
            "Add `indicator: {class: qualitative, kpi: …}` to its questions.",
        )


def _only_gains(rubric: Rubric) -> bool:
    return all(
        isinstance(question, WeightedQuestion) and (question.kano == "attractive" or question.informative)
        for question in rubric.questions()
        if not isinstance(question, Deduction)
    )


def _shares(question: Question) -> set[float]:
    """The shares that its answers can earn."""
    match question:
        case Choice():
            return {option.share for option in question.options}
        case Numeric():
            return {band.share for band in question.bands}
        case Multiple():
            return {0.0, *(option.share for option in question.options)}
        case _:
            return {0.0, 1.0}


def _phrases(question: Question) -> frozenset[str]:
    """Every phrase in its detectors."""
    return frozenset(phrase for part in _parts(question) if isinstance(part, Phrase) for phrase in part.phrases)


def _parts(part: object) -> Iterator[Part]:
    """A part and every part in it."""
    if isinstance(part, Part):
        yield part
        for name in type(part).model_fields:
            yield from _parts(getattr(part, name))
    elif isinstance(part, tuple):
        for each in part:
            yield from _parts(each)


def _tokens(text: str) -> frozenset[str]:
    """English words or pairs of Chinese characters, without those that every question has."""
    if _CHINESE.search(text):
        bare = "".join(_CHINESE.findall(re.sub("|".join(_words("in_every_question", "zh")), "", text)))
        return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))
    return frozenset(re.findall(r"[a-z']+", text.casefold())) - {*_words("in_every_question", "en")}


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's index: the size of the intersection over that of the union."""
    return len(one & other) / len(one | other) if one and other else 0.0


def _found(rule: str, text: str) -> list[str]:
    text = re.sub("|".join((*_words("literal", "en"), *_words("literal", "zh"))), "", text.casefold())
    if _CHINESE.search(text):
        return [word for word in _words(rule, "zh") if word in text]
    pattern = "|".join(word.replace("*", r"\w*") for word in _words(rule, "en"))
    return list(dict.fromkeys(re.findall(rf"\b(?:{pattern})\b", text)))


def _words(rule: str, language: str) -> Sequence[str]:
    return _lists()[rule][language]


@cache
def _lists() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
