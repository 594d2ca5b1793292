"""Why an answer is what it is: the reasons that detectors and questions give.

A reason names roles, turns and numbers, and repeats no words of the call. Turns carry the numbers of the transcript.
It holds only what its sentence shows, so that two reasons are equal when their sentences are.
`pipeline.language.reason_words` words them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.language.reason_words import VERDICTS
from pipeline.reason import NO_REASON, Reason
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.step import StepFound

SHOWN_DIGITS = ".4g"


def said(context: CallContext, *, by: str, turns: Sequence[int]) -> Reason:
    """What was heard: "said by the agent in turn 4"."""
    return Reason("said", {"by": by, "turns": [turn + context.first_turn for turn in turns]})


def not_found(context: CallContext, *, by: str, searched: Sequence[int]) -> Reason:
    """What was not: "looked for in the agent's 12 turns, not found"."""
    return Reason("not_found", {"by": by, "searched": len(searched)})


def sounds(context: CallContext, *, by: str, turns: Sequence[int]) -> Reason:
    """What a model hears in turns, whatever their words: "the agent's turn 4 sounds like it"."""
    return Reason("sounds_like_it", {"by": by, "turns": [turn + context.first_turn for turn in turns]})


def judged(context: CallContext, *, name: str, option: str, likely: bool) -> Reason:
    """What the whole call says about one option of a verdict: "the way the call ends sounds resolved"."""
    if name in VERDICTS and likely:
        return Reason("part_sounds", {"verdict": name, "option": option})
    if option in {"yes", "no", "na"}:
        return Reason("call_speaks_for" if likely else "call_speaks_against", {"option": option})
    return Reason("call_sounds" if likely else "call_does_not_sound", {"option": option})


def measured(context: CallContext, *, name: str, value: float) -> Reason:
    """A conduct number: "the longest silence in seconds is 14.2"."""
    return Reason("measured", {"measure": name, "value": float(f"{value:{SHOWN_DIGITS}}")})


def answered_by_model(context: CallContext, *, yes: bool, read: int | None, written: int | None) -> Reason:
    """What a language model answered, and the tokens that it read and wrote."""
    cost = {} if read is None or written is None else {"tokens_read": read, "tokens_written": written}
    return Reason("language_model_says_yes" if yes else "language_model_says_no", cost)


def recorded(context: CallContext, *, field: str, holds: bool) -> Reason:
    """A field of the telephone system."""
    return Reason("metadata_is_one_of" if holds else "metadata_is_none_of", {"field": field})


def followed(context: CallContext, steps: Sequence[StepFound]) -> Reason:
    """How a script was followed: how many steps were said, and what is wrong with each of the others."""
    said = sum(step.state == "said" for step in steps)
    wrong = [_wrong(step) for step in steps if step.state != "said"]
    return Reason("script_followed", {"said": said, "steps": len(steps), "wrong": wrong})


def _wrong(step: StepFound) -> dict[str, Any]:
    return {"step": step.title, "state": step.state, "lacks": list(step.lacks), "others": list(step.overtaken)}


def joined(context: CallContext, reasons: Sequence[Reason]) -> Reason:
    """Several reasons, each once."""
    distinct: list[Reason] = []
    for reason in reasons:
        if reason and reason not in distinct:
            distinct.append(reason)
    if len(distinct) <= 1:
        return distinct[0] if distinct else NO_REASON
    return Reason("several", {"reasons": [reason.nested() for reason in distinct]})


def not_applying(context: CallContext, reason: Reason) -> Reason:
    """Why a question is not asked of this call."""
    return Reason("does_not_apply", {"because": reason.nested()})


def not_asked(context: CallContext, *, after: str) -> Reason:
    """That a question follows another answer than the one that was given."""
    return Reason("not_asked_after_this_answer", {"question": after})


def then(context: CallContext, *, first: Reason, following: Reason) -> Reason:
    """Two reasons for an order of events."""
    return Reason("first_then", {"first": first.nested(), "then": following.nested()})


def expected(context: CallContext, *, times: float) -> Reason:
    """How often something seems to happen."""
    return Reason("seems_to_happen", {"times": float(f"{times:.1f}")})
