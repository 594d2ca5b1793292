"""From answers to sections, a total and its interval: all of them views of the answers.

Points are shares of 100 in a form where everything applies. A question that does not apply, failed, or is only
informative has none, so it leaves the denominator: the total is 100 x points earned / points possible. An unsure
answer counts by the points expected of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.rubric.question import AutoFail
from pipeline.rubric.rubric import Rubric
from pipeline.score.ruling import Ruling, share
from pipeline.scorecard import FAILED, NOT_APPLICABLE, Answer, SectionScore

DRAWS = 2000
COVERAGE = 0.90


@dataclass(frozen=True, slots=True)
class Tally:
    """What the answers come to. `total` is None when nothing applied."""

    sections: tuple[SectionScore, ...]
    total: float | None
    auto_failed: tuple[str, ...]


def tally(rubric: Rubric, answers: Sequence[Answer]) -> Tally:
    """Section scores and the total, from 0 to 100, with auto-fails applied."""
    by_id = {answer.question_id: answer for answer in answers}
    sections = []
    for section in rubric.sections:
        mine = [by_id[question.id] for question in section.questions if question.id in by_id]
        possible = sum(answer.points_possible for answer in mine)
        points = sum(answer.points for answer in mine)
        for question in section.questions:
            if _fails(question.auto_fail, by_id.get(question.id), scope="section"):
                points = min(points, possible * _cap(question.auto_fail) / 100)
        sections.append(SectionScore(section.id, points, possible, 100 * points / possible if possible else None))
    failed = tuple(q for q in rubric.questions() if _fails(q.auto_fail, by_id.get(q.id), scope="form"))
    caps = [_cap(question.auto_fail) for question in failed]
    possible = sum(section.points_possible for section in sections)
    total = min([100.0, 100 * sum(s.points for s in sections) / possible, *caps]) if possible else None
    return Tally(tuple(sections), total, tuple(question.id for question in failed))


def _fails(auto_fail: AutoFail | None, answer: Answer | None, *, scope: str) -> bool:
    return auto_fail is not None and answer is not None and auto_fail.scope == scope and answer.value in auto_fail.on


def _cap(auto_fail: AutoFail | None) -> float:
    return auto_fail.cap if auto_fail else 100.0


def interval(rubric: Rubric, rulings: Sequence[Ruling]) -> tuple[float, float] | None:
    """Where the total lies with 90 % probability, when each answer is drawn by its own probabilities.

    Seeded Monte Carlo: each question has its own stream, named by its id, so neither the order of the questions nor
    the number of calls changes a digit. Draws in which nothing applies are left out.
    """
    weights = rubric.weights()
    sections = {q.id: number for number, section in enumerate(rubric.sections) for q in section.questions}
    earned = np.zeros((len(rubric.sections), DRAWS))
    possible = np.zeros((len(rubric.sections), DRAWS))
    section_cap = np.full((len(rubric.sections), DRAWS), 100.0)
    form_cap = np.full(DRAWS, 100.0)
    by_id = {ruling.answer.question_id: ruling for ruling in rulings}
    for question in rubric.questions():
        ruling = by_id.get(question.id)
        if ruling is None or ruling.answer.value == FAILED:
            continue
        options = [*ruling.options, NOT_APPLICABLE]
        drawn = _draw(question.id, [*(ruling.applies * p for p in ruling.options.values()), 1 - ruling.applies])
        at = sections[question.id]
        possible[at] += weights[question.id] * (drawn < len(options) - 1)
        earned[at] += weights[question.id] * np.array([share(question, option) for option in options])[drawn]
        if question.auto_fail:
            fails = np.array([option in question.auto_fail.on for option in options])[drawn]
            cap = form_cap if question.auto_fail.scope == "form" else section_cap[at]
            cap[fails] = np.minimum(cap[fails], question.auto_fail.cap)
    earned = np.minimum(earned, possible * section_cap / 100)
    return _quantiles(earned.sum(axis=0), possible.sum(axis=0), form_cap)


def _draw(name: str, probabilities: Sequence[float]) -> npt.NDArray[np.intp]:
    """`DRAWS` indices by their probabilities."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    uniform = np.random.default_rng(seed).random(DRAWS)
    edges = np.cumsum(probabilities)
    drawn = np.searchsorted(edges, uniform * edges[-1], side="right")
    return np.asarray(np.minimum(drawn, len(probabilities) - 1), dtype=np.intp)


def _quantiles(
    earned: npt.NDArray[np.float64], possible: npt.NDArray[np.float64], cap: npt.NDArray[np.float64]
) -> tuple[float, float] | None:
    applied = possible > 1e-9
    if not applied.any():
        return None
    totals = np.minimum(100 * earned[applied] / possible[applied], cap[applied])
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(totals, [tail, 1 - tail])
    return float(np.clip(low, 0, 100)), float(np.clip(high, 0, 100))
