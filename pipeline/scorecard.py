"""A scorecard: the answers to one rubric, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

NOT_APPLICABLE = "na"
UNSURE = "unsure"
FAILED = "failed"

FailSeverity = Literal["minor", "major", "critical"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verified quote: an exact substring of the turn's text. Times are None without audio."""

    turn: int
    quote: str = field(repr=False)
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question's answer.

    `value` is an option of the question, `na`, `unsure` or `failed`; `best` is the most probable option (or `na`) even
    when `value` is `unsure`. `probability` is that of `best`. `points` of `points_possible` are what it earns; both are
    0 for `na`, and points fall below 0 where more is lost than was possible. An answer about something said has
    `evidence`; one about an absence has `searched`, the turns looked at. `reason` is worded in the language of the
    call; `reason_code` and `reason_values` can be worded in a reader's. A fail has the `severity` that its form gives
    it; flags are made of it at once, so that no table keeps it.
    """

    question_id: str
    value: str
    best: str
    probability: float
    points: float
    points_possible: float
    evidence: tuple[Evidence, ...] = ()
    searched: tuple[int, ...] = ()
    reason: str = field(default="", repr=False)
    method: str = ""
    severity: FailSeverity | None = field(default=None, compare=False)
    reason_code: str = ""
    reason_values: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class SectionScore:
    """Points of one section; `score` is 0 to 100 (or the form's `most`), None if no question in it applied."""

    section_id: str
    points: float
    points_possible: float
    score: float | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All answers of one call, or of one leg of it, to one rubric version.

    `total` follows from the answers and is 0 to 100 (or the form's `most`). `interval` contains the total 90 % of the
    time, as measured on held-out calls (see `score.interval`). `auto_failed` lists the questions that failed the whole
    form. `leg` counts from 1; `agent_id` is the leg's agent.
    """

    call_id: str
    rubric_id: str
    rubric_version: str
    answers: tuple[Answer, ...]
    sections: tuple[SectionScore, ...]
    total: float | None
    interval: tuple[float, float] | None
    auto_failed: tuple[str, ...] = ()
    fingerprint: str = ""
    leg: int = 1
    agent_id: str = ""

    def answer(self, question_id: str) -> Answer:
        """The answer to one question. Raises KeyError if the rubric does not ask it."""
        for answer in self.answers:
            if answer.question_id == question_id:
                return answer
        raise KeyError(question_id)
