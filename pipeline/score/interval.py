"""The 90 % interval of a total, by Monte Carlo over the probabilities of its answers.

The bounds are quantiles of the drawn totals. Their level is calibrated on held-out labelled calls
(`Reliability.level`), because the nominal level is off in both directions: totals move in steps, which makes intervals
too wide, and errors within a call are correlated, which makes them too narrow. This is distributional conformal
prediction: Chernozhukov, Wuethrich and Zhu (2021), PNAS 118 (48).

Each question has its own random stream, seeded by its id, so the result depends neither on the order of the questions
nor on the number of calls. A follow-up question is drawn only where the draw of the earlier question asks for it.
Draws in which nothing applies are dropped.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pipeline.rubric.question import AutoFail, Question, is_one_of
from pipeline.rubric.rubric import Rubric
from pipeline.score.answer_points import points_earned, points_kind, points_possible, points_share
from pipeline.score.context.reliability import COVERAGE
from pipeline.score.question_result import QuestionResult
from pipeline.scorecard import FAILED, NOT_APPLICABLE

Draws = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DRAWS = 1000


def _zeros() -> Draws:
    return np.zeros(DRAWS)


@dataclass(slots=True)
class _Sums:
    """The points of a section in every draw, as in `arithmetic`."""

    earned: Draws = field(default_factory=_zeros)
    possible: Draws = field(default_factory=_zeros)
    lost: Draws = field(default_factory=_zeros)
    at_risk: Draws = field(default_factory=_zeros)
    gained: Draws = field(default_factory=_zeros)
    cap: Draws = field(default_factory=lambda: np.full(DRAWS, 100.0))
    can_lose: Mask = field(default_factory=lambda: np.zeros(DRAWS, dtype=bool))


@dataclass(frozen=True, slots=True)
class _DrawnAnswers:
    """A question's answer in every draw, as indices into `answers`. The last answer is `na`."""

    answers: tuple[str, ...]
    indices: npt.NDArray[np.intp]

    def is_one_of(self, names: tuple[str, ...]) -> Mask:
        """Mask of the draws with one of these answers."""
        return np.array([is_one_of(answer, names) for answer in self.answers])[self.indices]

    @property
    def applies(self) -> Mask:
        """Mask of the draws in which the question applies."""
        return np.asarray(self.indices < len(self.answers) - 1)


def interval(
    rubric: Rubric, question_results: Sequence[QuestionResult], *, level: float = COVERAGE
) -> tuple[float, float] | None:
    """The central interval that holds `level` of the drawn totals; None when nothing applies in any draw."""
    drawn = totals(rubric, question_results)
    if not len(drawn):
        return None
    tail = (1 - level) / 2
    in_order = np.sort(drawn)
    return quantile(in_order, tail), quantile(in_order, 1 - tail)


def quantile(in_order: Draws, share: float) -> float:
    """`np.quantile` for sorted numbers: equal to the last digit and several times as fast."""
    position = share * (len(in_order) - 1)
    below = math.floor(position)
    low, high = float(in_order[below]), float(in_order[min(below + 1, len(in_order) - 1)])
    fraction = position - below
    return high - (high - low) * (1 - fraction) if fraction >= 0.5 else low + (high - low) * fraction


def totals(rubric: Rubric, question_results: Sequence[QuestionResult]) -> Draws:
    """The total of each draw in which a question applies: float64 [at most `DRAWS`]."""
    stakes = rubric.stakes()
    by_id = {question_result.answer.question_id: question_result for question_result in question_results}
    with_follow_up = {question.ask_after.question for question in rubric.questions() if question.ask_after}
    drawn: dict[str, _DrawnAnswers] = {}
    form_cap = np.full(DRAWS, rubric.most)
    sums = [_Sums() for _ in rubric.sections]
    for section, section_sums in zip(rubric.sections, sums, strict=True):
        for question in section.questions:
            question_result = by_id.get(question.id)
            matters = stakes[question.id] or question.auto_fail or question.id in with_follow_up
            if question_result is None or question_result.answer.value == FAILED or not matters:
                continue
            answers = drawn[question.id] = _draw(question, question_result, drawn)
            _add(section_sums, question, answers, stake=stakes[question.id])
            _cap(question.auto_fail, answers, form=form_cap, section=section_sums.cap)
    return _totals(sums, form_cap)


def _draw(question: Question, question_result: QuestionResult, earlier: dict[str, _DrawnAnswers]) -> _DrawnAnswers:
    answers = (*question_result.options, NOT_APPLICABLE)
    indices = _indices(
        question.id, [*(question_result.gate * p for p in question_result.options.values()), 1 - question_result.gate]
    )
    after = question.ask_after
    if after is not None and after.question in earlier:
        indices = np.where(earlier[after.question].is_one_of(after.answers), indices, len(answers) - 1)
    return _DrawnAnswers(answers, indices)


def _indices(name: str, probabilities: Sequence[float]) -> npt.NDArray[np.intp]:
    """Draw `DRAWS` indices with these probabilities."""
    edges = np.cumsum(probabilities)
    uniform = _uniform(name) * edges[-1]
    drawn = np.zeros(DRAWS, dtype=np.intp)
    for edge in edges[:-1]:
        drawn += edge <= uniform
    return drawn


@lru_cache(maxsize=512)
def _uniform(name: str) -> Draws:
    """`DRAWS` uniform numbers, the same for a question in every call."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    drawn = np.random.default_rng(seed).random(DRAWS)
    drawn.setflags(write=False)
    return drawn


def _add(sums: _Sums, question: Question, drawn: _DrawnAnswers, *, stake: float) -> None:
    # The last answer, `na`, earns nothing and has no possible points.
    by_answer = [
        points_earned(question, share=points_share(question, answer), stake=stake) for answer in drawn.answers[:-1]
    ]
    earned = np.array([*by_answer, 0.0])[drawn.indices]
    possible = np.array([*[points_possible(question, stake=stake)] * len(by_answer), 0.0])[drawn.indices]
    match points_kind(question):
        case "linear":
            sums.earned += earned
            sums.possible += possible
        case "loss":
            sums.lost += possible - earned
            sums.at_risk += possible
            sums.can_lose |= drawn.applies
        case "gain":
            sums.gained += earned


def _cap(auto_fail: AutoFail | None, drawn: _DrawnAnswers, *, form: Draws, section: Draws) -> None:
    if auto_fail is None:
        return
    fails = drawn.is_one_of(auto_fail.on)
    cap = form if auto_fail.scope == "form" else section
    cap[fails] = np.minimum(cap[fails], auto_fail.cap)


def _totals(sums: Sequence[_Sums], form_cap: Draws) -> Draws:
    possible = sum((section.possible for section in sums), _zeros())
    can_lose = np.any([section.can_lose for section in sums], axis=0)
    applies = (possible > 1e-9) | can_lose
    earned = sum((np.minimum(s.earned, s.possible * s.cap / 100) for s in sums), _zeros())
    lost = sum((np.maximum(s.lost, s.at_risk * (1 - s.cap / 100)) for s in sums), _zeros())
    gained = sum((section.gained * (section.cap >= 100) for section in sums), _zeros())
    start = np.full(DRAWS, 100.0)
    np.divide(100 * earned, possible, out=start, where=possible > 1e-9)
    return np.asarray(np.minimum(np.maximum(start + gained - lost, 0), form_cap)[applies])
