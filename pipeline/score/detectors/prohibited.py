"""`prohibited`: a phrase that an agent must never say, unless it is negated, reported or only mentioned."""

from __future__ import annotations

import re

from pipeline.rubric.detector import Phrase
from pipeline.rubric.prohibited import Prohibited
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.detectors.phrase import phrase
from pipeline.score.words.normalized_text import NormalizedText
from pipeline.score.words.pattern import Match
from pipeline.transcript import Language

# The words before a match in its clause decide whether the agent means it. A negation ends at one of these:
# "I can not help you until you calm down".
_BREAKS = re.compile(r"^.*\b(?:until|unless|if|but|because|so|when|till|and|or) ")
_OWN = re.compile(r"\b(?:i|we) (?:\w+ ){0,2}(?:say|said|saying|tell|told|telling|repeat)\b(?!.*\bnot\b)")
_NEGATED = re.compile(
    r"\b(?:not|never|nobody|no one|without) (?:\S+ ){0,6}$"
    r"|\b(?:not|never|nobody|no one|none|without|against)\b.*\b(?:say|saying|said|says|tell|telling|told|tells|call|"
    r"calling|called|use|using|think|mean|meaning|suggest\w*|imply\w*|claim\w*|want|allowed|able|permitted|supposed|position|"
    r"something|anything|need|needs|have to|promise|can|could)\b"
    r"|\b(?:is|are|was|were|be|have|has|had|give|gives|make|offer|with|of|there) no (?:such )?$|\bno need\b"
)
# These negate something else: "I can not believe how stupid you are".
_ELSEWHERE = re.compile(
    r"\b(?:not|never) (?:believe|understand|stand|bear|imagine|listen|help|hear|deal|talk|work|care)\b"
)
_NEGATED_AFTER = re.compile(r"^(?:is|are|was|were|will|would|do|does|can|should|have|has) not\b")
_REPORTED = re.compile(
    r"\b(?:you|he|she|they|agent|colleague|representative|adviser|advisor|manager|supervisor|driver|engineer|technician|"
    r"clerk|somebody|someone|people|letter|email|customer|customers|caller|callers) (?:\w+ ){0,3}(?:say|says|said|"
    r"saying|tell|tells|told|telling|hear|heard|call|called|calling|wrote|write|writes|use|used|uses|shout|shouted|quote|quoted)\b"
    r"|\b(?:was|were|been|being|get|got|is|are|feel|felt) (?:\w+ )?(?:told|called|described)\b"
    r"|\b(?:made|make|makes|making) you feel\b|\b(?:felt|feeling) (?:\w+ )?$"
    r"|\b(?:the|that|this|these|those) (?:words?|phrase|expression|sentence|remark|comment)\b"
)
_MENTIONED = re.compile(r"(?:^|\b(?:for|about|by|that|is|or) )(?:telling|saying|calling|to tell|to say|to call)\b")
_RUDE = re.compile(r"\b(?:not|never|wrong|rude|unacceptable|sorry|unfair|inappropriate|unprofessional|forbidden)\b")
# 了, 吧 or 什么 ends a report, and 就 starts a new statement: 别说了闭嘴, 人家叫你冷静你就冷静.
_TO_HERE = "(?!了|吧|啦|话|什么|清|明)[^就我]{0,6}$"
_ZH_NEGATED = re.compile(
    "(?:不(?!还|给|交|付|办|买|听|来|接|配|走|说)|没(?!还|交|付|办)|别|无|勿|未)[^就了]{0,5}$"
    "|(?:不|没|别|未|禁止|谁也|谁都|谁敢)[^就]{0,8}(?:说|讲|叫|喊|骂|让|告诉|提|保证|承诺)" + _TO_HERE
    + "|(?:没办法|没法|无法|难以)(?:[向跟给对和替][^就]{1,4})?(?:做出|作出|完全|100)?$"
)  # fmt: skip
# 不 and 没 do not negate in these words, nor in questions such as 能不能, 要不要.
_ZH_HARMLESS = re.compile(
    r"(.)[不没]\1|不好意思|不过|不但|不仅|不知道|不只|不然|不管|不得不|没办法[^向跟给对和替]|没关系|没问题|没事|别的|别人|特别|无论"
)
_ZH_REPORTED = re.compile(
    "(?:(?<![跟和同给对向让叫])[你他她]们?|客户|对方|同事|司机|师傅|专员|经理|主管|店员|人员|人家|有人|别人|谁|上次|之前|听到|被)"
    "[^就我]{0,6}(?:说|讲|叫|骂|让|喊|吼|提到|写)" + _TO_HERE
    + "|(?:那句|这句|那个词|这个词|这种话|那种话|几个字)$"
)  # fmt: skip
_ZH_AFTER = re.compile("^(?:不了|不住|不起|(?:这|那)(?:句话|种话|个词|几个字))")
_DEMAND = re.compile(r"\bif you (?:do |can |will |could |would )?not (?:just |please )?$")
_ZH_DEMAND = re.compile("[你再](?:要是|如果|要)?不$")


def prohibited(spec: Prohibited, *, language: Language) -> CompiledDetector:
    """Compile the detector of prohibited phrases. Raises RubricError for an invalid pattern."""
    words = Phrase(
        kind="phrase",
        match="pattern",
        phrases=spec.phrases,
        where=spec.where,
        unless=spec.unless,
        negated="count",
        found=spec.found,
        absent=spec.absent,
    )
    return phrase(words, language=language, exclude=_is_not_meant)


def _is_not_meant(match: Match, words: NormalizedText) -> bool:
    """Whether the words are negated, reported or mentioned as words."""
    clause = words.clauses[match.start]
    before = [words.words[at] for at in range(match.start) if words.clauses[at] == clause]
    rest = [words.words[at] for at in range(match.end, len(words.words)) if words.clauses[at] == clause]
    after = [words.words[at] for at in range(match.end, len(words.words)) if words.clauses[at] - clause <= 1]
    return _is_not_meant_in_english(
        " ".join([*before, ""]), rest=" ".join(rest), following=" ".join(after)
    ) or _is_not_meant_in_chinese("".join(before), "".join(after))


def _is_not_meant_in_english(before: str, *, rest: str, following: str) -> bool:
    near = _ELSEWHERE.sub("", _BREAKS.sub("", before))
    if _NEGATED.search(near) and not _DEMAND.search(before):
        return True
    if _REPORTED.search(before):
        return not _OWN.search(before)
    return bool(_NEGATED_AFTER.search(rest) or (_MENTIONED.search(near) and _RUDE.search(following)))


def _is_not_meant_in_chinese(before: str, following: str) -> bool:
    demand = _ZH_DEMAND.search(before) and "就" in following[:8]
    if not demand and _ZH_NEGATED.search(_ZH_HARMLESS.sub("", before)):
        return True
    return bool(_ZH_REPORTED.search(before) or _ZH_AFTER.search(following))
