"""Back-channels: short sounds of listening ("mm-hm", "嗯") that do not take the floor."""

from __future__ import annotations

import re

from pipeline.transcript import Language

MOST_WORDS = 3

_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*|[\u3400-\u9fff]+")
_ENGLISH_LINE = (
    "mm mm-hm mmhm mhm mm-hmm mmm mhmm hm hmm uh-huh uhhuh uh huh ah oh aha okay ok kay yeah yep yes yup ya aye right"
    " sure alright gotcha really wow true exactly i see got it good great fine"
)
_ENGLISH = frozenset(_ENGLISH_LINE.split())
_CHINESE = re.compile(
    r"(?:嗯|恩|哦|噢|喔|啊|呃|唉|哎|对|是|是的|好|好的|行|可以|没错|明白|知道了?|了解|这样|懂了?|是吗|ok)+[呀啊吧的嘛哈哦]*"
)


def is_backchannel(text: str, *, language: Language) -> bool:
    """Whether a turn says no more than "I am listening".

    >>> is_backchannel("Mm-hm, okay.", language="en"), is_backchannel("Okay, it works.", language="en")
    (True, False)
    """
    words = _WORD.findall(text.casefold())
    if not words:
        return True
    if language == "zh":
        spoken = "".join(words)
        return len(spoken) <= 2 * MOST_WORDS and _CHINESE.fullmatch(spoken) is not None
    return len(words) <= MOST_WORDS and all(word in _ENGLISH for word in words)
