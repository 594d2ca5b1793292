"""Commitments in Chinese (in Simplified characters): who will do what, found by verbs of service in each clause.

Chinese has no future tense. A clause commits if it says by when, that it will happen (会, 将, 负责 …) or for whom
(给您, 帮您 …), and is not negated, a question, reported speech or an instruction to the customer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.enrich.commitment import Commitment
from pipeline.enrich.due import Due, Moment
from pipeline.enrich.due_chinese import chinese_dues
from pipeline.promise import PromiseKind

_TO_YOU = r"(?:给|跟|和|与|向|同)(?:您|你|咱|客户|家长|孩子家长|他|她|本人|对方)"
_VISITOR = (
    r"(?:师傅|工程师|技术员|技术人员|技师|师付|维修[人员工]{0,2}|检修[人员]{0,2}|抢修[人员队]{0,2}|电工|水工|安装工|"
    r"工人|工作人员|专人|装维|施工队|拖车|救援[人员车队]{0,2}|的人|安排人|派人|叫人|让人)"
)
_DOES: Mapping[PromiseKind, re.Pattern[str]] = {
    "call_back": re.compile(
        rf"{_TO_YOU}.{{0,6}}?(?:回.{{0,3}}?电话|打.{{0,3}}?电话|去电|致电|来电|电话|联系|联络|答复|回复|回话|说法|"
        r"反馈|结果|沟通|回音|交代|回访|消息|打过[去来])|打(?:电话)?给[您你]|打[您你].{0,6}(?:电话|号)|"
        r"打过[来去](?:给[您你])?|联系[您你]|联络[您你]|回[您你](?:个?电话|的?话|信|消息)?|给[您你]回(?![来去])|"
        r"回电话?|回拨|回访|致电[给您你]|通知[您你]|告知[您你]|打(?:一?个)?电话.{0,4}[您你]|"
        r"电话.{0,3}(?:通知|联系|回复|告知)"
    ),
    "refund": re.compile(
        r"退(?!货|房|换|订|出|役|休|掉|件|不|保|租|订|税政|订单)"
        r"(?:款(?!政策|流程|规则|原因|金额|记录|申请(?!会|已|将))|费|回|还|给|到|钱|[您你]|票款)?|返(?:还|给|到|现)|"
        r"到账|(?:打|转|充|存|汇|补)(?:回|到|进|给).{0,8}(?:卡|账户|账上|余额|话费)|原路|赔付|赔偿|赔给|报销|"
        r"补偿.{0,4}(?:金|款|钱)|钱.{0,6}(?:到|回)"
    ),
    "send": re.compile(
        r"补发|补寄|邮寄|寄(?:出|到|给|过去|回|[您你])|重[寄发]|发(?:货|出|到|给|过去|送|放|[您你])|"
        r"送(?:到|达|过去|过来|货|上门|给|[您你])|配送|派送|投递|(?:给|为|帮)[您你].{0,6}?(?:发(?!现|生|起)|寄|送)|"
        r"短信.{0,3}(?:通知|告知|回复|联系|发)|发(?:个|条)?.{0,2}(?:短信|邮件|链接|微信)|回短信|"
        r"邮件.{0,3}(?:通知|发|回复)"
    ),
    "repair": re.compile(
        rf"{_VISITOR}.{{0,14}}?"
        r"(?:上门|过去|过来|到(?:现场|[您你]|家|门口|$)|去|来(?!电)|维修|检修|抢修|修|装|处理|联系得上)|上门(?!自提)|"
        r"修好|修复|修理|恢复(?:供电|供水|供气|供暖|网络|服务|正常|通话|信号|通车)?|抢修|检修|维修|安装|疏通|更换|"
        r"换新的?|来[修装换]|去[修装换]"
    ),
    "escalate": re.compile(
        r"上报|升级(?=.{0,3}(?:处理|给|到.{0,6}(?:部|组|主管|经理)|上级|主管|投诉|工单|上报))|"
        r"(?:反馈|反映|转交|提交|移交|汇报|呈报|报)(?:给|到|至|上去|上级|领导|主管|部门)|"
        r"转给.{0,10}(?:部|组|主管|经理|专员|领导|团队)|加急|催(?:一下|一催|促|办|单|他|您|快递|仓库|物流)|"
        r"(?:提|建|下|开|派|转)(?:交|个|一个|了)?.{0,4}工单|派单|申诉|(?:登记|提交|受理).{0,4}投诉|立案|"
        r"提(?:交|个)?.{0,6}申请"
    ),
    "check": re.compile(
        r"(?:核实|核查|排查|查(?:清楚|明|实)|调查|跟进|跟踪|追踪|落实)(?!完|过)|盯(?:着|一下|紧)|"
        r"(?:查|看|问)(?:一下|一查|一问|清)|去[查问]"
    ),
}
_GETS = re.compile(r"[您你].{0,8}?(?:会|能|可以|就|将|应该)?(?:收到|拿到|接到|看到.{0,4}(?:退款|到账))(?P<what>.*)")
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_CLAUSE = re.compile(r"[^，,、：:]+")
_NEGATED = re.compile(
    r"不能|无法|没法|没办法|没有办法|不会|不敢|不可以|"
    r"不(?:保证|一定|安排|用|需要|支持|确定|清楚|方便|予|提供|接受|负责|收|退|行)|说不准|保证不|"
    r"[退修发寄办到改给]不[了到出]|没(?:有)?(?:收到|到|人|给|说|法|权|退|发|寄|打|联系)|不是|不可能|别"
)
_PAST = re.compile(
    r"昨[天晚日]|前天|上(?:个?周|个?星期|个?礼拜|个?月|次|回)|刚才|刚刚|当时|过(?:电话|[您你]|了|款)|"
    r"之前(?:已|就|也)|已经?(?!经?(?:给|帮|为)[您你].{0,12}(?:安排|约|预约))|早就|"
    r"[退发寄打点提报改录登上办转催派约订好完到]了(?!就|再|会|给|我|[您你]|以后|之后|通知|马上|的话)|[已以]经在|"
    r"了(?:个|一[个张条份]|张|条|份)|[发寄送退打]了(?=[您你]自己)|[进到来去发寄打走]的(?=场|$)|左右有"
)
_REPORTED = re.compile(
    r"(?:他|她|他们|您|你|人家|当时|客服|之前)(?:们)?(?:说|答应|承诺|告诉|讲)|说是|答应[您你]|承诺过|听说"
)
_IF = re.compile(r"如果|要是|假如|假设|万一|倘若|若是|除非|的话|只要|一旦|若(?!干)")
_POLITE_IF = re.compile(r"(?:方便|可以|没问题|同意|没有问题|不介意|行|这样)的话")
_ASKED = re.compile(
    r"[吗么嘛](?:您|你)?[？?\s]*$|要不要|需不需要|需要我|要我|是否|是不是|对吧|是吧|是不|对不对|有没有|能不能|"
    r"可不可以|多久|什么时候|几[天号点]|哪[天里]|怎么|为什么|还是您"
)
# A tag question that only seeks assent, and one that makes the whole sentence a question.
_NOD = re.compile(
    r"(?:[您你]看)?(?:可以|行|好|成|方便)(?:吗|吧|么|不可以|不行|不好|不)?[。？?！!\s]*$|[。？?！!；;\s]+$"
)
_CONFIRMS = re.compile(r"^\W*(?:对|是|没错)(?:吗|吧|么|不对|不是)")
_OFFERED = re.compile(
    r"(?:可以|能够?|可)(?:先)?(?:给|帮|为|替|安排|申请|提)|可以.{0,6}(?:给|帮|为)[您你]|想不想|看看能"
)
_TOLD = re.compile(
    r"^\W*(?:那|所以|然后|就是|到时候?){0,2}(?:(?:建议|请|麻烦|劳驾|辛苦)[您你]?(?!放心)|[您你]"
    r"(?:们|这边|那边|自己|本人)?[^我给会]{0,5}?"
    r"(?:需要|可以|要|得|必须|最好|应该|先|再|自己|方便|记得|提供|准备|保持|留意|注意|稍等))"
)
_RULE = re.compile(
    r"每个?[月天年周]|规定|自动|扣费|[会代]扣|收取|一般(?!.{0,12}(?:到账|退))|通常(?!.{0,12}(?:到账|退))|超过|以上|"
    r"收费|营业|到期|过期|失效|提示音|政策|流程|条款|按键|拨打|验证码|活动|结束"
)
_NOW = re.compile(
    r"现在|马上|这就|立刻|立即|稍等|稍候|别挂|不要挂|请挂|在线|先(?!生)|这边(?:看|查|核)|转接|接通|转人工|核对|"
    r"登记一下|确认一下|记录一下|记下来"
)
_SOON = re.compile(r"马上|立刻|立即|这就")
_WILL = re.compile(
    r"会(?!员|议|话|计)|将(?!军)|负责|尽快|尽早|第一时间|安排|争取|保证|一定(?!要)|以后|之后|稍后|回头|过后|完后|"
    r"了(?=给|就)|等.{0,14}(?:了|后)|就(?:给|会|能)|肯定|务必|到时候|预计|优先|加急|随时"
)
_FOR_YOU = re.compile(r"(?:给|帮|为|替|跟|向|和)(?:您|你|咱|客户|家里|孩子|他|她)|[寄发送打退回](?:到|给)?[您你]")
_SUBJECT_WE = re.compile(
    r"我|咱|这边|专员|同事|经理|主管|部门|师傅|工程师|老师|医生|财务|仓库|快递|司机|后台|系统|团队|中心|组|公司|总部|"
    r"店长|客户经理"
)
_CODES = re.compile(r"验证码|密码|代码|校验码|确认码")
_BY_TEXT = re.compile("短信|邮件|微信")
_ONCE = re.compile(r"(?:收到|签收|审核|通过|确认|入库|到仓|寄回|提交|完成|批).{0,6}(?:后|以后|之后|起|了)")
_VOID = (_NEGATED, _PAST, _REPORTED, _ASKED, _OFFERED, _TOLD, _RULE, _CODES)
_FEELS = re.compile(r"抱歉|不好意思|理解|捏把汗|添[堵麻]|着急|生气|窝火|委屈|心疼|难受|改填|试[下一试]|查|看[一下看]")
# An expression of time at most this many characters before a clause belongs to it.
_NEAR = 12
_DONE = re.compile(r"了\s*$")
_WEAK = frozenset({"check", "repair"})


@dataclass(frozen=True, slots=True)
class _Clause:
    """Characters `start` to `end` of a text between two commas."""

    start: int
    end: int
    words: str


def chinese_commitments(text: str, *, moment: Moment | None) -> list[Commitment]:
    """Find all commitments in a turn's text, in order."""
    found: list[Commitment] = []
    dues = chinese_dues(text, moment=moment)
    for sentence in _SENTENCE.finditer(text):
        own = [due for due in dues if sentence.start() <= due.start < sentence.end()]
        found += _in_sentence(_clauses(sentence), own)
    return found


