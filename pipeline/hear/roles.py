"""Roles by content: who greets, names the company, offers help and verifies is the agent; who brings a problem is not.

A transparent scorer: each cue is a phrase of call-centre language in general with a weight in favour of the agent
(positive) or the customer (negative). Nothing is fitted to names, companies or recordings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.transcript import Language, Role

FIRST_TO_SPEAK = 1.0
OPENING_TURNS = 3
OPENING_FACTOR = 2.0
SLOPE = 0.6
MOST_PER_CUE = 3


@dataclass(frozen=True, slots=True)
class Roles:
    """The agent's side and how sure that is, from 0.5 to 1."""

    agent: int
    confidence: float
    by_side: Mapping[int, Role] = field(default_factory=dict)


def _cues(*weighted: tuple[float, str]) -> tuple[tuple[float, re.Pattern[str]], ...]:
    """Compiles phrases with their weights."""
    return tuple((weight, re.compile(pattern, re.IGNORECASE)) for weight, pattern in weighted)


ENGLISH = _cues(
    (4.0, r"\b(thank you|thanks) for (calling|contacting|reaching|holding|waiting|your patience|bearing|banking|choosing)"),
    (4.0, r"\bhow (can|may|could) (i|we) (help|assist)\b|\bwhat can i (help|do)\b|\bhelp you (with )?today\b"),
    (3.0, r"\bmy name is\b.{0,40}\b(help|assist|how|what)\b|\bcall (is|may be|will be|'s) (being )?(recorded|monitored)|\brecorded line\b"),
    (3.0, r"\bis there (anything|something) else\b|\banything else (i|we|that i)\b|\banything else (for you|today)\b"),
    (3.0, r"\b(can|could|may) i (please )?(have|get|take|confirm|verify|ask for)( \w+)? (your|the|a)\b|\b(verify|confirm) your\b"),
    (2.0, r"\b(what's|what is|can i have) (your|the) (\w+ )?(name|number|date|address|email|zip|postcode|last four|birthday|account)"),
    (2.0, r"\bfor (security|verification)( purposes)?\b|\bpull(ing)? (up )?(your|that|the)\b|\blet me (just )?(check|look|see|pull|take a look|transfer)\b"),
    (2.0, r"\bi('m| am) (so |very |really |terribly )?sorry (to hear|about that|for the|you're|that you)|\bi apologi[sz]e\b|\bour apologies\b"),
    (2.0, r"\b(put|place) you on (a )?(brief |short )?hold\b|\btransfer you\b|\bbear with me\b|\bhold the line\b|\bone moment please\b"),
    (2.0, r"\bhave a (great|good|nice|wonderful|lovely) (day|one|evening|afternoon|weekend|rest)|\bi can see (here |that |your )|\bi('m| am) showing\b"),
    (2.0, r"\b(your|a) (case|ticket|reference|confirmation) (number|id) (is|will)\b|\bi('ve| have) (gone ahead|processed|submitted|filed|raised|issued|escalated|scheduled)\b"),
    (1.5, r"\b(sir|ma'am|madam)\b|\bwe (can|could|do|offer|have|will|would|appreciate)\b|\bi('ll| will) (go ahead|send|email|make a note|file|issue|process|raise|arrange)\b"),
    (0.4, r"\byour?\b"),
    (-3.0, r"\bi('m| am|'m just| was) (calling|phoning|ringing) (about|because|to|regarding|in|for|again)\b|\bi('d| would) like to (speak|cancel|return|report|complain|know|make)\b"),
    (-3.0, r"\bi (was|got|been|have been|'ve been|keep getting) (over)?charged\b|\bi('ve| have) (already )?(been|called|tried|waited|paid)\b"),
    (-2.5, r"\b(isn't|is not|not|stopped|doesn't|won't|still not) work(ing)?\b|\bmy (account|order|bill|card|phone|internet|flight|policy|package|money|refund|payment|car|rent)\b"),
    (-2.0, r"\bi (want|need) (to|my|a|you|it|this|someone)\b|\byou (guys|people)\b|\bcan you (help|tell|check|fix|explain|just|please)\b|\bspeak (to|with) (a |your )?(manager|supervisor)\b"),
    (-2.0, r"\b(this is )?(ridiculous|unacceptable|frustrat\w+)\b|\bwhy (did|was|is|am|do|does|would|should) (i|my|you|it|the)\b|\bso (what|how|when) do i\b"),
    (-0.4, r"\b(my|mine)\b"),
)
CHINESE = _cues(
    (4.0, r"为您服务|[请有]问?有?什么(可以|能)?帮(到|助)?您?|很高兴为|欢迎(致电|拨打|来电)|感谢您的?(来电|致电|支持|耐心|等待|理解|配合)|客服(中心|专员)"),
    (3.0, r"工号|(通话|电话|全程).{0,4}(录音|会有录音)|请问您?还有(什么|其他|别的)|还有(什么|其他|别的).{0,6}(帮|需要|问题)|祝您"),
    (3.0, r"(核实|核对|验证|确认)(一下|下)?(您|身份|信息)|(报|提供|说)(一下|下)您?的?.{0,6}(号|姓名|名字|地址|证)|请问您?(贵姓|怎么称呼)|身份证.{0,4}后.位"),
    (2.0, r"(帮|给|为|替)您|(请|麻烦)您|您(稍等|请讲|请说|别着急|放心|这边|看)|稍等(一下|片刻)?|久等"),
    (2.0, r"(非常|很|真的|实在)?(抱歉|对不起|不好意思).{0,6}(您|给)|理解您|(我们?|咱们)这边|我(帮|给|为)您|(工单|单号|流水号)"),
    (0.5, r"您"),
    (-3.0, r"我(想|要)(问|投诉|退|取消|咨询|查|办|改|报|找|换)|你们(怎么|这|是|公司|客服|到底|就|那|的)|凭什么|怎么回事|投诉你"),
    (-2.0, r"我(家|的(手机|卡|号|钱|订单|快递|账|包裹|车|网|房|票|药|东西))|多扣|扣了我|没(收到|到账|反应|人管)|坏了|急死|烦死|太(慢|过分|贵)|退(钱|款)给我"),
    (-1.0, r"你(帮|给)我|(能不能|可不可以|麻烦你)|那我(怎么|该|要|就)|我(不要|不想|不管|都|已经|上次|昨天|今天)"),
    (-0.3, r"我"),
)


