"""Where a total lies 90 % of the time, when each answer is drawn by its own probabilities.

The bounds are quantiles of the draws. Which ones is measured on held-out labelled calls (`Reliability.level`): totals
move in steps, so the quantiles that 90 % of the draws lie between hold more than 90 % of the true totals, and answers
to one call may be wrong together, so that they hold fewer. Measuring it so is distributional conformal prediction:
Chernozhukov, Wuethrich and Zhu (2021), PNAS 118 (48).
Seeded Monte Carlo: each question has its own stream, named by its id, so neither the order of the questions nor the
number of calls changes a digit. A question that is asked after another is asked in the draws in which that one was
answered so. Draws in which nothing applies are left out.
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
from pipeline.score.context.reliability import COVERAGE
from pipeline.score.question_result import QuestionResult
from pipeline.score.worth import part, points, possible, share
from pipeline.scorecard import FAILED, NOT_APPLICABLE

Draws = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DRAWS = 1000


def _nothing() -> Draws:
    return np.zeros(DRAWS)


@dataclass(slots=True)
class _Sums:
    """The points of a section in every draw; see `arithmetic` for what they mean."""

    earned: Draws = field(default_factory=_nothing)
    possible: Draws = field(default_factory=_nothing)
    lost: Draws = field(default_factory=_nothing)
    at_risk: Draws = field(default_factory=_nothing)
    gained: Draws = field(default_factory=_nothing)
    cap: Draws = field(default_factory=lambda: np.full(DRAWS, 100.0))
    judged: Mask = field(default_factory=lambda: np.zeros(DRAWS, dtype=bool))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A question's answers in every draw, as indices of `answers`, the last of which is `na`."""

    answers: tuple[str, ...]
    indices: npt.NDArray[np.intp]

    def is_one_of(self, names: tuple[str, ...]) -> Mask:
        """The draws with one of these answers."""
        return np.array([is_one_of(answer, names) for answer in self.answers])[self.indices]

    @property
    def applies(self) -> Mask:
        """The draws in which the question applies."""
        return np.asarray(self.indices < len(self.answers) - 1)


def interval(
    rubric: Rubric, question_results: Sequence[QuestionResult], *, level: float = COVERAGE
) -> tuple[float, float] | None:
    """The quantiles between which `level` of the draws lie; None when nothing applied in any draw."""
    drawn = totals(rubric, question_results)
    if not len(drawn):
        return None
    tail = (1 - level) / 2
    in_order = np.sort(drawn)
    return quantile(in_order, tail), quantile(in_order, 1 - tail)


def quantile(in_order: Draws, share: float) -> float:
    """As `np.quantile` has it, digit for digit, of numbers that are sorted already: several times as quick."""
    place = share * (len(in_order) - 1)
    below = math.floor(place)
    low, high = float(in_order[below]), float(in_order[min(below + 1, len(in_order) - 1)])
    part = place - below
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def totals(rubric: Rubric, question_results: Sequence[QuestionResult]) -> Draws:
    """The total of each draw in which anything applies, float64 [up to `DRAWS`]."""
    stakes = rubric.stakes()
    by_id = {question_result.answer.question_id: question_result for question_result in question_results}
    followed = {question.ask_after.question for question in rubric.questions() if question.ask_after}
    drawn: dict[str, _Drawn] = {}
    form_cap = np.full(DRAWS, rubric.most)
    sums = [_Sums() for _ in rubric.sections]
    for section, into in zip(rubric.sections, sums, strict=True):
        for question in section.questions:
            question_result = by_id.get(question.id)
            moves = stakes[question.id] or question.auto_fail or question.id in followed
            if question_result is None or question_result.answer.value == FAILED or not moves:
                continue
            found = drawn[question.id] = _draw(question, question_result, drawn)
            _add(into, question, found, stake=stakes[question.id])
            _cap(question.auto_fail, found, form=form_cap, section=into.cap)
    return _totals(sums, form_cap)


def _draw(question: Question, question_result: QuestionResult, earlier: dict[str, _Drawn]) -> _Drawn:
    answers = (*question_result.options, NOT_APPLICABLE)
    indices = _indices(
        question.id, [*(question_result.gate * p for p in question_result.options.values()), 1 - question_result.gate]
    )
    after = question.ask_after
    if after is not None and after.question in earlier:
        indices = np.where(earlier[after.question].is_one_of(after.answers), indices, len(answers) - 1)
    return _Drawn(answers, indices)


def _indices(name: str, probabilities: Sequence[float]) -> npt.NDArray[np.intp]:
    """`DRAWS` indices by their probabilities."""
    edges = np.cumsum(probabilities)
    uniform = _uniform(name) * edges[-1]
    drawn = np.zeros(DRAWS, dtype=np.intp)
    for edge in edges[:-1]:
        drawn += edge <= uniform
    return drawn


@lru_cache(maxsize=512)
def _uniform(name: str) -> Draws:
    """A question's stream: the same in every call."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    drawn = np.random.default_rng(seed).random(DRAWS)
    drawn.setflags(write=False)
    return drawn


def _add(into: _Sums, question: Question, drawn: _Drawn, *, stake: float) -> None:
    # Where the question does not apply, which stands last, nothing is earned and nothing possible.
    earned = [points(question, share=share(question, answer), stake=stake) for answer in drawn.answers[:-1]]
    worth = np.array([*earned, 0.0])[drawn.indices]
    whole = np.array([*[possible(question, stake=stake)] * len(earned), 0.0])[drawn.indices]
    match part(question):
        case "linear":
            into.earned += worth
            into.possible += whole
        case "loss":
            into.lost += whole - worth
            into.at_risk += whole
            into.judged |= drawn.applies
        case "gain":
            into.gained += worth


def _cap(auto_fail: AutoFail | None, drawn: _Drawn, *, form: Draws, section: Draws) -> None:
    if auto_fail is None:
        return
    fails = drawn.is_one_of(auto_fail.on)
    cap = form if auto_fail.scope == "form" else section
    cap[fails] = np.minimum(cap[fails], auto_fail.cap)


def _totals(sums: Sequence[_Sums], form_cap: Draws) -> Draws:
    possible_points = sum((each.possible for each in sums), _nothing())
    judged = np.any([each.judged for each in sums], axis=0)
    counts = (possible_points > 1e-9) | judged
    earned = sum((np.minimum(each.earned, each.possible * each.cap / 100) for each in sums), _nothing())
    lost = sum((np.maximum(each.lost, each.at_risk * (1 - each.cap / 100)) for each in sums), _nothing())
    gained = sum((each.gained * (each.cap >= 100) for each in sums), _nothing())
    start = np.full(DRAWS, 100.0)
    np.divide(100 * earned, possible_points, out=start, where=possible_points > 1e-9)
    return np.asarray(np.minimum(np.maximum(start + gained - lost, 0), form_cap)[counts])
