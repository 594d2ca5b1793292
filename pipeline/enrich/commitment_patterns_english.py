"""English words that mark commitments: future forms, verbs of service, and what makes a clause void."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.promise import PromiseKind


def whole_words(expression: str) -> re.Pattern[str]:
    """The expression as whole words, in any case."""
    return re.compile(rf"\b(?:{expression})\b", re.IGNORECASE)


VISITOR = (
    r"engineer|technician|tech|electrician|plumber|mechanic|fitter|handyman|repair(?:man| team)?|crew|gang|surveyor|"
    r"inspector|contractor|maintenance|installer|locksmith|serviceman"
)
MONEY = r"refund|money|credit|reimbursement|compensation|cash|deposit|funds|cashback|rebate"
POST = (
    r"letters?|e-?mails?|texts?|sms|text messages?|parcels?|packages?|replacements?|cards?|vouchers?|confirmations?|"
    r"documents?|paperwork|forms?|links?|labels?|deliver(?:y|ies)|orders?|box(?:es)?|codes?|invoices?|receipts?|"
    r"statements?|copy|copies|tickets?|keys?|samples?|kits?|policy|certificates?"
)
# What the words after a future form commit to, up to the next form.
ACTIVE: Mapping[PromiseKind, re.Pattern[str]] = {
    "call_back": whole_words(
        r"(?:call|ring|phone|telephone|contact|message|notify|inform)(?:s|ing)? "
        r"(?:you|your (?!bank|doctor)|back|(?:him|her|them) back|the customer)|"
        r"giv(?:e|es|ing) (?:you|your \w+) an? (?:\w+ )?(?:call|ring|bell|buzz|shout|answer|update)|"
        r"(?:get|gets|getting|come|comes|coming) back to (?:you|him|her|them)|"
        r"(?:be|get|gets|getting|keep) in (?:touch|contact)|reach(?:es|ing)? out|"
        r"let(?:s|ting)? (?:you|her|him|them) know|follow(?:s|ing)? up with (?:you|her|him|them)|"
        r"(?:update|answer)s? you|keep(?:s|ing)? you (?:updated|posted|informed)|respond(?:s)?|repl(?:y|ies)|"
        r"speak to you again|(?:call|phone|ring) back"
    ),
    "refund": whole_words(
        r"refund(?:s|ed|ing)?|reimburs\w+|credit(?:s|ed|ing)?(?! card| check| score| report)|compensat\w+|money back|"
        r"pa(?:y|id) (?:you|it|that) back|"
        r"(?:go|goes|going|put|putting|put it|paid|be) (?:\w+ ){0,3}?(?:back )?(?:on|on to|onto|into|in) "
        r"(?:your|the|that) (?:\w+ )?(?:card|account|bank)"
    ),
    "send": whole_words(
        r"(?:send|post|mail|e-?mail|text|ship|dispatch|deliver|courier|forward)(?:s|ed|ing)?"
        r"(?! (?:address|code|office|number))|(?:be )?sent|write to you|"
        r"(?:get|getting|have) (?:\w+ ){1,5}?(?:out|over|off|across|along) to (?:you|him|her|them)|"
        r"(?:get|have) (?!back )(?:\w+ ){1,4}?(?:to|with) you|drop (?:\w+ ){1,4}?(?:off|round|by)|"
        r"in the (?:post|mail)"
    ),
    "repair": whole_words(
        r"(?:(?:send|sending|get|getting|have|having|book|booking|arrange|arranging|schedule|dispatch)(?: for)? "
        rf"(?:[\w'’-]+ ){{0,4}}?(?:{VISITOR}|someone|somebody|our (?:guy|man|lads?)|a (?:van|man|guy|person|team))"
        r"(?: (?:out|round|over|down|up|to (?:you|your|visit|come|look|check|fix|repair|attend)|there|come|visit)|"
        r"(?= [\w' ]*$)))|fix(?:es|ed|ing)?(?! (?:rate|price|term))|repair(?:s|ed|ing)?|mend(?:s|ed|ing)?|"
        r"reconnect(?:ed|s)?|restor(?:e|es|ed|ing)|replac(?:e|es|ed|ing) the|"
        r"(?:get|have) (?:\w+ ){1,4}?(?:working|running|back on|back up|up and running|back online)|"
        r"be back (?:on|up|online|working)"
    ),
    "escalate": whole_words(
        r"escalat\w+|"
        r"(?:raise|log|open|file|submit|lodge|put in|put through) (?:it|this|that|an?|the|your|another)(?: \w+){0,2}?"
        r"(?: (?:ticket|case|dispute|claim|complaint|investigation|request|query|fault|job|report|issue|concern|"
        r"matter)| (?:with|to|as) )|"
        r"pass(?:es|ing)? (?:it|this|that|your|the|all)(?: \w+){0,4}? (?:on|to|over|along|up)|"
        r"flag (?:it|this|that) (?:up )?(?:to|with|for)|refer (?:it|this|that|you)|hand (?:it|this|that) over|"
        r"report (?:it|this|that) to|take (?:it|this|that) up with"
    ),
    "check": whole_words(
        r"(?:look|looks|looking) into|investigat\w+|chas(?:e|es|ing)|trac(?:e|es|ing)|"
        r"track (?:it|that|this|them|down)|find(?:s|ing)? out|look(?:s|ing)? at|review(?:s|ing)?|check(?:s|ing)?|"
        r"examin\w+|monitor|(?:speak|talk|speaking|talking) (?:to|with)|keep an eye"
    ),
}
PASSIVE: Mapping[PromiseKind, re.Pattern[str]] = {
    "refund": whole_words(r"be (?:\w+ )?(?:refunded|credited|reimbursed|paid back|compensated)"),
    "send": whole_words(r"be (?:\w+ )?(?:sent|posted|mailed|emailed|shipped|dispatched|delivered|couriered|texted)"),
    "repair": whole_words(
        r"be (?:\w+ )?(?:fixed|repaired|restored|mended|reconnected|back on|back up|up and running|working)"
    ),
    "call_back": whole_words(
        r"be (?:\w+ )?(?:contacted|called|notified|informed|updated)|hear (?:\w+ ){0,2}?(?:from|back)"
    ),
}
GETS: Mapping[PromiseKind, re.Pattern[str]] = {
    "call_back": whole_words(
        r"(?:an?|another|the|our|his|her|their) (?:[\w-]+ ){0,2}?"
        r"(?:call|callback|call-back|phone call|answer|reply|response|update|decision)"
    ),
    "refund": whole_words(rf"{MONEY}|(?:it|that|them|(?:dollars|pounds|euros|payment|[\d.]+)) back"),
    "repair": whole_words(rf"{VISITOR}"),
    "send": whole_words(POST),
}
COMES: Mapping[PromiseKind, re.Pattern[str]] = {
    "refund": whole_words(
        r"(?:be|show|show up|appear|land|clear|reach|hit|arrive|go|come|drop|get)\b(?: \w+){0,4}? (?:your|the) "
        r"(?:\w+ )?(?:card|account|bank|statement|bill)"
    ),
    "send": whole_words(
        r"be (?:with|at) (?:you|your)|arrive|reach you|be (?:there|here)|get (?:to you|there)|land|turn up|"
        r"come (?:in the|by|through the) (?:post|mail)|be on (?:its|their|the) way|come"
    ),
    "repair": whole_words(r"(?:be|come) back (?:on|up|online)|be (?:on|off) again|be done|be working"),
}
VISITS = whole_words(
    r"(?:come|coming)(?! back)|visit|attend|arrive|turn up|be heading|head (?:out|over|round)|swing by|"
    r"(?:drive|nip) (?:out|over|round)|"
    r"be (?:right |back )?(?:out|round|over|there|with you|at (?:your|the)|in your|to you|on site)|"
    r"(?:call|pop|drop|go) (?:round|out|in|at|by|over)|get (?:there|to you|out to)"
)
FUTURE = (
    r"(?:['’]ll|\s(?:will|shall)|(?:['’](?:m|re|s)|\s(?:am|are|is))?\s(?:going to|gonna)|['’]m gonna|\s(?:wi)?ll)"
    r"(?![\w'’])"
)
SUBJECT = re.compile(rf"\b(?P<subject>[A-Za-z][\w-]*)(?P<future>{FUTURE})", re.IGNORECASE)
SHOULD = re.compile(r"\b(?P<subject>[A-Za-z][\w-]*)(?P<future> (?:should|can expect to))\b", re.IGNORECASE)
DOING = re.compile(
    r"\b(?P<subject>[A-Za-z][\w-]*)(?P<future>['’](?:m|re|s)|\s(?:am|are|is))(?= (?:also |just |definitely )?"
    r"(?:sending|posting|mailing|emailing|shipping|dispatching|delivering|coming|calling|ringing|phoning|visiting|"
    r"arranging|booking|refunding|crediting|getting|having|texting|escalating|raising|chasing|fixing|"
    r"investigating)\b)",
    re.IGNORECASE,
)
BOOKED = re.compile(
    r"\b(?P<subject>[A-Za-z][\w-]*)(?P<future>['’](?:ve|s|re)|\s(?:have|has|is|are))"
    r"(?= (?:\w+ ){0,2}?(?:booked|scheduled|arranged|lined up|pencilled|got)\b)",
    re.IGNORECASE,
)
PRESENT = re.compile(
    r"(?<!['’])\b(?P<subject>(?!(?:the|an?|our|your|this|that|any|no) )[A-Za-z][\w-]*)(?P<future>)(?= "
    r"(?:(?:calls|rings|phones|texts|emails|contacts) you|(?:call|ring|phone|text|email) you (?:my|your)self|"
    r"(?:delivers|posts|sends|ships|comes|drops|refunds|fixes|repairs) |"
    r"ha(?:s|ve) to (?:call|write|respond|reply|send|pay|refund|contact)\b))",
    re.IGNORECASE,
)
EXPECT = re.compile(
    r"\b(?P<subject>expect|look out for|watch (?:out )?for|keep an eye out for)(?P<future>)\b", re.IGNORECASE
)

SENTENCE = re.compile(r"(?:[^.!?;\n]|(?<=\d)\.(?=\d)|(?<=[ap])\.(?=m\b)|(?<=[ap]\.m)\.(?=\s+[a-z]))+[.!?;\n]*")
# Where the words of one verb end: at the next clause with its own subject, or at an explanation.
STOP = re.compile(
    r", so\b|,? (?:he|she|they|it|you|we|i) (?:may|might|can|could|would)\b|"
    r",? (?:but|because|so that|so (?=you|i|we|if)|which|unless|until you|while|whereas|otherwise)\b",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\s*(?:not|never|no longer|hardly|only be able|have to (?!write|call|send|respond|reply|pay|refund|contact)|"
    r"need|want|probably not)\b",
    re.IGNORECASE,
)
DOUBTED = whole_words(
    r"can(?:no|['’])?t (?:promise|guarantee|say)|cannot (?:promise|guarantee|say)|won['’]t|wouldn['’]t|not sure|"
    r"don['’]t (?:know|think|believe|expect)|doubt|no guarantee|might|may be able|not saying|can['’]t|cannot|unable|"
    r"asking (?:if|whether|when)|whether"
)
REPORTED = whole_words(
    r"(?:told|said|says|promised|claimed|claims|thought|reckoned|hoping|hoped)(?: (?:you|me|them|her|him|us))?"
    r"(?: that)?|(?:did|does|do) (?:they|he|she|you) (?:say|tell)"
)
IF = whole_words(
    r"if|unless|in case|provided|supposing|assuming|whenever|should you|would you like|do you want|let['’]s say"
)
POLITE_IF = whole_words(
    r"if (?:that|this|it)(?:['’]s| is| works| suits| helps)|if not (?:before|sooner|earlier)|"
    r"if you(?:['’]re| are) (?:happy|okay|ok|all right)|as if|even if|what if|see if"
)
ASKS = re.compile(
    r"^\W*(?:(?:so|and|but|okay|ok|right|well|now)\W+)*(?:did|do|does|has|have|is|are|was|were|when|where|who|what|"
    r"why|how|which|will|would|could|can|shall|should|may|might)\b",
    re.IGNORECASE,
)
HERE = whole_words(
    r"now|right now|"
    r"(?:for )?(?:a|one|two|just a|couple of|a couple of|a few) (?:quick )?"
    r"(?:moments?|seconds?|secs?|minutes?|mins?|ticks?|jiffy)|bear with|while (?:i|you|we)|"
    r"(?:on|put you through|hold the|stay on the) (?:hold|line)|quick(?:ly)?|on my (?:screen|end|side)|with you\?|"
    r"as we speak|code|before we|first"
)
LASTING = whole_words(r"right now|now|currently|at the moment")
ONCE = whole_words(
    r"once|when|after|as soon as|from (?:when|the (?:day|date|time))|upon|of receiving|of receipt|from receipt|"
    r"on receipt"
)
NO_SUBJECT = re.compile(r"\s*(?:no|none of|neither)\b", re.IGNORECASE)
NOBODY = frozenset({"nobody", "none", "noone", "nothing"})
OTHERS = whole_words(
    r"your (?:bank|doctor|insurer|landlord|employer|solicitor|lawyer|provider|card issuer|\w+ bank|husband|wife|son|"
    r"daughter|mother|father)|the customer"
)
WE = frozenset({"i", "we"})
THINGS = frozenset({"it", "that", "this", "those", "these", "there", "everything", "rest", "both"})
NO_OTHER = re.compile(
    r"\s+(?:\w+ly |just |also |then )?(?:be|have|need|want|charge|take (?:the|a|your) payment|bill|debit|close|open|"
    r"renew|expire|put you|transfer|connect|read|explain|ask|see|start by|hold|stay|tell|say|talk|guess|assume|admit|"
    r"bet|hope|miss|wait|honest|require|receive|get|hear|end|stop|go ahead and (?:read|ask)|cost|go up|increase|"
    r"confirm|verify|check|do|try|know|think|show|never|not)\b",
    re.IGNORECASE,
)
FORMS = {"future": SUBJECT, "should": SHOULD, "doing": DOING, "booked": BOOKED, "expect": EXPECT, "present": PRESENT}
JOINED = re.compile(r"[,:—–]\s|\b(?:and|so|but|or|then|that|because)\s", re.IGNORECASE)
BOUNDARY = re.compile(r"[,:—–]\s|\b(?:but|so)\s", re.IGNORECASE)
TRAILING = re.compile(r"(?:[\s,]|\b(?:and|so|but|or|then))+$", re.IGNORECASE)
# Distances in characters: context before a future form, the reach of "if" and "once" in unpunctuated speech, and from
# a verb to its object.
BEFORE_REACH, IF_REACH, ONCE_REACH, OBJECT_REACH = 300, 120, 60, 60
MINUTES = whole_words(r"(?:one|two|three|four|five|ten|\d|a few|a couple of) (?:minutes?|mins?)|a minute")
PEOPLE = frozenset(
    (
        "i", "we", "they", "he", "she", "someone", "somebody", "team", "driver", "colleague", "manager", "guy", "lads",
        "man", "department", "office", "desk", "unit", "lab", "branch", "people",
    )
)  # fmt: skip
GETTING = re.compile(
    r"\s+(?:\w+ly |also |then |still |start to )?"
    r"(?:get|be getting|receive|be receiving|have(?! to\b)|be having|(?P<see>see|be seeing))\b",
    re.IGNORECASE,
)
VISITS_START = rf"\s+(?:\w+ly |also |just |then )?{VISITS.pattern}"
SENDS_SOMEBODY = whole_words(
    r"(?:send|sending|dispatch)(?: \w+){0,5}? "
    rf"(?:{VISITOR}|someone|somebody|a (?:van|man|guy|person|team)|our (?:guy|man|lads?))"
)
MERELY_TELLS = whole_words(r"let you know|update you|answer you|keep you (?:updated|posted|informed)")
NOUN_BEFORE = re.compile(
    r"\b(?:the|your|an?|that|this|my|our|by|via|in|with|new|any|another|his|her|their|of)\s+$", re.IGNORECASE
)
VERBS_ONLY = frozenset({"send", "check"})
