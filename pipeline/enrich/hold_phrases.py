"""What agents say before and after a hold, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.transcript import Language

# A plain request to hold the line. Without times it is sufficient evidence of a hold.
_ASKS_ENGLISH = (
    r"\b(?:put|putting|pop|popping|place|placing|stick|sticking|park|leave|set|keep) (?:you|ye|ya|the call)\b.{0,20}\b"
    r"(?:hold|mute|music)\b",
    r"\bhold the line\b",
    r"\bplease hold\b",
    r"\bhold,? (?:please|again)\b",
    r"\bhold on (?:there|for|a|one|please|while|till|until)\b",
    r"\b(?:mind|be) holding\b",
    r"\b(?:can|could|may|would|will) (?:i |we )?(?:(?:ask|request) )?(?:you )?(?:to )?hold\b(?! (?:it|the|that|up)\b)",
    r"\bhang (?:on the line|on there|about|fire)\b",
    r"\bstay (?:on the line|there)\b",
    r"\bsit tight\b",
    r"\b(?:on mute|mute you|dead air)\b",
    r"\bdon'?t (?:go (?:away|anywhere|nowhere)|hang up|cut the (?:call|line))\b",
    r"\bwait(?:ing)? on (?:the )?(?:line|call)\b",
    r"\b(?:go|going|step|be) off the line\b",
    r"^\W*hold\W*$",
)
_ASKS_CHINESE = (
    r"[别莫](?:先)?(?:挂|撂|搁|离开|走开|放下|断)",
    r"不要(?:挂|离开)",
    r"静.{0,2}音",
    r"听.{0,4}音乐",
    r"拿着.{0,3}(?:话筒|电话)|(?:话筒|电话).{0,3}拿着",
    r"保持(?:通话|在线|线上)",
    r"留在?线上|线上.{0,3}[等候稍]|在线.{0,3}等",
    r"(?:离开|走开)一下",
    r"候着|先晾|hold一下",
    r"等(?:一会|会)儿?|[请您你]稍[等候待]",
)
# Looser words, which mean a hold only if a long silence or thanks for waiting follows.
_WAITS_ENGLISH = (
    r"\bhold(?:ing)?\b",
    r"\bbear with\b",
    r"\bhang on\b",
    r"\bwait\b",
    r"\b(?:gimme|give (?:me|us))\b",
    r"\b(?:moment|sec|secs|seconds?|mins?|minutes?|ticks?|jiffy)\b",
    r"\bback (?:in|to you|with you)\b",
    r"\bsilent\b|\bthe phone down\b",
)
_WAITS_CHINESE = (
    r"稍[等候待后微]",
    r"等(?:一|我|会|着|下|个|等|到|哈|起)|能等",
    r"挂断",
    r"回来",
    r"[分秒]钟",
    r"先放一下",
)
_THANKS_ENGLISH = (
    r"\b(?:thank|thanks|cheers|ta|appreciate|grateful|obliged|sorry|apologies|apologi[sz]e|salamat)\b[^.!?]{0,40}"
    r"\b(?:hold(?:ing)?|hanging|wait(?:ing?)?|patience|patient|keep(?:ing)?|kept|sticking|bearing|delay|on the line)\b",
    r"\byou(?:'re| are|'ve been) (?:very |so )?patient\b",
)
_THANKS_CHINESE = (
    r"久等|久候|耐心",
    r"(?:感谢|谢谢|多谢|难为|有?劳|辛苦|抱歉|不好意思).{0,6}(?:等|候|没有?挂)",
    r"[让叫]您.{0,4}等|等着了|耽误您|耽搁您",
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ASKS: Mapping[Language, re.Pattern[str]] = {"en": _any(*_ASKS_ENGLISH), "zh": _any(*_ASKS_CHINESE)}
_WAITS: Mapping[Language, re.Pattern[str]] = {
    "en": _any(*_ASKS_ENGLISH, *_WAITS_ENGLISH),
    "zh": _any(*_ASKS_CHINESE, *_WAITS_CHINESE),
}
_THANKS: Mapping[Language, re.Pattern[str]] = {"en": _any(*_THANKS_ENGLISH), "zh": _any(*_THANKS_CHINESE)}


def asks_to_hold(text: str, *, language: Language) -> bool:
    """Whether an agent's turn plainly asks the customer to hold the line.

    >>> asks_to_hold("Can I put you on hold?", language="en")
    True
    """
    return _ASKS[language].search(text) is not None and not thanks_for_holding(text, language=language)


def speaks_of_waiting(text: str, *, language: Language) -> bool:
    """Whether an agent's turn may announce a wait; it is a hold if silence or thanks for waiting follow."""
    return _WAITS[language].search(text) is not None


def thanks_for_holding(text: str, *, language: Language) -> bool:
    """Whether an agent's turn thanks or apologises for a wait."""
    return _THANKS[language].search(text) is not None
