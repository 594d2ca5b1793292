"""Repetition: where a customer has to repeat themselves within a call."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from pipeline.enrich.backchannel import is_backchannel
from pipeline.enrich.repetition_phrases import asks_again, says_said
from pipeline.enriched import Vectors
from pipeline.transcript import Language, Transcript, Turn

# A turn repeats an earlier one if their vectors are this similar and they share this many units and this share of the
# shorter turn's units. Of 17,000 pairs of turns in the training calls, two do, and both are repetitions. Pairs without
# shared words say different things about one matter, even at a similarity of 0.75.
LIKE = 0.5
SHARED = 0.6
FEWEST_UNITS = 3

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_RUN = re.compile(r"[\u3400-\u9fff]+")
# Function words, courtesies, numbers and spelling alphabets: none of them makes a repetition.
_EMPTY_LINE = (
    "a about ah all alright also am an and any are as at be because been being but by bye can cheers could did do"
    " does don't er for from get go god good goodbye got great had has have he hello her hey hi him his how i i'd"
    " i'll i'm i've if in into is it it's its just know lovely me mean mm my no not now of off oh ok okay on one or"
    " our out please really right said say see she so some sorry sure ta tell thank thanks that that's the their"
    " them then there there's these they they're this those to told too uh um up us very was we well were what"
    " what's when where which who why will with would yeah yep yes you you're your zero nought two three four five"
    " six seven eight nine ten double triple hundred thousand point dot dash alpha bravo charlie delta echo foxtrot"
    " golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey"
    " xray yankee zulu"
)
_EMPTY = frozenset(_EMPTY_LINE.split())
_EMPTY_CHINESE = re.compile(
    r"[零一二三四五六七八九十百千万两幺点的了是我你您他她它们这那个就吧啊呢吗嘛呀哦嗯呃喂哎好行对谢再见请不没有在也都还说]"
)


def repetitions(transcript: Transcript, vectors: Vectors) -> list[int]:
    """The customer's turns that repeat something, in order; `vectors` has one unit vector for each turn.

    They resemble an earlier turn, say so ("as I said"), or follow the agent's request to repeat something.
    """
    said = (turn.index for turn in transcript.by("customer") if says_said(turn.text, language=transcript.language))
    return sorted({*_like_an_earlier(transcript, vectors), *said, *_asked_again(transcript)})


def _like_an_earlier(transcript: Transcript, vectors: Vectors) -> Iterator[int]:
    """Turns that resemble an earlier one in vector and words; turns with too few content words never do."""
    units = {turn.index: _units(turn, transcript.language) for turn in transcript.by("customer")}
    turns = [index for index, own in units.items() if len(own) >= FEWEST_UNITS]
    for place, later in enumerate(turns):
        if any(_same(units[earlier], units[later], vectors[earlier] @ vectors[later]) for earlier in turns[:place]):
            yield later


def _same(earlier: frozenset[str], later: frozenset[str], similarity: np.float32) -> bool:
    both = len(earlier & later)
    return both >= max(FEWEST_UNITS, SHARED * min(len(earlier), len(later))) and bool(similarity >= LIKE)


def _asked_again(transcript: Transcript) -> Iterator[int]:
    """The customer's next turn after each request to repeat something, once they have spoken."""
    spoken, asked = False, False
    for turn in transcript.turns:
        if turn.role == "agent":
            asked = asked or (spoken and asks_again(turn.text, language=transcript.language))
        elif turn.role == "customer" and not is_backchannel(turn.text, language=transcript.language):
            if asked:
                yield turn.index
            spoken, asked = True, False


def _units(turn: Turn, language: Language) -> frozenset[str]:
    """The content of a turn: its words, or pairs of characters in Chinese."""
    text = turn.text.casefold().replace("’", "'")
    words = {word for word in _WORD.findall(text) if len(word) > 1 and word not in _EMPTY}
    if language == "en":
        return frozenset(words)
    runs = [run for whole in _RUN.findall(text) for run in _EMPTY_CHINESE.sub(" ", whole).split()]
    return frozenset(words | {run[place : place + 2] for run in runs for place in range(len(run) - 1)})
