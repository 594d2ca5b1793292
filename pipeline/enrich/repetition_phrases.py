"""Phrases with which customers say that they repeat themselves, and agents ask for a repetition."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.transcript import Language

_AGAIN = r"(?:again|once more|one more time|a second time)"
_THING = r"(?:that|it|your \w+|the \w+)"
_YOU = r"(?:you|ya|ye)"
_ASKED_ENGLISH = (
    rf"\b(?:could|can|would|will) {_YOU} (?:(?:please|just|kindly|maybe) )?repeat\b",
    rf"\b(?:say|give|tell|read|spell|run) (?:me )?{_THING}(?: (?:to|for|by|past) me)?,? {_AGAIN}\b",
    rf"\b(?:please repeat|repeat {_THING},? (?:please|for me))\b",
    r"\bcome again\?|\bpardon(?: me)?\s*\?",
    r"\b(?:didn'?t|did not|couldn'?t|could not) (?:quite |really )?(?:catch (?:that|it|you|your|the)|hear you)\b",
    r"\bcan(?:'?t|not) (?:quite |really |barely )?hear you\b",
    rf"\b(?:what|who|where|how much|which) (?:was|is|were) {_THING} again\b",
    r"\b(?:you'?re|you are|your) breaking up\b",
)
_ASKED_CHINESE = (
    r"(?<![我们您你])再(?:跟我|给我)?(?:说|讲|报|念|重复|确认|提供)(?:一|1)?[遍次]",
    r"[您你](?:可以|能|能不能|可不可以)?再(?:跟我|给我)?(?:说|讲|报|念|重复)(?:一|1)?(?:[遍次]|下(?=$|[。？?！!，,吗好行可]))",
    r"[您你请烦].{0,6}重复一?[遍下次]",
    r"(?:^|我|这边|刚才|刚刚|意思|抱歉|不起|[，,。.])没(?:有)?(?:太|大)?听(?:清|见|到|懂)",
    r"听不(?:太|大)?清|听不(?:太|大)?(?:见|到)[您你]",
    r"[您你](?:刚才|刚刚)?说(?:的是|的)?(?:什么|啥|哪)[？?]",
)
_SAID_ENGLISH = (
    r"\b(?:as|like) i(?:'ve| have)? (?:(?:just|already|keep|kept) )?(?:said|say|saying|told|mentioned|explained)\b",
    rf"\bi(?:'ve| have)? (?:(?:just|already|literally) )*(?:told|explained (?:\w+ )?to|said (?:\w+ )?to) {_YOU}\b",
    r"\bi(?:'ve| have)? (?:(?:just|already|literally) )+(?:said|told|explained|mentioned|given)\b",
    r"\bi (?:keep|kept) (?:saying|telling|repeating|explaining)\b",
    r"\bhow many (?:more )?times (?:do|must|have|did|will) i\b",
    r"\b(?:repeat|repeating) myself\b",
    rf"\bexplain(?:ing)? (?:it|this|that|everything) (?:all )?(?:over )?{_AGAIN}\b",
    r"\bfor the (?:second|third|fourth|fifth|umpteenth|hundredth) time\b",
)
_SAID_CHINESE = (
    r"我(?:刚才|刚刚|刚|已经|不是|不都|早就|前面|一开始)+都?(?:[跟和给对同][你您]们?)?(?:就|都)?(?:说|讲|告诉|报)(?:过|了|[你您]|的)",
    r"我(?:都|已经|早)?[跟和给对同][你您]们?(?:都|已经|早就)?(?:说|讲|报)(?:过|了)",
    r"(?:说|讲|解释|重复)了?(?:多少|好几|几|好多|两|三|无数|[一二三四五六七八]百)[遍次回]",
    r"[又还](?:要|得|让我)(?:从头)?再?(?:说|讲|重复)一?遍",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ASKED: Mapping[Language, re.Pattern[str]] = {"en": _any(_ASKED_ENGLISH), "zh": _any(_ASKED_CHINESE)}
_SAID: Mapping[Language, re.Pattern[str]] = {"en": _any(_SAID_ENGLISH), "zh": _any(_SAID_CHINESE)}


def asks_again(text: str, *, language: Language) -> bool:
    """Whether an agent's turn asks the customer to say something again."""
    return _ASKED[language].search(_straight(text)) is not None


def says_said(text: str, *, language: Language) -> bool:
    """Whether a customer's turn says that they have said this before."""
    return _SAID[language].search(_straight(text)) is not None


def _straight(text: str) -> str:
    return text.replace("’", "'")
