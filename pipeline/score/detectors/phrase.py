"""`phrase`: words that a role says in a place, unless they are negated, reported or vetoed.

In turns with low recognition confidence, Chinese patterns also match homophones, and a missing phrase weighs less in a
pool.
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
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.words.normalized_text import NormalizedText
from pipeline.score.words.pattern import Finder, Match, fuzzy, patterns, required_words, verbatim
from pipeline.score.words.word_index import candidate_patterns
from pipeline.transcript import Language

NEGATION_REACH = 3
# Turns from this recognition confidence on are not searched for homophones.
CONFIDENT = 0.9
# About how many words of a phrase must be recognized correctly for it to be found.
WORDS_NEEDED = 2
HALF = 0.5
REPORT_REACH = 8
_NEGATORS = frozenset({"not", "never", "without", "nor", "不", "没", "别", "无", "勿", "未"})
# 不 and 没 do not negate in these words, nor in questions such as 要不要, with the same character on both sides.
_HARMLESS = re.compile("不好意思|不过|不但|不仅|不知道|不只|不然|不管|没关系|没问题|没事|别的|特别|无论")
_REPORTERS = frozenset(
    {"you", "he", "she", "they", "it", "who", "customer", "colleague", "somebody", "someone", "lad", "girl", "guy"}
)
_REPORTS = frozenset({"said", "says", "say", "told", "tells", "promised", "claimed", "called"})
_CHINESE_REPORT = re.compile(
    "(?:(?<![跟和同给对向])[你他她]们?|客服|同事|有人|人家|上次|之前)[^我]{0,4}(?:说|讲|告诉[我你他她]|答应|保证过)(?![话得])"
)
# By turn, the numbers of the phrases that may match there; None for all phrases.
Candidates = Mapping[int, Collection[int] | None]
_QUOTED = re.compile(r"[“「『\"]([^”」』\"]*)[”」』\"]")


class TurnMatcher(Protocol):
    """Finds the matches in a turn that are not negated, reported or vetoed."""

    def __call__(self, words: NormalizedText, text: str, among: Collection[int] | None = None) -> list[Match]:
        """The matches in order of all phrases, or only of the phrase numbers in `among`."""


def phrase(
    spec: Phrase,
    *,
    language: Language,
    in_pool: bool = False,
    exclude: Callable[[Match, NormalizedText], bool] | None = None,
) -> CompiledDetector:
    """Compile the detector of one phrase rule. Raises RubricError for an invalid pattern.

    `exclude` drops matches. In a pool, low recognition confidence raises the probability of a missing phrase; outside
    a pool, `asr_doubt` does the same for the whole answer.
    """
    find = turn_matcher(spec, language=language)
    candidates_of = _candidates(spec)
    with_homophones = language == "zh" and spec.match == "pattern" and exclude is None
    find_homophones = turn_matcher(spec, language=language, by_sound=True) if with_homophones else None
    homophone_candidates_of = _candidates(spec, by_sound=True)

    def matches(context: CallContext, index: int, candidates: Candidates, homophones: Candidates) -> list[Match]:
        words, turn = context.normalized_turns[index], context.transcript.turns[index]
        exact = find(words, turn.text, among=candidates[index]) if index in candidates else []
        if exact or find_homophones is None or turn.confidence >= CONFIDENT or index not in homophones:
            return exact
        return find_homophones(words, turn.text, among=homophones[index])

    def detect(context: CallContext) -> Detection:
        searched = context.turns(spec.where)
        candidates = candidates_of(context, searched)
        uncertain = find_homophones is not None and context.has_uncertain_words
        homophones = homophone_candidates_of(context, searched) if uncertain else {}
        hits = [
            (turn, match)
            for turn in searched
            if turn in candidates or turn in homophones
            for match in matches(context, turn, candidates, homophones)
            if exclude is None or not exclude(match, context.normalized_turns[turn])
        ]
        absent = missed_probability(spec.absent, _mean_confidence(context, searched)) if in_pool else spec.absent
        chosen = _in_order(hits, len(spec.phrases)) if spec.in_order else hits
        return _detection(spec, context, searched, chosen, absent=absent)

    return detect


def _candidates(spec: Phrase, *, by_sound: bool = False) -> Callable[[CallContext, Sequence[int]], Candidates]:
    """Select the turns where a phrase may match, to skip the others. Only patterns have required words."""
    if spec.match != "pattern":
        return lambda _, searched: dict.fromkeys(searched)
    required = required_words(tuple(spec.phrases), by_sound=by_sound)

    def candidates(context: CallContext, searched: Sequence[int]) -> Candidates:
        by_turn = candidate_patterns(required, context.phonetic_index if by_sound else context.index)
        return {turn: by_turn.get(turn, set()).union(required[""]) for turn in searched} if "" in required else by_turn

    return candidates


def turn_matcher(spec: Phrase, *, language: Language, by_sound: bool = False) -> TurnMatcher:
    """Find the matches in a turn that are not negated, reported or vetoed. Raises RubricError for a bad pattern."""
    find = patterns(spec.phrases, by_sound=True) if by_sound else _finder(spec, language)
    veto = patterns(spec.unless) if spec.unless else None

    def matches(words: NormalizedText, text: str, among: Collection[int] | None = None) -> list[Match]:
        found = find(words, among)
        vetoes = veto(words) if found and veto else []
        return [
            match
            for match in found
            if _counts(match, words, text, spec) and not any(_is_near(match, other, words) for other in vetoes)
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
    """For each phrase, its first hit after the hit of the phrase before; empty if a phrase has none."""
    chosen: list[tuple[int, Match]] = []
    at = (-1, -1)
    for number in range(phrases):
        later = [(turn, match) for turn, match in hits if match.phrase == number and (turn, match.start) >= at]
        if not later:
            return []
        chosen.append(later[0])
        at = (later[0][0], later[0][1].end)
    return chosen


def _is_near(match: Match, other: Match, words: NormalizedText) -> bool:
    """Whether both are in the same clause or adjacent ones."""
    return abs(words.clauses[match.start] - words.clauses[other.start]) <= 1


def _counts(match: Match, words: NormalizedText, text: str, spec: Phrase) -> bool:
    if spec.negated == "ignore" and _is_negated(match, words):
        return False
    return not (spec.quoted == "ignore" and _is_reported(match, words, text))


def _is_negated(match: Match, words: NormalizedText) -> bool:
    """Whether a negation comes shortly before the match in the same clause."""
    for at in range(max(0, match.start - NEGATION_REACH), match.start):
        if words.clauses[at] != words.clauses[match.start] or words.words[at] not in _NEGATORS:
            continue
        previous = words.words[at - 1] if at else ""
        following = words.words[at + 1] if at + 1 < len(words.words) else ""
        nearby = "".join(words.words[max(0, at - 1) : at + 4])
        if previous != following and not _HARMLESS.search(nearby):
            return True
    return False


def _is_reported(match: Match, words: NormalizedText, text: str) -> bool:
    """Whether the match reports what somebody else said: after a reporting verb or in quotation marks."""
    start, end = words.starts[match.start], words.ends[match.end - 1]
    for span in _QUOTED.finditer(text):
        # Some transcripts put every turn in quotation marks.
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
    """Whether the last words have a reporting verb whose subject is somebody else."""
    last = range(max(0, len(words) - reach), len(words))
    return any(words[at] in _REPORTS and bool(set(words[max(0, at - 2) : at]) & _REPORTERS) for at in last)


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


def missed_probability(absent: float, confidence: float) -> float:
    """The probability that a phrase was said but not found: `absent` at confidence 1, towards 0.5 below.

    Bayes' rule with even prior odds. A phrase that was said is found only if `WORDS_NEEDED` words are recognized
    correctly.
    """
    if absent >= HALF or confidence >= 1.0:
        return absent
    not_found = 1 - (1 - absent / (1 - absent)) * confidence**WORDS_NEEDED
    return not_found / (1 + not_found)


def _mean_confidence(context: CallContext, turns: Sequence[int]) -> float:
    """The mean recognition confidence of turns; 1 without turns."""
    return sum(context.transcript.turns[turn].confidence for turn in turns) / len(turns) if turns else 1.0


def _reason(spec: Phrase, context: CallContext, searched: Sequence[int], moments: Sequence[Moment]) -> Reason:
    if not moments:
        return not_found(context, by=spec.where.by, searched=searched)
    return said(context, by=spec.where.by, turns=[moment.turn for moment in moments])


def _moment(spec: Phrase, context: CallContext, turn: int, match: Match) -> Moment:
    words = context.normalized_turns[turn]
    start, end = words.starts[match.start], words.ends[match.end - 1]
    return Moment(turn, spec.found, (cut(context.transcript, turn=turn, start=start, end=end),))
