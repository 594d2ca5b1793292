"""Conduct: talk share, silences, interruptions and pace of a call, from the times of its turns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.enrich.backchannel import is_backchannel
from pipeline.enrich.hold import has_hold_audio
from pipeline.enriched import Conduct, Interruption, Silence
from pipeline.text.chinese_script import in_simplified
from pipeline.transcript import Event, Language, Role, Transcript, Turn

SILENCE_S = 3.0
# Recognised word boundaries are off by a few tenths of a second; a smaller overlap is not an interruption.
OVERLAP_S = 0.3

_UNIT = {"en": re.compile(r"[\w'’-]*\w"), "zh": re.compile(r"[\u3400-\u9fff]|[a-zA-Z]+|\d")}
_QUESTION = re.compile(r"[?？]\s*$|[吗呢]\s*[。.]?\s*$")
_ANYBODY_THERE = re.compile(r"\b(?:hello|are you (?:still )?there|you there)\b|^喂|在吗|听得到|有人吗", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Timed:
    """A turn with times."""

    turn: Turn
    start_s: float
    end_s: float


def conduct_of(transcript: Transcript) -> Conduct:
    """The conduct of a call; all None and empty if any turn has no times."""
    transcript = in_simplified(transcript)
    timed = [
        _Timed(turn, turn.start_s, turn.end_s)
        for turn in transcript.turns
        if turn.start_s is not None and turn.end_s is not None
    ]
    if not timed or len(timed) < len(transcript.turns):
        return Conduct()
    timed.sort(key=lambda each: (each.start_s, each.end_s))
    agent_s = _covered_s(each for each in timed if each.turn.role == "agent")
    customer_s = _covered_s(each for each in timed if each.turn.role == "customer")
    whole_s = max(each.end_s for each in timed) - timed[0].start_s
    silences = tuple(_silences(timed, transcript.events))
    return Conduct(
        talk_share=agent_s / (agent_s + customer_s) if agent_s + customer_s else None,
        pace=_pace(transcript, agent_s),
        longest_monologue_s=_longest_monologue_s(timed, transcript.language),
        silence_share=1.0 - (_covered_s(timed) + _held_s(silences, transcript.events)) / whole_s if whole_s else None,
        silences=silences,
        interruptions=tuple(_interruptions(timed, transcript.language)),
    )


def speech_units(text: str, *, language: Language) -> int:
    """Count words (English) or characters (Chinese, where a Latin word or a digit counts as one).

    >>> speech_units("Hello, it's me", language="en"), speech_units("您好, Ann", language="zh")
    (3, 3)
    """
    return len(_UNIT[language].findall(text))


def _covered_s(timed: Iterable[_Timed]) -> float:
    """Seconds covered by at least one of these turns, which are sorted by start."""
    total, reached = 0.0, float("-inf")
    for each in timed:
        total += max(0.0, each.end_s - max(each.start_s, reached))
        reached = max(reached, each.end_s)
    return total


def _pace(transcript: Transcript, agent_s: float) -> float | None:
    units = sum(speech_units(turn.text, language=transcript.language) for turn in transcript.by("agent"))
    return 60.0 * units / agent_s if agent_s else None


def _longest_monologue_s(timed: Sequence[_Timed], language: Language) -> float | None:
    """The longest time that the agent holds the floor, from first word to last, across back-channels."""
    longest, start_s = None, None
    for each in timed:
        if each.turn.role == "agent":
            start_s = each.start_s if start_s is None else start_s
            longest = max(longest or 0.0, each.end_s - start_s)
        elif not is_backchannel(each.turn.text, language=language):
            start_s = None
    return longest


def _held_s(silences: Iterable[Silence], events: Sequence[Event]) -> float:
    """Seconds of these silences in which the call is on hold."""
    return sum(each.end_s - each.start_s for each in silences if has_hold_audio(each.start_s, each.end_s, events))


def _silences(timed: Sequence[_Timed], events: Sequence[Event]) -> Iterable[Silence]:
    """Gaps of more than 3 s between turns. After music on hold it is the agent's turn to speak."""
    last = timed[0]
    for each in timed[1:]:
        if each.start_s - last.end_s > SILENCE_S:
            held = has_hold_audio(last.end_s, each.start_s, events)
            owed_by = "agent" if held else _owed_by(last.turn, each.turn)
            yield Silence(start_s=last.end_s, end_s=each.start_s, owed_by=owed_by)
        if each.end_s >= last.end_s:
            last = each


def _owed_by(before: Turn, after: Turn) -> Role:
    """Who should have spoken: who was asked, or else who ends the silence, unless by asking "are you there?"."""
    other: Role = "customer" if before.role == "agent" else "agent"
    if _QUESTION.search(before.text):
        return other
    if after.role == "customer" and _ANYBODY_THERE.search(after.text):
        return "agent"
    return after.role


def _interruptions(timed: Sequence[_Timed], language: Language) -> Iterable[Interruption]:
    """Turns that start more than 0.3 s before the other speaker's turn ends."""
    speaking: dict[Role, float] = {}
    for each in timed:
        role = each.turn.role
        others = [end_s for other, end_s in speaking.items() if {other, role} == {"agent", "customer"}]
        if any(end_s - each.start_s > OVERLAP_S for end_s in others):
            quiet = is_backchannel(each.turn.text, language=language)
            yield Interruption(turn=each.turn.index, at_s=each.start_s, by=role, backchannel=quiet)
        speaking[role] = max(speaking.get(role, 0.0), each.end_s)