def roles_of(said: Sequence[tuple[int, str]], *, language: Language, agent: int | None = None) -> Roles:
    """Which side is the agent. `said` is (side, text) in time order; `agent` is the side if metadata fixes it."""
    sides = sorted({side for side, _ in said})
    if agent is not None:
        return _named(agent, 1.0, sides)
    if len(sides) == 1:
        lean = evidence([text for _, text in said], language=language)
        return _named(sides[0] if lean >= 0 else 1 - sides[0], _confidence(lean), sides)
    scores = {side: evidence([text for who, text in said if who == side], language=language) for side in sides[:2]}
    scores[said[0][0]] = scores.get(said[0][0], 0.0) + FIRST_TO_SPEAK
    first, second = sides[:2]
    lead = scores[first] - scores[second]
    return _named(first if lead >= 0 else second, _confidence(lead), sides)


def evidence(texts: Sequence[str], *, language: Language) -> float:
    """How much one side talks like an agent: the sum of its cues, those of its opening counted more."""
    opening, rest = " ".join(texts[:OPENING_TURNS]), " ".join(texts[OPENING_TURNS:])
    return OPENING_FACTOR * _score(opening, language) + _score(rest, language)


def _score(text: str, language: Language) -> float:
    """The weighted cues of a text; one cue counts a few times at most, pronouns by their share."""
    total = 0.0
    for weight, pattern in CHINESE if language == "zh" else ENGLISH:
        found = len(pattern.findall(text))
        total += weight * min(found, MOST_PER_CUE if abs(weight) >= 1 else 10)
    return total


def _confidence(lead: float) -> float:
    """A lead in evidence as a probability, through a logistic curve."""
    return round(1 / (1 + math.exp(-SLOPE * min(abs(lead), 50.0))), 4)


def _named(agent: int, confidence: float, sides: Sequence[int]) -> Roles:
    """Roles for all sides."""
    return Roles(agent, confidence, {side: "agent" if side == agent else "customer" for side in sides})
