"""Why an answer is what it is, in plain words for an agent or a supervisor, in the language of the call.

A reason names roles, turns and numbers, and repeats no words of the call. Turns carry the numbers of the transcript.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.score.context.call_context import CallContext
from pipeline.score.context.step import StepFound

_ROLES: Mapping[str, Mapping[str, str]] = {
    "en": {"agent": "the agent", "customer": "the customer", "ivr": "the announcement", "anyone": "anyone"},
    "zh": {"agent": "客服", "customer": "客户", "ivr": "系统播报", "anyone": "双方"},
}
_WHOSE: Mapping[str, Mapping[str, str]] = {
    "en": {"agent": "the agent's ", "customer": "the customer's ", "ivr": "the announcement's ", "anyone": ""},
    "zh": {"agent": "客服的", "customer": "客户的", "ivr": "系统播报的", "anyone": ""},
}
_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "en": {"na": "not applicable", "follow_up": "like an agreed next step"},
    "zh": {
        "yes": "是",
        "no": "否",
        "na": "不适用",
        "negative": "负面",
        "neutral": "平和",
        "positive": "正面",
        "resolved": "已解决",
        "follow_up": "有后续安排",
        "unresolved": "未解决",
    },
}
_VERDICTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "sentiment_start": "the customer's first words sound {option}",
        "sentiment_end": "the customer's last words sound {option}",
        "outcome": "the way the call ends sounds {option}",
    },
    "zh": {
        "sentiment_start": "客户开头的话听起来{option}",
        "sentiment_end": "客户最后的话听起来{option}",
        "outcome": "从结尾来看：{option}",
    },
}
_MEASURES: Mapping[str, tuple[str, str]] = {
    "talk_share": ("the agent's share of the talk", "客服说话占比"),
    "pace": ("the agent's pace a minute", "客服每分钟语速"),
    "longest_monologue_s": ("the agent's longest monologue in seconds", "客服最长独白（秒）"),
    "silence_share": ("the share of silence", "静默占比"),
    "longest_silence_s": ("the longest silence in seconds", "最长静默（秒）"),
    "silences": ("the number of silences", "静默次数"),
    "interruptions": ("the number of the agent's interruptions", "客服打断次数"),
    "turns": ("the number of turns", "轮数"),
    "handle_time_s": ("the handle time in seconds", "处理时长（秒）"),
    "hold_s": ("the time on hold in seconds", "等待时长（秒）"),
    "answer_speed_s": ("the speed of answer in seconds", "接听用时（秒）"),
}


def said(context: CallContext, *, by: str, turns: Sequence[int]) -> str:
    """What was heard: "said by the agent in turn 4"."""
    turns = [turn + context.first_turn for turn in turns]
    if _chinese(context):
        return f"{_ROLES['zh'][by]}在第{'、'.join(map(str, turns))}轮说到"
    who = "" if by == "anyone" else f" by {_ROLES['en'][by]}"
    return f"said{who} in {_turns(turns)}"


def not_found(context: CallContext, *, by: str, searched: Sequence[int]) -> str:
    """What was not: "looked for in the agent's 12 turns, not found"."""
    count = len(searched)
    if _chinese(context):
        return f"在{_WHOSE['zh'][by]}{count}轮话中没有找到" if count else f"没有{_ROLES['zh'][by]}的话可查"
    if not count:
        return f"{_ROLES['en'][by]} said nothing there"
    return f"looked for in {_WHOSE['en'][by] or 'all '}{count} turn{'' if count == 1 else 's'}, not found"


def sounds(context: CallContext, *, by: str, turns: Sequence[int]) -> str:
    """What a model hears in turns, whatever their words."""
    turns = [turn + context.first_turn for turn in turns]
    if _chinese(context):
        return f"{_ROLES['zh'][by]}第{'、'.join(map(str, turns))}轮的话意思如此"
    return f"{_WHOSE['en'][by]}{_turns(turns)} {'sounds' if len(turns) == 1 else 'sound'} like it"


def judged(context: CallContext, *, name: str, option: str, likely: bool) -> str:
    """What the whole call says about one option of a verdict."""
    language = "zh" if _chinese(context) else "en"
    shown = _OPTIONS[language].get(option, option.replace("_", " "))
    known = _VERDICTS[language].get(name)
    if known and likely:
        return known.format(option=shown)
    if option in {"yes", "no", "na"}:
        if language == "zh":
            return f"整通话{'倾向于' if likely else '不像'}“{shown}”"
        return f"the call as a whole speaks {'for' if likely else 'against'} “{shown}”"
    if language == "zh":
        return f"从整通话来看，{'' if likely else '不'}像是{shown}"
    return f"the call as a whole {'sounds' if likely else 'does not sound'} {shown}"


def measured(context: CallContext, *, name: str, value: float) -> str:
    """A conduct number."""
    english, chinese = _MEASURES.get(name, (name, name))
    return f"{chinese}为 {value:.4g}" if _chinese(context) else f"{english} is {value:.4g}"


def told(context: CallContext, *, yes: bool, read: int | None, written: int | None) -> str:
    """What a language model answered, and the tokens that it read and wrote."""
    cost = "" if read is None or written is None else f" ({read}+{written} tokens)"
    if _chinese(context):
        return f"语言模型认为{'是' if yes else '否'}{cost}"
    return f"the language model says {'yes' if yes else 'no'}{cost}"


def recorded(context: CallContext, *, field: str, holds: bool) -> str:
    """A field of the telephone system."""
    if _chinese(context):
        return f"系统字段 {field} {'' if holds else '不'}在所列的值之中"
    return f"the telephone system's {field} is {'' if holds else 'not '}one of those asked for"


def followed(context: CallContext, steps: Sequence[StepFound]) -> str:
    """How a script was followed: how many steps were said, and what is wrong with each of the others."""
    said = sum(step.state == "said" for step in steps)
    wrong = [_wrong(context, step) for step in steps if step.state != "said"]
    if _chinese(context):
        return "；".join([f"{len(steps)}步话术中说到{said}步", *wrong])
    return "; ".join([f"{said} of {len(steps)} step{'' if len(steps) == 1 else 's'} said", *wrong])


def _wrong(context: CallContext, step: StepFound) -> str:
    chinese = _chinese(context)
    name = f"“{step.title}”"
    match step.state:
        case "incomplete":
            lacks = ("、" if chinese else ", ").join(f"“{part}”" for part in step.lacks)
            return f"{name}缺少{lacks}" if chinese else f"{name} lacks {lacks}"
        case "misplaced":
            return f"{name}说得不在该说的位置" if chinese else f"{name} is said in the wrong part of the call"
        case "out_of_order":
            others = ("、" if chinese else ", ").join(f"“{other}”" for other in step.overtaken)
            if not others:
                return f"{name}顺序不对" if chinese else f"{name} is out of order"
            return f"{name}与{others}的顺序不对" if chinese else f"{name} is out of order with {others}"
        case _:
            return f"没有说到{name}" if chinese else f"{name} is not said"


def joined(context: CallContext, reasons: Sequence[str]) -> str:
    """Several reasons, each once."""
    return ("；" if _chinese(context) else "; ").join(dict.fromkeys(reason for reason in reasons if reason))


def not_applying(context: CallContext, reason: str) -> str:
    """Why a question is not asked of this call."""
    return f"不适用：{reason}" if _chinese(context) else f"does not apply: {reason}"


def not_asked(context: CallContext, *, after: str) -> str:
    """That a question follows another answer than the one that was given."""
    return f"{after}的答案之后不问此题" if _chinese(context) else f"not asked after this answer to {after}"


def then(context: CallContext, *, first: str, following: str) -> str:
    """Two reasons that stand for an order of events."""
    return f"先看：{first}；再看：{following}" if _chinese(context) else f"first: {first}; then: {following}"


def expected(context: CallContext, *, times: float) -> str:
    """How often something seems to happen."""
    return f"大约发生 {times:.1f} 次" if _chinese(context) else f"it seems to happen {times:.1f} times"


def _turns(turns: Sequence[int]) -> str:
    numbers = [str(turn) for turn in turns]
    if len(numbers) == 1:
        return f"turn {numbers[0]}"
    return f"turns {', '.join(numbers[:-1])} and {numbers[-1]}"


def _chinese(context: CallContext) -> bool:
    return context.transcript.language == "zh"
