"""Roles by content: who greets, names the company, offers help and verifies is the agent; who brings a problem is not.

A transparent scorer: the cues and their weights are in `role_cues.toml`. They are call-centre language in general;
nothing is fitted to names, companies or recordings. How sure it is grows with the evidence, and falls where evidence
stands against evidence: on one channel that is the sign of voices that were mixed up.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipeline.transcript import Language, Role

FIRST_TO_SPEAK = 1.0
OPENING_TURNS = 3
OPENING_FACTOR = 2.0
SLOPE = 0.6
# The log-odds that evidence reaches of which none stands against another: it is never surer than this.
UNDISPUTED_LOG_ODDS = 8.0
# Of channels stated by an exporter, one in a hundred is taken to be stated the wrong way round.
STATED_LOG_ODDS = math.log(99)
MOST_PER_CUE = 3
MOST_PRONOUNS = 10


@dataclass(frozen=True, slots=True)
class Roles:
    """The agent's side and how sure that is, from 0.5 to 1."""

    agent: int
    confidence: float
    by_side: Mapping[int, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`lead` speaks for the agent where positive; `weight` is all that was found, for and against."""

    lead: float
    weight: float

    def __add__(self, other: Evidence) -> Evidence:
        """Both together."""
        return Evidence(self.lead + other.lead, self.weight + other.weight)


@dataclass(frozen=True, slots=True)
class RolePattern:
    """A phrase and its weight: positive speaks for the agent, negative for the customer."""

    weight: float
    pattern: re.Pattern[str]


@cache
def role_patterns(language: Language) -> tuple[RolePattern, ...]:
    """The cues of a language, from `role_cues.toml` beside this module."""
    table = tomllib.loads((Path(__file__).parent / "role_cues.toml").read_text("utf-8"))
    return tuple(
        RolePattern(group["weight"], re.compile(phrase, re.IGNORECASE))
        for group in table[language]
        for phrase in group["phrases"]
    )


def roles_of(said: Sequence[tuple[int, str]], *, language: Language, agent: int | None = None) -> Roles:
    """Which side is the agent. `said` is (side, text) in time order; `agent` is the side if metadata fixes it.

    Metadata is followed whatever is said; words that speak against it lower the confidence, down to 0.5.
    """
    sides = sorted({side for side, _ in said})
    if agent is not None:
        return _named(agent, _confidence_in_stated(said, agent, language), sides)
    if len(sides) == 1:
        alone = evidence([text for _, text in said], language=language)
        return _named(sides[0] if alone.lead >= 0 else 1 - sides[0], _confidence(alone), sides)
    first, second = sides[:2]
    found = _between(said, first, second, language)
    return _named(first if found.lead >= 0 else second, _confidence(found), sides)


def evidence(texts: Sequence[str], *, language: Language) -> Evidence:
    """How much one side talks like an agent: the sum of its cues, those of its opening counted more."""
    opening, rest = " ".join(texts[:OPENING_TURNS]), " ".join(texts[OPENING_TURNS:])
    return _of_cues(opening, language, factor=OPENING_FACTOR) + _of_cues(rest, language, factor=1.0)


def _between(said: Sequence[tuple[int, str]], first: int, second: int, language: Language) -> Evidence:
    """By how much more the first side talks like an agent than the second."""
    own, other = (evidence([text for who, text in said if who == side], language=language) for side in (first, second))
    spoke_first = FIRST_TO_SPEAK if said[0][0] == first else -FIRST_TO_SPEAK
    return Evidence(own.lead - other.lead + spoke_first, own.weight + other.weight + FIRST_TO_SPEAK)


def _confidence_in_stated(said: Sequence[tuple[int, str]], agent: int, language: Language) -> float:
    """How sure it is that the side that metadata names is the agent, when both have spoken: 1 unless words deny it."""
    others = {side for side, _ in said} - {agent}
    if not others or len({side for side, _ in said}) == 1:
        return 1.0
    against = -_between(said, agent, min(others), language).lead
    if against <= 0:
        return 1.0
    return round(max(0.5, 1 / (1 + math.exp(min(SLOPE * against, 50.0) - STATED_LOG_ODDS))), 4)


def _of_cues(text: str, language: Language, *, factor: float) -> Evidence:
    """The weighted cues of a text; one cue counts a few times at most, pronouns by their share."""
    lead = weight = 0.0
    for cue in role_patterns(language):
        found = len(cue.pattern.findall(text))
        counted = factor * cue.weight * min(found, MOST_PER_CUE if abs(cue.weight) >= 1 else MOST_PRONOUNS)
        lead, weight = lead + counted, weight + abs(counted)
    return Evidence(lead, weight)


def _confidence(found: Evidence) -> float:
    """A lead in evidence as a probability, through a logistic curve."""
    if not found.weight:
        return 0.5
    lead = abs(found.lead)
    return round(1 / (1 + math.exp(-min(SLOPE * lead, UNDISPUTED_LOG_ODDS * lead / found.weight))), 4)


def _named(agent: int, confidence: float, sides: Sequence[int]) -> Roles:
    """Roles for all sides."""
    return Roles(agent, confidence, {side: "agent" if side == agent else "customer" for side in sides})
