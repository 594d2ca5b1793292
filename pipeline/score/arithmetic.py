"""Compute section scores and the total from the answers.

1. Start with 100 x earned / possible points of the `performance` questions. A question that does not apply, failed or
   is informative has no possible points. If only losses can happen, start with 100.
2. Subtract what `must_be` questions and deductions lost; add what `attractive` questions and bonuses earned. Both are
   points of the form's 100, however many questions applied.
3. Clip to 0 and the form's `most`, then to the caps of failed auto-fail questions.

An unsure answer counts its expected points. A failed section keeps at most its cap of the possible points and no gains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.rubric.question import AutoFail, is_one_of
from pipeline.rubric.rubric import Rubric, Section
from pipeline.score.answer_points import points_kind
from pipeline.scorecard import FAILED, NOT_APPLICABLE, Answer, SectionScore


@dataclass(frozen=True, slots=True)
class Tally:
    """Scores of the sections and the form. `total` is None when nothing applied."""

    sections: tuple[SectionScore, ...]
    total: float | None
    auto_failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sums:
    """A section's points: `earned` of `possible`, `lost` of `at_risk` or more, and `gained`.

    `can_lose`: a question that can lose points applied.
    """

    earned: float
    possible: float
    lost: float
    at_risk: float
    gained: float
    can_lose: bool


def tally(rubric: Rubric, answers: Sequence[Answer]) -> Tally:
    """Compute section scores and the total, with auto-fails applied."""
    by_id = {answer.question_id: answer for answer in answers}
    sums = [_sums(section, by_id) for section in rubric.sections]
    failed = tuple(q for q in rubric.questions() if fails(q.auto_fail, by_id.get(q.id), scope="form"))
    return Tally(
        sections=tuple(
            _section_score(section.id, own, most=rubric.most)
            for section, own in zip(rubric.sections, sums, strict=True)
        ),
        total=_total(
            sums, most=rubric.most, caps=[question.auto_fail.cap for question in failed if question.auto_fail]
        ),
        auto_failed=tuple(question.id for question in failed),
    )


def fails(auto_fail: AutoFail | None, answer: Answer | None, *, scope: str) -> bool:
    """Whether an answer auto-fails this scope: `form` or `section`."""
    return (
        auto_fail is not None
        and answer is not None
        and auto_fail.scope == scope
        and is_one_of(answer.value, auto_fail.on)
    )


def _sums(section: Section, by_id: Mapping[str, Answer]) -> _Sums:
    earned = possible = lost = at_risk = gained = 0.0
    can_lose = False
    cap = 100.0
    for question in section.questions:
        answer = by_id.get(question.id)
        if answer is None or answer.best in (NOT_APPLICABLE, FAILED):
            continue
        match points_kind(question):
            case "linear":
                earned, possible = earned + answer.points, possible + answer.points_possible
            case "loss":
                lost, at_risk = lost + answer.points_possible - answer.points, at_risk + answer.points_possible
                can_lose = True
            case "gain":
                gained += answer.points
        if question.auto_fail and fails(question.auto_fail, answer, scope="section"):
            cap = min(cap, question.auto_fail.cap)
    if cap < 100:
        earned, lost, gained = min(earned, possible * cap / 100), max(lost, at_risk * (1 - cap / 100)), 0.0
    return _Sums(earned, possible, lost, at_risk, gained, can_lose)


def _section_score(section_id: str, sums: _Sums, *, most: float) -> SectionScore:
    """The score of a section on its own. A section of deductions only starts from 100, like a form."""
    points = sums.earned + sums.at_risk - sums.lost + sums.gained
    possible = sums.possible + sums.at_risk
    if possible:
        score = 100 * points / possible
    elif sums.can_lose:
        score = 100 + points
    else:
        return SectionScore(section_id, points, possible, None)
    return SectionScore(section_id, points, possible, min(most, max(0.0, score)))


def _total(sums: Sequence[_Sums], *, most: float, caps: Sequence[float]) -> float | None:
    possible = sum(section.possible for section in sums)
    if possible:
        start = 100 * sum(section.earned for section in sums) / possible
    elif any(section.can_lose for section in sums):
        start = 100.0
    else:
        return None
    total = start + sum(section.gained for section in sums) - sum(section.lost for section in sums)
    return min([most, max(0.0, total), *caps])