def _clauses(sentence: re.Match[str]) -> list[_Clause]:
    """The clauses of a sentence, without a tag question (可以吗) at the end."""
    clauses = []
    for match in _CLAUSE.finditer(sentence.string, sentence.start(), sentence.end()):
        words = _NOD.sub("", match.group())
        clauses.append(_Clause(match.start(), match.start() + len(words), words))
    return clauses


def _in_sentence(clauses: list[_Clause], dues: list[Due]) -> list[Commitment]:
    if clauses and _CONFIRMS.match(clauses[-1].words):
        return []
    found: list[Commitment] = []
    taken: set[Due] = set()
    for clause in clauses:
        if _is_conditional(clause.words):
            break
        if _is_void(clause.words):
            continue
        due = _due_of(clause, [due for due in dues if due not in taken])
        kinds = _kinds(clause.words, due)
        if kinds and due:
            taken.add(due)
        found += [_commitment(clause, kind, due) for kind in kinds]
    return _in_company(found)


def _is_conditional(words: str) -> bool:
    return _IF.search(_POLITE_IF.sub("", words)) is not None


def _is_void(words: str) -> bool:
    """Whether a clause is negated, a question, an offer, reported, past, a rule or an instruction to the customer."""
    return any(pattern.search(words) for pattern in _VOID)


