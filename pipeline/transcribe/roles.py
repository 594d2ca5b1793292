"""Roles by content: the agent greets, names the company, offers help and verifies; the customer brings a problem.

A transparent score: patterns and weights are in `role_cues.toml`. They are general call-centre language, fitted to no
names, companies or recordings. Confidence grows with the evidence and falls when evidence conflicts, which on one
channel means mixed-up voices.
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

FIRST_SPEAKER_WEIGHT = 1.0
OPENING_TURNS = 3
OPENING_FACTOR = 2.0
SLOPE = 0.6
# Upper limit of the log-odds, reached when no evidence conflicts.
MAX_LOG_ODDS = 8.0
# Exporters swap the channels in one of a hundred recordings.
STATED_LOG_ODDS = math.log(99)
MAX_PER_PATTERN = 3
MAX_PRONOUNS = 10


@dataclass(frozen=True, slots=True)
class Roles:
    """The agent's side and its confidence, from 0.5 to 1."""

    agent: int
    confidence: float
    by_side: Mapping[int, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoleEvidence:
    """`lead` is positive for the agent; `weight` is the total evidence, for and against."""

    lead: float
    weight: float

    def __add__(self, other: RoleEvidence) -> RoleEvidence:
        """Add both leads and both weights."""
        return RoleEvidence(self.lead + other.lead, self.weight + other.weight)


@dataclass(frozen=True, slots=True)
class RolePattern:
    """A phrase and its weight: positive for the agent, negative for the customer."""

    weight: float
    pattern: re.Pattern[str]


@cache
def role_patterns(language: Language) -> tuple[RolePattern, ...]:
    """Load a language's patterns from `role_cues.toml` beside this module."""
    table = tomllib.loads((Path(__file__).parent / "role_cues.toml").read_text("utf-8"))
    return tuple(
        RolePattern(group["weight"], re.compile(phrase, re.IGNORECASE))
        for group in table[language]
        for phrase in group["phrases"]
    )


def roles_of(said: Sequence[tuple[int, str]], *, language: Language, agent: int | None = None) -> Roles:
    """Decide which side is the agent. `said` is (side, text) in time order; `agent` is the side if metadata fixes it.

    Metadata always wins; words that contradict it lower the confidence, down to 0.5.
    """
    sides = sorted({side for side, _ in said})
    if agent is not None:
        return _roles(agent, _confidence_in_stated(said, agent, language), sides)
    if len(sides) == 1:
        alone = role_evidence([text for _, text in said], language=language)
        return _roles(sides[0] if alone.lead >= 0 else 1 - sides[0], _confidence(alone), sides)
    first, second = sides[:2]
    found = _compare(said, first, second, language)
    return _roles(first if found.lead >= 0 else second, _confidence(found), sides)


def role_evidence(texts: Sequence[str], *, language: Language) -> RoleEvidence:
    """Sum of the patterns in one side's turns; its opening turns count more."""
    opening, rest = " ".join(texts[:OPENING_TURNS]), " ".join(texts[OPENING_TURNS:])
    return _match_patterns(opening, language, factor=OPENING_FACTOR) + _match_patterns(rest, language, factor=1.0)


def _compare(said: Sequence[tuple[int, str]], first: int, second: int, language: Language) -> RoleEvidence:
    """By how much more the first side talks like an agent than the second."""
    own, other = (
        role_evidence([text for who, text in said if who == side], language=language) for side in (first, second)
    )
    spoke_first = FIRST_SPEAKER_WEIGHT if said[0][0] == first else -FIRST_SPEAKER_WEIGHT
    return RoleEvidence(own.lead - other.lead + spoke_first, own.weight + other.weight + FIRST_SPEAKER_WEIGHT)


def _confidence_in_stated(said: Sequence[tuple[int, str]], agent: int, language: Language) -> float:
    """Confidence in the agent's side from metadata: 1 unless both sides speak and the words contradict it."""
    others = {side for side, _ in said} - {agent}
    if not others or len({side for side, _ in said}) == 1:
        return 1.0
    against = -_compare(said, agent, min(others), language).lead
    if against <= 0:
        return 1.0
    return round(max(0.5, 1 / (1 + math.exp(min(SLOPE * against, 50.0) - STATED_LOG_ODDS))), 4)


def _match_patterns(text: str, language: Language, *, factor: float) -> RoleEvidence:
    """Weighted patterns of a text; each counts a few times at most."""
    lead = weight = 0.0
    for role_pattern in role_patterns(language):
        found = len(role_pattern.pattern.findall(text))
        most = MAX_PER_PATTERN if abs(role_pattern.weight) >= 1 else MAX_PRONOUNS
        counted = factor * role_pattern.weight * min(found, most)
        lead, weight = lead + counted, weight + abs(counted)
    return RoleEvidence(lead, weight)


def _confidence(found: RoleEvidence) -> float:
    """Turn a lead in evidence into a probability by a logistic curve."""
    if not found.weight:
        return 0.5
    lead = abs(found.lead)
    return round(1 / (1 + math.exp(-min(SLOPE * lead, MAX_LOG_ODDS * lead / found.weight))), 4)


def _roles(agent: int, confidence: float, sides: Sequence[int]) -> Roles:
    """Roles of all sides."""
    return Roles(agent, confidence, {side: "agent" if side == agent else "customer" for side in sides})
