"""`phrase`: words that are said, by a role, in a place; not when negated, reported or vetoed.

Where a recogniser was unsure of what it heard, Chinese is looked for by its sound too; and one witness among others who
found nothing there says less than they.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from pipeline.quote import cut
from pipeline.reason import Reason
from pipeline.rubric.detector import Phrase
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.context.reasons import not_found, said
from pipeline.score.words.normalized_text import NormalizedText
from pipeline.score.words.pattern import Finder, Match, clues, fuzzy, patterns, verbatim
from pipeline.score.words.word_index import suspects
from pipeline.transcript import Language

NEGATION_REACH = 3
# The confidence of a turn from which on its characters are taken as they stand.
CLEARLY_HEARD = 0.9
# About as many words of a phrase must be heard right for it to be found.
WORDS_AT_STAKE = 2
HALF = 0.5
REPORT_REACH = 8
_NEGATORS = frozenset({"not", "never", "without", "nor", "不", "没", "别", "无", "勿", "未"})
# A 不 or 没 in these words denies nothing; "要不要" and its like are told by the character on both sides.
_HARMLESS = re.compile("不好意思|不过|不但|不仅|不知道|不只|不然|不管|没关系|没问题|没事|别的|特别|无论")
_REPORTERS = frozenset(
    {"you", "he", "she", "they", "it", "who", "customer", "colleague", "somebody", "someone", "lad", "girl", "guy"}
)
_REPORTS = frozenset({"said", "says", "say", "told", "tells", "promised", "claimed", "called"})
_CHINESE_REPORT = re.compile(
    "(?:(?<![跟和同给对向])[你他她]们?|客服|同事|有人|人家|上次|之前)[^我]{0,4}(?:说|讲|告诉[我你他她]|答应|保证过)(?![话得])"
)
# By turn the phrases that may be in it, None for any of them.
Suspects = Mapping[int, Collection[int] | None]
_QUOTED = re.compile(r"[“「『\"]([^”」』\"]*)[”」』\"]")


class Standing(Protocol):
    """Finds what stands in a turn's words and text, of all phrases or of those whose numbers are `among` the given."""

    def __call__(self, words: NormalizedText, text: str, among: Collection[int] | None = None) -> list[Match]:
        """The matches in order."""


def phrase(
    spec: Phrase,
    *,
    language: Language,
    witness: bool = False,
    excused: Callable[[Match, NormalizedText], bool] | None = None,
) -> Callable[[CallContext], Detection]:
    """The detector of one phrase rule; what is `excused` does not count. Raises RubricError for a bad pattern.

    A `witness` is heard beside others. Of a rule that stands alone the ruling itself doubts what was heard badly.
    """
    find = standing(spec, language=language)
    suspected = _suspected(spec)
    sounds_like_chinese = language == "zh" and spec.match == "pattern" and excused is None
    find_alike = standing(spec, language=language, by_sound=True) if sounds_like_chinese else None
    suspected_alike = _suspected(spec, by_sound=True)

    def matches(context: CallContext, turn: int, exact: Suspects, alike: Suspects) -> list[Match]:
        words, said_there = context.normalized_turns[turn], context.transcript.turns[turn]
        found = find(words, said_there.text, among=exact[turn]) if turn in exact else []
        if found or find_alike is None or said_there.confidence >= CLEARLY_HEARD or turn not in alike:
            return found
        return find_alike(words, said_there.text, among=alike[turn])

    def detect(context: CallContext) -> Detection:
        searched = context.turns(spec.where)
        exact = suspected(context, searched)
        alike = suspected_alike(context, searched) if find_alike and context.heard_badly else {}
        hits = [
            (turn, match)
            for turn in searched
            if turn in exact or turn in alike
            for match in matches(context, turn, exact, alike)
            if excused is None or not excused(match, context.normalized_turns[turn])
        ]
        absent = missed(spec.absent, _confidence(context, searched)) if witness else spec.absent
        chosen = _in_order(hits, len(spec.phrases)) if spec.in_order else hits
        return _detection(spec, context, searched, chosen, absent=absent)

    return detect


def _suspected(spec: Phrase, *, by_sound: bool = False) -> Callable[[CallContext, Sequence[int]], Suspects]:
    """Finds the turns in which a phrase may be, since most hold none; only patterns have clues to go by."""
    if spec.match != "pattern":
        return lambda _, searched: dict.fromkeys(searched)
    known = clues(tuple(spec.phrases), by_sound=by_sound)

    def suspected(context: CallContext, searched: Sequence[int]) -> Suspects:
        found = suspects(known, context.index_by_sound if by_sound else context.index)
        return {turn: found.get(turn, set()).union(known[""]) for turn in searched} if "" in known else found

    return suspected


def standing(spec: Phrase, *, language: Language, by_sound: bool = False) -> Standing:
    """Finds the matches in a turn's words and text that are neither denied, reported nor vetoed. Raises RubricError."""
    find = patterns(spec.phrases, by_sound=True) if by_sound else _finder(spec, language)
    veto = patterns(spec.unless) if spec.unless else None

    def matches(words: NormalizedText, text: str, among: Collection[int] | None = None) -> list[Match]:
        found = find(words, among)
        vetoes = veto(words) if found and veto else []
        return [
            match
            for match in found
            if _stands(match, words, text, spec) and not any(_beside(match, other, words) for other in vetoes)
        ]

    return matches


