"""From answers to sections, and a total: both are views of the answers.

The total starts from the share of the possible points that the `performance` questions earned: 100 x earned / possible.
A question that does not apply, failed, or is only informative has none, so it leaves the denominator. Then what
`must_be` questions lost and deductions took goes off, and what `attractive` questions and bonuses earned goes on, each
in points of the form's 100, whatever applied. Where nothing but losses could happen, the start is 100. The total stays
between 0 and the form's `most`; a failed form is capped last. An unsure answer counts by the points expected of it.

A section that is failed keeps at most its cap of what was possible in it, and nothing of what goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.rubric.question import AutoFail, is_one_of
from pipeline.rubric.rubric import Rubric, Section
from pipeline.score.worth import part
from pipeline.scorecard import FAILED, NOT_APPLICABLE, Answer, SectionScore


@dataclass(frozen=True, slots=True)
class Tally:
    """What the answers come to. `total` is None when nothing applied."""

    sections: tuple[SectionScore, ...]
    total: float | None
    auto_failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sums:
    """A section's points: `earned` of `possible`, `lost` of what was `at_risk` (or more) and `gained`.

    `judged` says that something could have been lost.
    """

    earned: float
    possible: float
    lost: float
    at_risk: float
    gained: float
    judged: bool


def tally(rubric: Rubric, answers: Sequence[Answer]) -> Tally:
    """Section scores and the total, with auto-fails applied."""
    by_id = {answer.question_id: answer for answer in answers}
    sums = [_sums(section, by_id) for section in rubric.sections]
    pairs = zip(rubric.sections, sums, strict=True)
    failed = tuple(q for q in rubric.questions() if fails(q.auto_fail, by_id.get(q.id), scope="form"))
    return Tally(
        sections=tuple(_section_score(section.id, each, most=rubric.most) for section, each in pairs),
        total=_total(
            sums, most=rubric.most, caps=[question.auto_fail.cap for question in failed if question.auto_fail]
        ),
        auto_failed=tuple(question.id for question in failed),
    )


def fails(auto_fail: AutoFail | None, answer: Answer | None, *, scope: str) -> bool:
    """Whether an answer fails the form or the section."""
    return (
        auto_fail is not None
        and answer is not None
        and auto_fail.scope == scope
        and is_one_of(answer.value, auto_fail.on)
    )


def _sums(section: Section, by_id: Mapping[str, Answer]) -> _Sums:
    earned = possible = lost = at_risk = gained = 0.0
    judged = False
    cap = 100.0
    for question in section.questions:
        answer = by_id.get(question.id)
        if answer is None or answer.best in (NOT_APPLICABLE, FAILED):
            continue
        match part(question):
            case "linear":
                earned, possible = earned + answer.points, possible + answer.points_possible
            case "loss":
                lost, at_risk = lost + answer.points_possible - answer.points, at_risk + answer.points_possible
                judged = True
            case "gain":
                gained += answer.points
        if question.auto_fail and fails(question.auto_fail, answer, scope="section"):
            cap = min(cap, question.auto_fail.cap)
    if cap < 100:
        earned, lost, gained = min(earned, possible * cap / 100), max(lost, at_risk * (1 - cap / 100)), 0.0
    return _Sums(earned, possible, lost, at_risk, gained, judged)


def _section_score(section_id: str, sums: _Sums, *, most: float) -> SectionScore:
    """The section by itself; one of deductions alone starts from 100, as a form of them does."""
    points = sums.earned + sums.at_risk - sums.lost + sums.gained
    possible = sums.possible + sums.at_risk
    if possible:
        score = 100 * points / possible
    elif sums.judged:
        score = 100 + points
    else:
        return SectionScore(section_id, points, possible, None)
    return SectionScore(section_id, points, possible, min(most, max(0.0, score)))


def _total(sums: Sequence[_Sums], *, most: float, caps: Sequence[float]) -> float | None:
    possible = sum(each.possible for each in sums)
    if possible:
        start = 100 * sum(each.earned for each in sums) / possible
    elif any(each.judged for each in sums):
        start = 100.0
    else:
        return None
    moved = start + sum(each.gained for each in sums) - sum(each.lost for each in sums)
    return min([most, max(0.0, moved), *caps])
