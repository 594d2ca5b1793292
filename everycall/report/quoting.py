"""Quoting: words of a call at a readable length, and times as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from everycall.report.query import Record
from pipeline.language import Translator

LONGEST_QUOTE = 220
SHORTEST_QUOTE = 60
LONGEST_IN_MINUTES_S = 5_400

_IDENTIFIER = re.compile(r"`([^`]+)`")
_SENTENCE_END = re.compile(r"[.!?。！？…]+[\"'”’」]?\s*")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a call: an exact part of one turn."""

    call_id: str
    turn: int
    language: str
    text: str = field(repr=False)


def quote_of(row: Record) -> Quote:
    """The quote of a turn from a row with its `call_id`, `turn`, `language` and `text`."""
    return Quote(row["call_id"], row["turn"], row["language"], shortened(row["text"]))


def shortened(text: str) -> str:
    """The text, or its first sentences up to the longest quote: always an exact part of it, never cut inside a word."""
    whole = text.strip()
    if len(whole) <= LONGEST_QUOTE:
        return whole
    ends = [match.end() for match in _SENTENCE_END.finditer(whole, 0, LONGEST_QUOTE)]
    if ends and ends[-1] >= SHORTEST_QUOTE:
        return whole[: ends[-1]].strip()
    cut = whole.rfind(" ", SHORTEST_QUOTE, LONGEST_QUOTE)
    return whole[: cut if cut > 0 else LONGEST_QUOTE].strip()


def worded(text: str, names: Mapping[str, str]) -> str:
    """A reason with the ids between its backticks replaced by names, where known, or by their words."""
    return _IDENTIFIER.sub(lambda match: f"“{names.get(match[1]) or plain_name(match[1])}”", text)


def clock(seconds: float) -> str:
    """Seconds of call time as mm:ss, from one hour as h:mm:ss, rounded down."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute:02d}:{second:02d}"


def length_of(seconds: float, translator: Translator) -> str:
    """A length of talk to the minute, from an hour and a half to the hour."""
    if seconds < LONGEST_IN_MINUTES_S:
        return translator.ngettext("{n} minute of talk", "{n} minutes of talk", round(seconds / 60))
    return translator.ngettext("{n} hour of talk", "{n} hours of talk", round(seconds / 3_600))


def plain_name(identifier: str) -> str:
    """The id of a question or rule as words: `Hold etiquette` for `hold_etiquette`."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