def _due_of(clause: _Clause, dues: list[Due]) -> Due | None:
    """The clause's own expression of time, or else the last one before it that belongs to no other clause.

    "Three days after" some other event is not a day.
    """
    own = sorted((due for due in dues if clause.start <= due.start < clause.end), key=lambda due: due.kind == "vague")
    before = [due for due in dues if 0 <= clause.start - due.end <= _NEAR]
    best = own[0] if own else before[-1] if before else None
    if best is not None and best.kind == "span" and own and _ONCE.search(clause.words[: best.start - clause.start]):
        return Due(best.start, best.end, best.kind)
    return best


def _kinds(words: str, due: Due | None) -> list[PromiseKind]:
    """The kinds of commitment in a clause, each once."""
    dated = due is not None and due.day is not None
    will, for_you = _WILL.search(words) is not None, _FOR_YOU.search(words) is not None
    gets = _GETS.search(words)
    if gets and due:
        return [_gets(gets["what"])]
    kinds = [kind for kind, pattern in _DOES.items() if pattern.search(words)]
    if _NOW.search(words) and not dated:
        kinds = [kind for kind in kinds if kind == "call_back" and _SOON.search(words)]
    if _DONE.search(words) and not dated:
        return []
    if not (due or will):
        kinds = [kind for kind in kinds if kind not in _WEAK and for_you]
    if "send" in kinds and _BY_TEXT.search(words):
        kinds = [kind for kind in kinds if kind != "call_back"]
    if not kinds and dated and not _FEELS.search(words) and (for_you or (will and _SUBJECT_WE.search(words))):
        return ["other"]
    return kinds


def _gets(words: str) -> PromiseKind:
    """The kind of what the customer will get."""
    if "电话" in words:
        return "call_back"
    return "refund" if re.search("款|钱|退|赔", words) else "send"


def _in_company(found: list[Commitment]) -> list[Commitment]:
    """Drop checks that nothing follows from and that have no date: they are not promises."""
    others = any(commitment.kind != "check" for commitment in found)
    return [commitment for commitment in found if commitment.kind != "check" or commitment.due or others]


def _commitment(clause: _Clause, kind: PromiseKind, due: Due | None) -> Commitment:
    start = min(clause.start, due.start) if due else clause.start
    lead = len(clause.words) - len(clause.words.lstrip()) if start == clause.start else 0
    return Commitment(start + lead, max(clause.end, due.end if due else 0), kind, due)
