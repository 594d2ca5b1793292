"""Promise words: what customers say on a later call to show that a promise was kept or broken.

Each pattern belongs to kinds of promises, so "I got your letter but not the refund" says something about each of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pipeline.promise import PromiseKind
from pipeline.text.chinese_script import simplified, turn_language

Shown = Literal["kept", "broken"]

# Every match contains one of these, in either script, so the database can filter turns before the patterns run.
CLUE = (
    r"(?i)n['’]t\b|"
    r"\b(?:not|never|no|nobody|none|nothing|still|waiting|thanks?|appreciate|cheers|got|had|received?|arrived|came|"
    r"called|rang|phoned|contacted|fixed|sorted|working|repaired|credit(?:ed)?|refund(?:ed)?|money|through|did)\b|"
    r"[没沒未无無]|收到|到[账賬帳]|回来|回來|退|修好|恢复|恢復|[联聯][系繫]|[电電][话話]|[谢謝]|来了|來了|来过|來過|"
    r"石沉|在等|拿到|到了|好了|正常"
)
_NOBODY = r"(?:nobody|no ?one|not (?:one|a single) (?:person|soul)|none of (?:you|them))"
_NOT = r"(?:never|not|didn't|did not|hasn't|has not|haven't|have not|don't|do not|doesn't|isn't|wasn't|hadn't)"
_CALL = (
    r"(?:call(?:ed|ing|s)?|r[aiu]ng|ringing|phon(?:ed|e|ing)|contact(?:ed)?|g[eo]t(?:ten)? (?:back|in touch)|"
    r"reach(?:ed)? out|answer(?:ed)?|repl(?:y|ied)|respond(?:ed)?|been in touch|come back to me|emailed)"
)
_MONEY = r"(?:refund|money|credit|reimbursement|compensation|cash|deposit|payment|rebate|funds)"
_ITEM = (
    r"(?:parcel|package|letter|e-?mail|text|card|form|replacement|order|box|delivery|voucher|paperwork|document|"
    r"documents|link|contract|confirmation|copy|label|invoice|statement|key|keys|it|them|anything|new \w+)"
)
_VISITOR = (
    r"(?:engineer|technician|tech|plumber|electrician|mechanic|repair ?man|fitter|crew|contractor|inspector|driver|"
    r"man|guy|fella|lads?|he|she|they|someone|somebody|anyone|anybody)"
)
_UNKEPT = (
    r"(?:never|not|n't) (?:\w+ )?heard? (?:anything|a (?:thing|word)|back|from|nothing)|heard? nothing|"
    r"nothing(?:'s| has| was| ever)? (?:been )?(?:happened|done|changed|came of it)|"
    r"no (?:news|word|update|progress)\b|(?:didn't|never|hasn't|not) happen(?:ed)?\b|"
    r"still waiting(?! for (?:a|the|my) (?:bus|baby))"
)


def _compiled(expressions: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    """Compile patterns by name; `…` means any character of the same clause."""
    return {
        name: re.compile(expression.replace("…", "[^,.;!?，。；！？]"), re.IGNORECASE)
        for name, expression in expressions.items()
    }


_BROKEN = _compiled(
    {
        "any": rf"\b(?:{_UNKEPT})",
        "call_back": (
            rf"\b{_NOBODY}(?:'s| has| have| ever| even| bothered to)*(?: \w+)? {_CALL}|"
            rf"\b(?:you|they|he|she|someone|somebody|manager|engineer|team|office|agent) (?:\w+ )?{_NOT} "
            rf"(?:\w+ )?{_CALL}|"
            rf"\b(?:never|{_NOT} (?:even )?(?:get|got|had|received?)|no|without) (?:got |had |received |get )?"
            r"(?:a|any|the|my|that|your)? ?(?:phone )?(?:call ?back|call|answer|reply|response)\b|"
            r"\bwaiting (?:\w+ ){0,4}?(?:for|on) (?:a|the|that|my|your|any) (?:\w+ )?"
            r"(?:call ?back|call|answer|reply|response)|"
            rf"\b(?:said|promised|told)\b.{{0,60}}\b{_CALL}\b.{{0,25}}(?:but|and) "
            r"(?:you|they|he|she|nobody|no one|it|never)? ?(?:didn't|never|haven't|hasn't|did not)"
        ),
        "refund": (
            rf"\b{_NOT} (?:\w+ )?"
            rf"(?:got|get|gotten|had|have|received?|seen|see|been (?:given|paid))\b…{{0,25}}\b{_MONEY}\b|"
            rf"\b(?:the|my|that|this|your) (?:\w+ )?{_MONEY}\b…{{0,20}}\b{_NOT}\b|\bno sign of …{{0,12}}{_MONEY}|"
            rf"\bwaiting (?:\w+ ){{0,4}}?(?:for|on) …{{0,14}}\b{_MONEY}|\bwhere(?:'s| is) my (?:refund|money)"
        ),
        "send": (
            rf"\b{_NOT} (?:\w+ )?(?:got|get|gotten|had|received?|seen)\b…{{0,20}}\b{_ITEM}\b|"
            rf"\b{_ITEM}\b…{{0,16}}\b{_NOT} (?:\w+ )?"
            r"(?:arrived?|come|came|turned up|shown up|showed up|been (?:sent|delivered)|reached)|"
            rf"\bno sign of …{{0,12}}{_ITEM}|\bwaiting (?:\w+ ){{0,4}}?(?:for|on) …{{0,14}}\b{_ITEM}\b|"
            r"\b(?:never|hasn't|not) (?:arrived|turned up|been delivered)"
        ),
        "repair": (
            rf"\b{_VISITOR} (?:\w+ )?{_NOT} (?:\w+ )?"
            r"(?:turn(?:ed)? up|show(?:ed|n)?(?: up)?|come|came|arrived?|appear(?:ed)?|fix(?:ed)?|been)|"
            rf"\b(?:{_NOBODY}|no {_VISITOR})(?:'s| has| ever)? (?:\w+ )?"
            r"(?:came|come|showed|shown|turned|arrived|been|appeared|fixed)|"
            r"\bstill (?:not|isn't|hasn't been|not been|doesn't|won't) (?:\w+ )?"
            r"(?:work(?:ing)?|fixed|repaired|sorted|on)|"
            r"\bstill (?:broken|down|off|leaking|out|dead|not (?:working|on))"
        ),
        "matter": r"\bstill (?:not|isn't|hasn't|hasn't been|not been) (?:\w+ )?"
        r"(?:sorted|resolved|changed|done|fixed|corrected|removed|cancelled)",
    }
)
_KEPT = _compiled(
    {
        "call_back": (
            r"\b(?:thanks|thank you|appreciate|cheers)\b…{0,20}\b(?:call(?:ing)?|ring(?:ing)?|phoning|getting) "
            r"(?:me )?back|\bthanks for (?:the|your) (?:call(?: ?back)?|reply|answer)|"
            r"\b(?:someone|somebody|you|they|he|she|manager|supervisor|lady|gentleman|guy|man|woman|colleague|"
            r"engineer|team|office|doctor|adviser|agent)(?:'ve|'s| have| has| did| finally| already)* "
            r"(?:call(?:ed)?|r[aui]ng|phoned?|contacted|got back to|g[eo]t in touch with|reached out to|emailed) "
            r"(?:me|us|back)|"
            r"\b(?:got|had|received) (?:a|the|your|that) (?:\w+ )?(?:call ?back|phone call|call|reply|answer)"
        ),
        "refund": (
            r"\b(?:refund|money|credit|reimbursement|compensation|deposit)\b…{0,14}\b(?:came|come|went|gone|arrived|"
            r"cleared|landed|showed up|is (?:there|in|back|showing)|been (?:paid|credited|received)|through)|"
            rf"\b(?:got|received|had|see|seen)\b (?:\w+ )?(?:the|my|your|that) (?:\w+ )?{_MONEY}\b|"
            r"\bgot (?:it|that|my \w+) back\b|\brefunded me\b"
        ),
        "send": (
            r"\b(?:i|we)(?:'ve| have)?(?: just| now| already)? (?:got|received) (?:the|your|my|that|it|them)\b|"
            rf"\b{_ITEM}(?: \w+)?(?: has| have|'s)? "
            r"(?:arrived|came|turned up|was delivered|been delivered|is here|come)\b|\bcard arrived"
        ),
        "repair": (
            rf"\b{_VISITOR} (?:\w+ )?(?:came|turned up|showed up|has been|been out|fixed|repaired|sorted|replaced)|"
            r"\b(?:it's|it is|that's|everything's|been|got it|all|is) (?:all |now |been )?"
            r"(?:working|fixed|back on|repaired|restored)\b"
        ),
        "matter": r"\b(?:it|that|this|everything)(?:'s| is| was| has been|'s been) (?:now |all )?"
        r"(?:sorted|resolved|done|fixed|corrected|cleared up)",
    }
)
_BROKEN_CHINESE = _compiled(
    {
        "any": r"(?:一点|任何|半点)?(?:消息|音信|动静|下文|进展|回音|结果)…{0,3}(?:都|也)?没(?:有)?|"
        r"没(?:有)?(?:任何|什么)?(?:消息|动静|下文|进展|音信|回音|结果)|没人(?:管|理|处理|跟进)|石沉大海|还在等|"
        r"没(?:有)?(?:兑现|下落)|说话不算",
        "call_back": (
            r"(?:没|没有|无)(?:一个)?人…{0,8}(?:电话|联系|回复|答复|回我|理我|通知|打给)|"
            r"(?:没|没有|未)(?:接到|收到|等到|给|跟|和|回|打|联系)…{0,10}(?:电话|回复|答复|回音|联系|我)(?!…{0,3}退)|"
            r"(?:一直|到现在|还是?|根本|都|也)没(?:有)?…{0,6}(?:电话|联系|回复|答复|回音|打过来|打来)|"
            r"(?:电话|回复|答复)…{0,6}(?:没有?等到|没来|没打|没有?接到|都没)"
        ),
        "refund": (
            r"(?:钱|款|押金|赔偿|补偿|退费)…{0,12}(?:没|未|不见)(?!问题)…{0,4}(?:到|退|收|下来|打|返|动)|"
            r"(?:没|未)(?:有)?…{0,3}(?:收到|见到|拿到|看到)…{0,5}(?:退款|钱|款|赔偿|押金)|"
            r"(?:没|未)(?:有)?(?:给我)?(?:退|返)(?:款|钱|给|回|下)|(?:没|未)(?:有)?到账(?!单)"
        ),
        "send": r"(?:没|没有|未)(?:收到|拿到|送到|寄到|寄来|发货|发来|发给|送来|见到|见着|影)"
        r"(?!…{0,4}(?:退|钱|款|电话|回复|答复))|"
        r"(?:快递|包裹|东西|货|卡|发票|合同|件)…{0,8}(?:没|没有|未)(?:到|送|寄|发|见|影)",
        "repair": r"(?:师傅|工程师|维修|技术员|人|你们)…{0,8}(?:没|没有|未)(?:来|到|上门|出现|过来|修|派)|"
        r"没(?:有)?(?:一个)?人…{0,3}(?:来|上门|修|到)|还(?:是)?(?:没修|坏|不行|不能用|没恢复|没好|断|漏|没来)|"
        r"没(?:有)?修好",
        "matter": r"(?:还|到现在|一直|根本)(?:是)?(?:都)?(?:没|没有|未)(?:解决|处理|办|改|取消|落实|变|弄好)",
    }
)
_KEPT_CHINESE = _compiled(
    {
        "call_back": r"(?:谢谢|感谢)…{0,10}(?:回…{0,3}电话|打…{0,3}电话|联系我|回复|来电)|"
        r"(?:给我|跟我|和我)(?:回|打)(?:过|了)?…{0,2}电话(?:了)?|联系(?:过)?我(?:了|过)|"
        r"(?:打|回)(?:过)?(?:电话)?给我(?:了|过)|(?:回复|答复|通知)我了|"
        r"接到(?:了)?(?:你们|您|贵公司)…{0,6}电话(?:了)?",
        "refund": r"(?:退款|钱|款|押金|赔偿|补偿|退费)…{0,12}(?:收到|到账|退回来|到|退|下来|打过来|返回来)了|"
        r"收到(?:了)?…{0,4}(?:退款|钱|款项|赔偿)|退回来了",
        "send": r"(?:已经?|刚|今天|昨天|都)?(?:收到|拿到|送到|寄到)(?:了|啦|货)|(?:快递|包裹|东西|货|卡|件)…{0,4}到了",
        "repair": r"(?:师傅|工程师|维修|技术员|你们的?人)…{0,8}(?:来过|来了|来修|修好|上门了|处理好)|"
        r"(?:修好|恢复|能用|正常|弄好)了",
        "matter": r"(?:已经)?(?:解决|处理好|办好|弄好|改好|取消)了",
    }
)
# The patterns that apply to each kind of promise; `any` and `matter` are not specific to one.
_SPEAKS: Mapping[PromiseKind, tuple[str, ...]] = {
    "call_back": ("call_back", "any"),
    "refund": ("refund", "any"),
    "send": ("send", "any"),
    "repair": ("repair", "any"),
    "escalate": ("any", "call_back", "matter"),
    "check": ("any", "call_back", "matter"),
    "other": ("any", "matter"),
}
_CLAUSE = re.compile(r"[^,.;!?，。；！？、]+[,.;!?，。；！？、]*")
_NEGATION = re.compile(
    rf"\b(?:{_NOT}|no|nobody|nothing|none|can't|cannot|won't|wouldn't)\b|[没未无不别]", re.IGNORECASE
)
_WISH = re.compile(
    r"^\W*(?:(?:so|and|but|okay|well|hi|hello)\W+)*(?:did|do|does|has|have|is|are|was|were|when|where|who|what|why|"
    r"how|will|would|could|can|shall|should|may|once|if)\b|"
    r"\b(?:if|want|would like|i'd like|need you|please|hoping|supposed to|going to|you said|was told|promised|until|"
    r"when (?:i|it|they))\b|[吗么呢][？?\s]*$|怎么才|多久|什么时候|能不能|可不可以|是不是|如果|要是|希望|麻烦|请你|"
    r"请您|要求|想要|等.{0,6}(?:收到|到账)|说好|答应|承诺",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\bmy (?:neighbou?r|friend|sister|brother|cousin|colleague|boss|mate)(?:'s)?\b|邻居|朋友|同事的", re.IGNORECASE
)


def shown(text: str, *, kind: PromiseKind) -> Shown | None:
    """Return whether a customer's turn shows a promise of this kind kept or broken, or None. Broken outweighs thanks.

    >>> shown("Nobody called me back.", kind="call_back")
    'broken'
    >>> shown("Thanks for calling me back.", kind="call_back")
    'kept'
    """
    plain = simplified(text).replace("’", "'")
    if _OTHERS.search(plain):
        return None
    chinese = turn_language(plain, call="en") == "zh"
    broken, kept = (_BROKEN_CHINESE, _KEPT_CHINESE) if chinese else (_BROKEN, _KEPT)
    names = _SPEAKS[kind]
    if any(broken[name].search(plain) for name in names):
        return "broken"
    names = tuple(name for name in names if name in kept)
    for clause in _CLAUSE.finditer(plain):
        words = clause.group()
        if any(kept[name].search(words) for name in names) and not (_NEGATION.search(words) or _WISH.search(words)):
            return "kept"
    return None
