"""Commitments in English: who will do what, found by future forms and verbs of service."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.enrich.commitment import Commitment
from pipeline.enrich.commitment_patterns_english import (
    ACTIVE,
    ASKS,
    BEFORE_REACH,
    BOUNDARY,
    COMES,
    DOUBTED,
    FORMS,
    GETS,
    GETTING,
    HERE,
    IF,
    IF_REACH,
    JOINED,
    LASTING,
    MERELY_TELLS,
    MINUTES,
    MONEY,
    NEGATED,
    NO_OTHER,
    NO_SUBJECT,
    NOBODY,
    NOUN_BEFORE,
    OBJECT_REACH,
    ONCE,
    ONCE_REACH,
    OTHERS,
    PASSIVE,
    PEOPLE,
    POLITE_IF,
    REPORTED,
    SENDS_SOMEBODY,
    SENTENCE,
    STOP,
    THINGS,
    TRAILING,
    VERBS_ONLY,
    VISITOR,
    VISITS_START,
    WE,
    whole_words,
)
from pipeline.enrich.due import Due, Moment
from pipeline.enrich.due_english import english_dues
from pipeline.promise import PromiseKind


@dataclass(frozen=True, slots=True)
class _Clause:
    """A future form in a sentence: `start` is where its subject begins, `verb` to `end` are the words after it.

    Expressions of time up to `reach` belong to it; `before` are the words of the sentence before it.
    """

    subject: str
    named: bool
    form: str
    start: int
    verb: int
    end: int
    reach: int
    before: str
    words: str
    after: str


def english_commitments(text: str, *, moment: Moment | None) -> list[Commitment]:
    """Find all commitments in a turn's text, in order."""
    found: list[Commitment] = []
    dues: list[Due] | None = None
    for sentence in SENTENCE.finditer(text):
        clauses = _clauses(text, sentence.start(), sentence.end())
        if not clauses or (sentence.group().rstrip().endswith("?") and ASKS.match(sentence.group())):
            continue
        dues = english_dues(text, moment=moment) if dues is None else dues
        own = [due for due in dues if sentence.start() <= due.start < sentence.end()]
        for number, clause in enumerate(clauses):
            if _is_void(clause):
                continue
            since = clauses[number - 1].reach if number else sentence.start()
            due = _due_of(clause, own, text=text, since=since)
            found += [_commitment(text, clause, kind, due) for kind in _kinds(clause, due)]
    return found


def _clauses(text: str, start: int, end: int) -> list[_Clause]:
    """Find the future forms of a sentence, in order."""
    forms: list[tuple[re.Match[str], str]] = []
    for name, pattern in FORMS.items():
        forms += [(match, name) for match in pattern.finditer(text, start, end)]
    forms.sort(key=lambda pair: pair[0].start())
    clauses: list[_Clause] = []
    for number, (match, name) in enumerate(forms):
        since = clauses[-1].verb if clauses else start
        reach = forms[number + 1][0].start() if number + 1 < len(forms) else end
        stop = STOP.search(text, match.end(), reach)
        stop_at = stop.start() if stop else reach
        begin = _phrase_start(text, since, match.start())
        clauses.append(
            _Clause(
                subject=match["subject"].lower(),
                named=match["subject"][0].isupper(),
                form=name,
                start=begin,
                verb=match.end(),
                end=stop_at,
                reach=reach,
                before=text[max(start, match.start() - BEFORE_REACH) : match.start()],
                words=text[match.end() : stop_at],
                after=text[stop_at:end],
            )
        )
    return clauses


def _phrase_start(text: str, since: int, at: int) -> int:
    """Where the subject phrase begins: after the last comma or conjunction before it."""
    starts = [match.end() for match in JOINED.finditer(text, since, at)]
    start = starts[-1] if starts else since
    while start < at and text[start].isspace():
        start += 1
    return start


def _is_void(clause: _Clause) -> bool:
    """Whether the clause is negated, doubtful, reported or conditional."""
    said = BOUNDARY.split(clause.before)[-1]
    negated = NEGATED.match(clause.words) or NO_SUBJECT.match(_subject_phrase(clause))
    if (
        negated
        or (clause.form == "present" and clause.subject in ("you", "i") and "self" not in clause.words)
        or clause.subject in NOBODY
        or DOUBTED.search(said)
        or REPORTED.search(said)
        or OTHERS.search(said + " " + clause.subject)
    ):
        return True
    return any(_is_conditional(words) for words in (clause.before[-IF_REACH:], clause.words, clause.after[:12]))


def _is_conditional(words: str) -> bool:
    polite = [match.start() for match in POLITE_IF.finditer(words)]
    return any(not any(start <= match.start() <= start + 9 for start in polite) for match in IF.finditer(words))


def _due_of(clause: _Clause, dues: list[Due], *, text: str, since: int) -> Due | None:
    """The expression of time after the future form, or else before it; no day if it counts from a future event."""
    after = [due for due in dues if clause.start <= due.start < clause.reach]
    before = [due for due in dues if since <= due.start and due.end <= clause.start]
    best = next(iter(sorted(after, key=lambda due: due.kind == "vague")), before[-1] if before else None)
    if (
        best is not None
        and best.kind == "span"
        and ONCE.search(clause.before[-ONCE_REACH:] + clause.words + clause.after[:ONCE_REACH])
    ):
        return Due(best.start, best.end, best.kind)
    return best if best is None or not MINUTES.search(text[best.start : best.end]) else None


