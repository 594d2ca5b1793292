"""Issues: where in a call the customer says what it is about, as turns, one vector and hashes of words.

Most calls have one issue. A customer with "another question" has a second, which begins there.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.enriched import EnrichedCall, Vectors
from pipeline.issue import Issue
from pipeline.text.chinese_script import script_of, simplified
from pipeline.transcript import Turn

ISSUE_TURNS = 6
LATER_ISSUE_TURNS = 4
MOST_ISSUES = 4
FEWEST_WORDS = 3
FEWEST_QUOTED_WORDS = 5
MOST_DIGITS = 4
# People state their issue first: each turn before a candidate lowers its similarity to the issue by this much.
LATENESS = 0.06
# A spoken Chinese word has about 1.6 characters; turns then weigh the same in both languages.
CHARACTERS_A_WORD = 1.6
CHINESE_GRAMS = (2, 3)
# Stop words of scikit-learn that customers do call about.
KEPT_WORDS = frozenset({"amount", "bill", "computer", "fire", "interest", "move", "system"})

_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+(?:['’][^\W\d_\u3400-\u9fff]+)*")
_LONG_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{2,}(?:['’][^\W\d_\u3400-\u9fff]+)?")
_CHARACTER = re.compile(r"[\u3400-\u9fff]")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_DIGIT = re.compile(
    r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double)\b|[\d零〇一二三四五六七八九幺两]"
)
# Phrases that open a further issue, unless negated just before. A call may have turns in both languages.
_FURTHER_ENGLISH = (
    r"\b(?:another|one more|one other|a second|the second|a separate|a different|the other)"
    r" (?:quick |small |little )?(?:thing|question|issue|matter|problem|query|point)\b",
    r"\bwhile i(?:['’]ve)?(?: have| got)*(?: you| am| on)\b",
    r"\bwhile i['’]?m on\b",
)
_FURTHER_CHINESE = (
    r"(?:还有|另外|再有)(?:就是)?(?:一|个|件|点|想|问|事|我|那个)",
    r"另外一",
    r"第二[个件]",
    r"(?:还|再)(?:想|要)?(?:问|咨询)",
    r"顺便(?:再)?(?:问|说|咨询|查)",
)
_DENIED_ENGLISH = (r"\b(?:no|not|nothing|isn['’]t|don['’]t|without)\b",)
_DENIED_CHINESE = ("没有", "没", "不用", "不想", "不要")
_FURTHER = re.compile("|".join((*_FURTHER_ENGLISH, *_FURTHER_CHINESE)), re.IGNORECASE)
_DENIED = re.compile("|".join((*_DENIED_ENGLISH, *_DENIED_CHINESE)), re.IGNORECASE)
DENIAL_REACH = 16


def find_issues(call: EnrichedCall) -> list[Issue]:
    """Find the issues of one call, in order; none if the customer never speaks or turns have no vectors."""
    transcript = call.transcript
    if not len(call.vectors):
        return []
    script = script_of(turn.text for turn in transcript.turns)
    found: list[Issue] = []
    for turns in issue_turns(transcript.turns):
        texts = [simplified(transcript.turns[index].text) for index in turns]
        vectors = call.vectors[list(turns)]
        vector = issue_vector(texts, vectors)
        if vector.any():
            quoted = turns[quoted_place(texts, vectors, vector)]
            number, hashes = len(found) + 1, hashed(terms(texts))
            found.append(
                Issue(
                    transcript.call_id, number, quoted, turns, transcript.language, script, call.encoder, vector, hashes
                )
            )
    return found


def issue_turns(turns: Sequence[Turn]) -> list[tuple[int, ...]]:
    """The indices of the turns that state each issue.

    The first issue has the customer's first six turns that are more than a greeting or a yes; a further issue has the
    turn that opens it and up to three more. If all turns of the customer are that short, short turns count as well.
    """
    spoken = [turn for turn in turns if turn.role == "customer" and turn.text.strip()]
    long = [turn for turn in spoken if word_count(turn.text) >= FEWEST_WORDS] or spoken
    starts = [0, *list(_further(long))[: MOST_ISSUES - 1]]
    found = []
    for number, (start, end) in enumerate(pairwise([*starts, len(long)])):
        most = LATER_ISSUE_TURNS if number else ISSUE_TURNS
        found.append(tuple(turn.index for turn in long[start:end][:most]))
    return [indices for indices in found if indices]


def issue_vector(texts: Sequence[str], vectors: Vectors) -> npt.NDArray[np.float32]:
    """The mean of the vectors at unit length, float32 [dimensions], weighted by the root of the word counts."""
    weights = np.sqrt([1.0 + word_count(text) for text in texts]).astype(np.float32)
    mean: npt.NDArray[np.float32] = unit_rows((weights @ vectors)[None, :])[0]
    return mean


def quoted_place(texts: Sequence[str], vectors: Vectors, vector: npt.NDArray[np.float32]) -> int:
    """The position of the turn to quote: the one most similar to the whole issue, preferring early turns.

    Turns of a few words and turns that spell out a number come last.
    """
    similarity = vectors @ vector - LATENESS * np.arange(len(texts))
    quotable = [word_count(text) >= FEWEST_QUOTED_WORDS and spoken_digits(text) < MOST_DIGITS for text in texts]
    return int(np.argmax(np.where(quotable, similarity, similarity - 2.0)))


def terms(texts: Sequence[str]) -> list[str]:
    """Words and word pairs without stop words, and sequences of two and three Chinese characters.

    >>> terms(["my bill is wrong"])
    ['bill', 'wrong', 'bill wrong']
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    stop_words = ENGLISH_STOP_WORDS - KEPT_WORDS
    found: list[str] = []
    for text in texts:
        words = [word for word in _LONG_WORD.findall(text.casefold()) if word not in stop_words]
        found += words + [f"{first} {second}" for first, second in pairwise(words)]
        for run in _CHINESE.findall(text):
            found += [run[at : at + size] for size in CHINESE_GRAMS for at in range(len(run) - size + 1)]
    return found


def hashed(words: Sequence[str]) -> tuple[int, ...]:
    """A sorted 31-bit hash of each word, the same on every machine."""
    return tuple(sorted(zlib.crc32(word.encode()) & 0x7FFFFFFF for word in words))


def word_count(text: str) -> float:
    """English words plus Chinese characters at 1.6 for a word, without digits.

    >>> word_count("my bill"), word_count("我的账单多扣了钱")
    (2.0, 5.0)
    """
    return len(_WORD.findall(text)) + len(_CHARACTER.findall(text)) / CHARACTERS_A_WORD


def spoken_digits(text: str) -> int:
    """How many digits are said, as figures or words; many of them are a number being spelled out."""
    return len(_DIGIT.findall(text.casefold()))


def unit_rows(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Rows scaled to unit length; rows of zeros stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def _further(turns: Sequence[Turn]) -> Iterator[int]:
    """The positions of turns, never the first, that open a further issue."""
    for place, turn in enumerate(turns):
        text = simplified(turn.text)
        opened = _FURTHER.search(text)
        if place and opened and word_count(text) >= FEWEST_QUOTED_WORDS and not _denied(text, opened.start()):
            yield place


def _denied(text: str, at: int) -> bool:
    return bool(_DENIED.search(text[max(0, at - DENIAL_REACH) : at]))
