"""Naming: the phrases that distinguish a topic from the others, by class-based TF-IDF.

The weight of a phrase in a topic is how much the topic's calls are about it, times the square root of the number of
these calls that say it, times log(1 + A / f), where f is the number of calls of all topics that say it and A the mean
number of calls per topic (after Grootendorst 2022, arXiv:2203.05794). Both sides come back to what a call is about, so
every further turn with the phrase's words counts. Turns of the agent count most, because agents name the issue plainly.
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
# In a topic of at least this many calls, a phrase that only one customer says is not used.
CALLS_FOR_COMMON_WORDS = 8
# Inflected forms share their first letters: cancel, cancelled, cancellation.
STEM_LETTERS = 5
SEPARATOR = " · "
UNNAMED: Mapping[Language, str] = {"en": "Unnamed", "zh": "未命名"}


@dataclass(frozen=True, slots=True)
class Keyword:
    """A phrase of a topic, and how well it distinguishes the topic from the others."""

    phrase: Phrase
    weight: float


def topic_language(members: Sequence[IssueWords]) -> Language:
    """Return the language of most calls of a topic; English if there are equally many."""
    chinese = sum(call.language == "zh" for call in members)
    return "zh" if 2 * chinese > len(members) else "en"


def keywords_of(topics: Sequence[Sequence[IssueWords]], finder: PhraseFinder) -> list[tuple[Keyword, ...]]:
    """Return the phrases with the largest weights for each topic, in its own language and script, largest first."""
    weighed = [_weights(members, finder) for members in topics]
    everywhere = Counter(phrase for calls in weighed for call in calls for phrase in call)
    mean_calls = sum(len(members) for members in topics) / max(len(topics), 1)
    return [
        tuple(_in_script_of(keyword, members) for keyword in _heaviest(calls, everywhere, mean_calls=mean_calls))
        for members, calls in zip(topics, weighed, strict=True)
    ]


def name_of(keywords: Sequence[Keyword], language: Language, *, taken: Collection[str] = ()) -> str:
    """Return a name of one phrase, or of two that share no word and have similar weights.

    If that name is taken, further phrases distinguish the two, or a number if there are none.

    >>> name_of([Keyword(("lost", "card"), 3.0), Keyword(("replacement",), 1.0)], "en")
    'Lost card · replacement'
    >>> name_of([Keyword(("refund",), 3.0)], "en", taken={"Refund"})
    'Refund 2'
    """
    first, *others = keywords or [Keyword((UNNAMED[language],), 0.0)]
    apart = [other for other in others if not _stems(first.phrase) & _stems(other.phrase)]
    near = [other for other in apart[:1] if other.weight >= SECOND_AT_LEAST * first.weight]
    names = [_joined([first, *near]), *(_joined([first, other]) for other in others)]
    numbered = (f"{names[0]} {number}" for number in count(2))
    return next(name for name in chain(names, numbered) if name not in taken)


def _in_script_of(keyword: Keyword, members: Sequence[IssueWords]) -> Keyword:
    """Convert the keyword to Traditional characters if most calls of the topic use them."""
    if 2 * sum(call.script == "traditional" for call in members) <= len(members):
        return keyword
    return replace(keyword, phrase=tuple(map(traditional, keyword.phrase)))


def _joined(keywords: Sequence[Keyword]) -> str:
    name = SEPARATOR.join(spelled(keyword.phrase) for keyword in keywords)
    return name[0].upper() + name[1:]


def _weights(members: Sequence[IssueWords], finder: PhraseFinder) -> list[dict[Phrase, float]]:
    """Return, for each call in the topic's language, how much it is about each phrase of its issue."""
    language = topic_language(members)
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
    # Sorting is stable: among phrases of equal weight, the one said first comes first.
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