def _kinds(clause: _Clause, due: Due | None) -> list[PromiseKind]:
    """The kinds of commitment in the clause, each once."""
    dated = due is not None and due.day is not None
    timed = due is not None
    here = HERE.search(clause.words)
    if clause.form in ("doing", "booked", "should", "present") and not dated:
        return []
    if here and not dated and (clause.subject in WE or LASTING.fullmatch(here.group())):
        return []
    if clause.form == "booked":
        return _booked(clause)
    if clause.subject == "you" or clause.form == "expect":
        return _gets(clause, timed=timed)
    if clause.form == "should" or clause.subject in THINGS:
        return _comes(clause, dated=dated)
    return _does(clause, dated=dated, timed=timed)


def _does(clause: _Clause, *, dated: bool, timed: bool) -> list[PromiseKind]:
    """Kinds of what somebody will do."""
    kinds = [kind for kind, pattern in ACTIVE.items() if _says(kind, pattern, clause.words)]
    kinds += [kind for kind, pattern in PASSIVE.items() if kind not in kinds and pattern.search(clause.words)]
    phrase = _subject_phrase(clause)
    somebody = clause.subject in PEOPLE or whole_words(VISITOR).search(phrase + clause.words)
    if not kinds and dated and somebody and re.search(VISITS_START, clause.words, re.IGNORECASE):
        kinds.append("repair")
    if "repair" in kinds and "send" in kinds and SENDS_SOMEBODY.search(clause.words):
        kinds.remove("send")
    if not kinds:
        kinds = _comes(clause, dated=dated)
    if kinds == ["check"] and (clause.subject in WE or not _is_somebody(clause)) and not timed:
        return []
    if kinds == ["call_back"] and not timed and clause.subject in WE and MERELY_TELLS.search(clause.words):
        return []
    if not kinds and dated and clause.form == "future" and _is_somebody(clause) and not NO_OTHER.match(clause.words):
        return ["other"]
    return kinds


def _is_somebody(clause: _Clause) -> bool:
    """Whether the subject is staff of the centre; a capital in the middle of a sentence indicates a name."""
    return clause.subject in PEOPLE or (
        clause.named and whole_words(VISITOR).search(clause.subject) is None and bool(clause.before.strip())
    )


def _gets(clause: _Clause, *, timed: bool) -> list[PromiseKind]:
    """Kinds of what the customer will get."""
    passive: list[PromiseKind] = [kind for kind, pattern in PASSIVE.items() if pattern.match(clause.words.lstrip())]
    if passive:
        return passive
    gets = GETTING.match(clause.words)
    if not gets and clause.form != "expect":
        return []
    words = clause.words[gets.end() :] if gets else clause.words
    kinds: list[PromiseKind] = [kind for kind, pattern in GETS.items() if pattern.search(words[:OBJECT_REACH])]
    if gets and gets["see"]:
        return ["refund"] if "refund" in kinds or (timed and re.match(r"\s+(?:it|that)\b", words)) else []
    if not kinds and timed and re.match(r"\s+(?:it|that|them|those|everything)\b", words):
        return ["send"]
    return kinds[:1]


def _comes(clause: _Clause, *, dated: bool) -> list[PromiseKind]:
    """Kinds of what will arrive or be done."""
    passive: list[PromiseKind] = [kind for kind, pattern in PASSIVE.items() if pattern.match(clause.words.lstrip())]
    if passive:
        return passive
    phrase = _subject_phrase(clause)
    if not dated:
        return []
    if whole_words(VISITOR).search(phrase) and re.match(VISITS_START, clause.words, re.IGNORECASE):
        return ["repair"]
    for kind, pattern in COMES.items():
        if pattern.match(clause.words.lstrip()):
            return ["refund"] if whole_words(MONEY).search(phrase) else [kind]
    return []


def _booked(clause: _Clause) -> list[PromiseKind]:
    """Kinds of what is arranged for a future day."""
    if whole_words(VISITOR).search(clause.words):
        return ["repair"]
    if whole_words("deliver(?:y|ed)|courier|collection").search(clause.words):
        return ["send"]
    return ["call_back"] if whole_words("call|callback|call-back").search(clause.words) else []


def _says(kind: PromiseKind, pattern: re.Pattern[str], words: str) -> bool:
    """Whether the words contain such a verb; after an article some verbs are nouns."""
    return any(
        kind not in VERBS_ONLY or not NOUN_BEFORE.search(words, 0, match.start()) for match in pattern.finditer(words)
    )


def _subject_phrase(clause: _Clause) -> str:
    return JOINED.split(clause.before)[-1] + clause.subject


def _commitment(text: str, clause: _Clause, kind: PromiseKind, due: Due | None) -> Commitment:
    start = min(clause.start, due.start) if due else clause.start
    end = max(clause.end, due.end) if due else clause.end
    words = TRAILING.sub("", text[start:end])
    return Commitment(start, start + len(words), kind, due)
