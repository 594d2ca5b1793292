"""Stored words: sentences that tables hold in English, in the language of the reader.

Flags have codes. Tables of measures, and flags stored before there were codes, hold only the sentence: it is recognised
by the message that made it, and stays as it is where no message fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pipeline.flag import Flag
from pipeline.language import Translator
from pipeline.language.flag_words import FLAG_CODES, SENTENCES, word_flag
from pipeline.language.translator import message
from pipeline.reason import Reason

# What `fixes.reason`, `causes.evidence` and `promise_outcomes.reason` are made of.
MESSAGES = (
    message("{repeats} of {calls} calls repeat an earlier one ({hours} h)"),
    message("its other calls take longer than the median topic's ({hours} h)"),
    message("{calls} calls, no hours beyond the median topic's"),
    message("a call takes {minutes} min"),
    message("{share} of its customers are probably dissatisfied, {overall} of all"),
    message("{failed} of {judged} judged answers failed: too few to tell where it lies"),
    message("{failed} of {judged} judged answers failed: too few agents, topics and queues to compare"),
    message("{failed} of {judged} judged answers failed"),
    message("of what makes it fail, {shares}: none is clearly the largest"),
    message("of what makes it fail, {shares}"),
    message("{low} to {high} lies between agents"),
    message("{low} to {high} lies between topics"),
    message("{low} to {high} lies between queues"),
    message("most above the others: {names}"),
    message("the centre called the customer on {date}"),
    message("on {date} the customer says that it was done"),
    message("on {date}, {days} day after it was due, the customer says that it was not done"),
    message("on {date}, {days} days after it was due, the customer says that it was not done"),
    message("on {date} the customer says that it was not done"),
    message("no day was told, and no week has passed"),
    message("due on {date}, and the calls end on {last}"),
    message("the customer is not known"),
    message("later calls about it do not say"),
    message("the customer has not called about it again"),
)
_PLACEHOLDER = re.compile(r"\\\{(\w+)(?:\\?:[^}]*)?\\\}")
_NAMED = re.compile(r"\{[^}]+\}")
_IDS = re.compile(r"`[^`]+`(, `[^`]+`)*")
_ON_LEG = " (leg {leg}, agent {agent})"


def flag_words(flag: Flag, translator: Translator) -> str:
    """The sentence of a stored flag."""
    if flag.reason_code in FLAG_CODES:
        return word_flag(Reason(flag.reason_code, flag.reason_values), translator)
    return _old_flag(flag.reason, translator)


def _old_flag(text: str, translator: Translator) -> str:
    on_leg = re.search(r" \(leg (?P<leg>\d+), agent (?P<agent>.+)\)$", text)
    sentence = reworded(text[: on_leg.start()] if on_leg else text, translator, messages=tuple(SENTENCES.values()))
    return sentence + translator.gettext(_ON_LEG, **on_leg.groupdict()) if on_leg else sentence


def reworded(text: str, translator: Translator, *, messages: Sequence[str] = MESSAGES) -> str:
    """The sentence, clause by clause, in the reader's language."""
    if translator.language == "en":
        return text
    whole = _translated(text, translator, tuple(messages))
    if whole is not None:
        return whole
    clauses = [_translated(clause, translator, tuple(messages)) for clause in text.split("; ")]
    known = [clause for clause in clauses if clause is not None]
    return translator.pgettext("between clauses", "; ").join(known) if len(known) == len(clauses) else text


def _translated(text: str, translator: Translator, messages: tuple[str, ...]) -> str | None:
    for sentence, pattern in _patterns(messages):
        match = pattern.fullmatch(text)
        if match:
            values = {name: _value(value, translator, messages) for name, value in match.groupdict().items()}
            return translator.catalogue.gettext(sentence).format_map(_Plain(values))
    return None


def _value(text: str, translator: Translator, messages: tuple[str, ...]) -> str:
    """A value as it is; a list of ids or clauses in the reader's language."""
    if _IDS.fullmatch(text):
        return translator.listed(text.split(", "))
    clauses = [_translated(clause, translator, messages) for clause in text.split(", ")]
    known = [clause for clause in clauses if clause is not None]
    return translator.listed(known) if len(known) == len(clauses) else text


@cache
def _patterns(messages: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_compiled(messages))


def _compiled(messages: tuple[str, ...]) -> Iterator[tuple[str, re.Pattern[str]]]:
    for sentence in sorted(messages, key=_words_of_its_own, reverse=True):
        pattern = _PLACEHOLDER.sub(lambda found: f"(?P<{found[1]}>.+?)", re.escape(sentence))
        yield sentence, re.compile(pattern, re.DOTALL)


def _words_of_its_own(sentence: str) -> tuple[int, int]:
    """How much of a message is no value, at its start and in all: messages with more are tried first."""
    return len(sentence.partition("{")[0]), len(_NAMED.sub("", sentence))


class _Plain(dict[str, str]):
    """Values that are text already: a number's format is left out."""

    def __getitem__(self, name: str) -> Any:
        return _Text(super().__getitem__(name))


class _Text(str):
    def __format__(self, spec: str) -> str:
        return str(self)
