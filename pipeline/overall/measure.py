"""Measure: topics and repeats over all calls, as the night asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from pipeline.fingerprint import fingerprint
from pipeline.measures import MeasuredCall, Overall
from pipeline.overall.digest import REPEAT_QUESTION, digest
from pipeline.overall.phrases import GrammarPhrases, PhraseFinder
from pipeline.overall.repeats import DEFAULT_RULES, RepeatRules, find_repeats
from pipeline.overall.topics import find_topics

# Raise it when the same calls would give other topics or repeats.
REVISION = "overall-1"


@dataclass(frozen=True, slots=True)
class OverallMeasure:
    """Looks over all calls at once. Only digests stay in memory while the calls go by."""

    repeat_rules: RepeatRules = DEFAULT_RULES
    finder: PhraseFinder = field(default_factory=GrammarPhrases)

    @property
    def fingerprint(self) -> str:
        """Changes with the rules and with the code's revision."""
        return fingerprint(REVISION, asdict(self.repeat_rules))

    @property
    def questions(self) -> tuple[str, ...]:
        """The customer's own word that they called before."""
        return (REPEAT_QUESTION,)

    def __call__(self, calls: Iterable[MeasuredCall]) -> Overall:
        """Topics, each call's topic, and repeats. The same calls give the same, in any order."""
        digests = [digest(measured.call, measured.scorecards) for measured in calls]
        topics, call_topics = find_topics(digests, finder=self.finder)
        return Overall(
            tuple(topics), tuple(call_topics), tuple(find_repeats(digests, call_topics, rules=self.repeat_rules))
        )
