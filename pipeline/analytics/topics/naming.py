"""Naming: what sets one topic's words apart from the others', by class-based TF-IDF.

The weight of a phrase in a topic is how much its calls are about it, times the root of how many of them say it, times
log(1 + A / f), f being how many calls of all topics say it and A the mean number of calls a topic (after Grootendorst
2022, arXiv:2203.05794). A call is about what both sides keep coming back to, so that each further turn with the
phrase's words counts, and the agent's turns most: agents say in plain words what the matter is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from pipeline.analytics.topics.issue_words import IssueWords
from pipeline.analytics.topics.phrases import Phrase, PhraseFinder, spelled
from pipeline.text.chinese_script import traditional
from pipeline.transcript import Language

KEYWORDS = 6
AGENT_WEIGHT = 2.0
LONG_PHRASE_BONUS = 1.6
SECOND_AT_LEAST = 0.25
# In a topic of this many calls, what only one customer says is no name for it.
CALLS_FOR_COMMON_WORDS = 8
# Inflected forms share a beginning of this many letters: cancel, cancelled, cancellation.
STEM_LETTERS = 5
SEPARATOR = " · "
UNNAMED: Mapping[Language, str] = {"en": "Unnamed", "zh": "未命名"}


@dataclass(frozen=True, slots=True)
class Keyword:
    """A phrase of a topic and how much it tells the topic from the others."""

    phrase: Phrase
    weight: float


def language_of(members: Sequence[IssueWords]) -> Language:
    """The language most calls of a topic are in; English where it is even."""
    chinese = sum(call.language == "zh" for call in members)
    return "zh" if 2 * chinese > len(members) else "en"


def keywords_of(topics: Sequence[Sequence[IssueWords]], finder: PhraseFinder) -> list[tuple[Keyword, ...]]:
    """The phrases of each topic, in its own language and script, that weigh most; heaviest first."""
    weighed = [_weights(members, finder) for members in topics]
    everywhere = Counter(phrase for calls in weighed for call in calls for phrase in call)
    mean_calls = sum(len(members) for members in topics) / max(len(topics), 1)
    return [
        tuple(_spelt(keyword, members) for keyword in _heaviest(calls, everywhere, mean_calls=mean_calls))
        for members, calls in zip(topics, weighed, strict=True)
    ]


def name_of(keywords: Sequence[Keyword], language: Language, *, taken: Collection[str] = ()) -> str:
    """A name of one phrase, or of two that share no word and weigh about the same.

    Where that name is taken, further phrases tell the two apart, and a number where there are none.
    """
    first, *others = keywords or [Keyword((UNNAMED[language],), 0.0)]
    apart = [other for other in others if not _stems(first.phrase) & _stems(other.phrase)]
    near = [other for other in apart[:1] if other.weight >= SECOND_AT_LEAST * first.weight]
    names = [_joined([first, *near]), *(_joined([first, other]) for other in others)]
    numbered = (f"{names[0]} {number}" for number in count(2))
    return next(name for name in chain(names, numbered) if name not in taken)


def _spelt(keyword: Keyword, members: Sequence[IssueWords]) -> Keyword:
    """The keyword in Traditional characters where most calls of the topic are."""
    if 2 * sum(call.script == "traditional" for call in members) <= len(members):
        return keyword
    return replace(keyword, phrase=tuple(map(traditional, keyword.phrase)))


def _joined(keywords: Sequence[Keyword]) -> str:
    name = SEPARATOR.join(spelled(keyword.phrase) for keyword in keywords)
    return name[0].upper() + name[1:]


def _weights(members: Sequence[IssueWords], finder: PhraseFinder) -> list[dict[Phrase, float]]:
    """For each call in the topic's language, how much it is about each phrase of its issue."""
    language = language_of(members)
    own = [call for call in members if call.language == language]
    lines = [(place, text) for place, call in enumerate(own) for text in call.texts]
    found: list[dict[Phrase, float]] = [{} for _ in own]
    for (place, _), phrases in zip(lines, finder.phrases([text for _, text in lines], language=language), strict=True):
        for phrase in phrases:
            if phrase not in found[place]:
                found[place][phrase] = _aboutness(own[place], phrase)
    return found


def _aboutness(call: IssueWords, phrase: Phrase) -> float:
    customer = [text.casefold() for text in call.texts]
    agent = [text.casefold() for text in call.agent_texts]
    weights = [
        math.log1p(sum(stem in text for text in customer))
        + AGENT_WEIGHT * math.log1p(sum(stem in text for text in agent))
        for stem in _stems(phrase)
    ]
    return sum(weights) / len(weights)


def _heaviest(
    calls: Sequence[Mapping[Phrase, float]], everywhere: Counter[Phrase], *, mean_calls: float
) -> tuple[Keyword, ...]:
    total: dict[Phrase, float] = {}
    used_by: Counter[Phrase] = Counter()
    for call in calls:
        used_by.update(call.keys())
        for phrase, about in call.items():
            total[phrase] = total.get(phrase, 0.0) + about
    weight = {
        phrase: about * used_by[phrase] ** 0.5 * math.log1p(mean_calls / everywhere[phrase]) * _bonus(phrase)
        for phrase, about in total.items()
        if used_by[phrase] > 1 or len(calls) < CALLS_FOR_COMMON_WORDS
    }
    chosen: list[Phrase] = []
    # Sorting is stable: of phrases with the same weight, the one that is said first comes first.
    for phrase in sorted(weight, key=lambda phrase: -weight[phrase]):
        if not any(_folded(phrase) <= _folded(longer) for longer in chosen):
            chosen.append(phrase)
    return tuple(Keyword(phrase, weight[phrase]) for phrase in chosen[:KEYWORDS])


def _bonus(phrase: Phrase) -> float:
    return LONG_PHRASE_BONUS if len(phrase) > 1 else 1.0


def _folded(phrase: Phrase) -> set[str]:
    return {word.casefold() for word in phrase}


def _stems(phrase: Phrase) -> set[str]:
    return {word.casefold()[:STEM_LETTERS] for word in phrase}