def _finder(spec: Phrase, language: Language) -> Finder:
    match spec.match:
        case "verbatim":
            return verbatim(spec.phrases, language=language)
        case "fuzzy":
            return fuzzy(spec.phrases, similarity=spec.similarity)
        case "pattern":
            return patterns(spec.phrases)


def _in_order(hits: list[tuple[int, Match]], phrases: int) -> list[tuple[int, Match]]:
    """The first hit of each phrase after that of the phrase before it; nothing when one is missing."""
    chosen: list[tuple[int, Match]] = []
    at = (-1, -1)
    for number in range(phrases):
        later = [(turn, match) for turn, match in hits if match.phrase == number and (turn, match.start) >= at]
        if not later:
            return []
        chosen.append(later[0])
        at = (later[0][0], later[0][1].end)
    return chosen


def _beside(match: Match, other: Match, words: NormalizedText) -> bool:
    """In the same clause or in the next to it."""
    return abs(words.clauses[match.start] - words.clauses[other.start]) <= 1


def _stands(match: Match, words: NormalizedText, text: str, spec: Phrase) -> bool:
    if spec.negated == "ignore" and _negated(match, words):
        return False
    return not (spec.quoted == "ignore" and _reported(match, words, text))


def _negated(match: Match, words: NormalizedText) -> bool:
    """A negation shortly before the match in the same clause."""
    for at in range(max(0, match.start - NEGATION_REACH), match.start):
        if words.clauses[at] != words.clauses[match.start] or words.words[at] not in _NEGATORS:
            continue
        around = words.words[at - 1] if at else ""
        following = words.words[at + 1] if at + 1 < len(words.words) else ""
        phrase_here = "".join(words.words[max(0, at - 1) : at + 4])
        if around != following and not _HARMLESS.search(phrase_here):
            return True
    return False


def _reported(match: Match, words: NormalizedText, text: str) -> bool:
    """The speaker repeats what somebody else said, by a reporting verb shortly before or between quotation marks."""
    start, end = words.starts[match.start], words.ends[match.end - 1]
    for span in _QUOTED.finditer(text):
        # A transcript may set every turn in quotation marks: that is no quotation by its speaker.
        if span.start() < start and end < span.end() and span.group() != text.strip():
            return True
    clause = words.clauses[match.start]
    near = range(max(0, match.start - REPORT_REACH), match.start)
    before = [words.words[at] for at in near if words.clauses[at] == clause]
    lead = [words.words[at] for at in near if words.clauses[at] == clause - 1]
    if _english_report(before, reach=REPORT_REACH) or _english_report(lead, reach=1):
        return True
    return bool(_CHINESE_REPORT.search("".join(before)) or re.search(_CHINESE_REPORT.pattern + "$", "".join(lead)))


def _english_report(words: Sequence[str], *, reach: int) -> bool:
    """A reporting verb among the last words, with somebody else as its subject."""
    late = range(max(0, len(words) - reach), len(words))
    return any(words[at] in _REPORTS and bool(set(words[max(0, at - 2) : at]) & _REPORTERS) for at in late)


def _detection(
    spec: Phrase, context: CallContext, searched: tuple[int, ...], hits: Iterable[tuple[int, Match]], *, absent: float
) -> Detection:
    first: dict[int, Match] = {}
    for turn, match in hits:
        first.setdefault(turn, match)
    moments = tuple(_moment(spec, context, turn, match) for turn, match in sorted(first.items()))
    return Detection(
        probability=spec.found if moments else absent,
        evidence=tuple(quote for moment in moments for quote in moment.evidence),
        searched=searched,
        reason=_reason(spec, context, searched, moments),
        moments=moments,
    )


def missed(absent: float, confidence: float) -> float:
    """The probability that a phrase which was not found was said all the same, if it is `absent` in a clear recording.

    By Bayes from even odds: what is said is written so that it can be found with the probability that the words at
    stake are all heard right. In unclear speech the answer thus moves from `absent` towards a half.
    """
    if absent >= HALF or confidence >= 1.0:
        return absent
    unwritten = 1 - (1 - absent / (1 - absent)) * confidence**WORDS_AT_STAKE
    return unwritten / (1 + unwritten)


def _confidence(context: CallContext, turns: Sequence[int]) -> float:
    """The mean confidence of turns; 1 where there are none."""
    return sum(context.transcript.turns[turn].confidence for turn in turns) / len(turns) if turns else 1.0


def _reason(spec: Phrase, context: CallContext, searched: Sequence[int], moments: Sequence[Moment]) -> Reason:
    if not moments:
        return not_found(context, by=spec.where.by, searched=searched)
    return said(context, by=spec.where.by, turns=[moment.turn for moment in moments])


def _moment(spec: Phrase, context: CallContext, turn: int, match: Match) -> Moment:
    words = context.normalized_turns[turn]
    start, end = words.starts[match.start], words.ends[match.end - 1]
    return Moment(turn, spec.found, (cut(context.transcript, turn=turn, start=start, end=end),))
