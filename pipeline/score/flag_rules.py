"""Flag: which calls are worth a supervisor's ear, why, and from which second to listen.

The gain of listening is the rule's weight times how likely the flag is right (an answer's own probability) or how much
is at stake (the share of the total that was lost or is in doubt). Weights put harm that can still be undone first:
a failed form, then a customer who asks for a supervisor or threatens to leave, then quality.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.enriched import EnrichedCall
from pipeline.flag import Flag, Severity
from pipeline.language import ENGLISH
from pipeline.language.flag_words import word_flag
from pipeline.leg import legs_of
from pipeline.reason import Reason
from pipeline.scorecard import UNSURE, Answer, Evidence, FailSeverity, Scorecard


@dataclass(frozen=True, slots=True)
class FlagRules:
    """Where the lines are. Totals are 0 to 100; playback starts `lead_in_s` before the evidence."""

    low_total: float = 60.0
    very_low_total: float = 40.0
    lead_in_s: float = 5.0
    auto_fail_weight: float = 100.0
    low_total_weight: float = 60.0
    negative_end_weight: float = 40.0
    unsure_weight: float = 50.0
    critical_fail_weight: float = 90.0
    major_fail_weight: float = 55.0
    minor_fail_weight: float = 20.0


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """A rule that one answer of the standard form trips: `question_id` answered `value`."""

    name: str
    question_id: str
    value: str
    severity: Severity
    weight: float


AGENT_RULES = (AnswerRule("prohibited_remark", "no_prohibited", "no", "high", 85.0),)
CUSTOMER_RULES = (
    AnswerRule("escalation", "escalation_request", "yes", "high", 80.0),
    AnswerRule("churn", "churn_risk", "yes", "high", 75.0),
    AnswerRule("repeat_contact", "repeat_contact", "yes", "medium", 45.0),
)
ANSWER_RULES = AGENT_RULES + CUSTOMER_RULES
DEFAULT_RULES = FlagRules()
# A form's own words for how grave a fail is, and how urgent that makes the call.
FAIL_SEVERITIES: tuple[tuple[FailSeverity, Severity], ...] = (
    ("critical", "critical"),
    ("major", "high"),
    ("minor", "low"),
)


def flag(call: EnrichedCall, scorecard: Scorecard, *, rules: FlagRules = DEFAULT_RULES) -> list[Flag]:
    """Every rule that the call trips, the one with the most to gain first.

    Where a call has several legs, what is the agent's doing names them.
    """
    of_agent = [
        *_auto_fails(scorecard, rules),
        *_answers(scorecard, rules, AGENT_RULES),
        *_fails(scorecard, rules),
        *_low_total(scorecard, rules),
        *_unsure(scorecard, rules),
    ]
    if len(legs_of(call.transcript)) > 1:
        of_agent = [_on_leg(flag, scorecard) for flag in of_agent]
    raised = [*of_agent, *_answers(scorecard, rules, CUSTOMER_RULES), *_negative_end(call, rules)]
    return sorted(raised, key=lambda flag: (-flag.gain, flag.rule))


def _auto_fails(scorecard: Scorecard, rules: FlagRules) -> Iterator[Flag]:
    for question_id in scorecard.auto_failed:
        answer = _answer(scorecard, question_id)
        gain = rules.auto_fail_weight * (answer.probability if answer else 1.0)
        if answer:
            reason = Reason("form_failed_by_answer", {"question": question_id, "answer": answer.value})
        else:
            reason = Reason("form_failed", {"question": question_id})
        evidence = answer.evidence if answer else ()
        yield _flag(scorecard.call_id, "auto_fail", "critical", reason, evidence=evidence, gain=gain, rules=rules)


def _answers(scorecard: Scorecard, rules: FlagRules, asked: Sequence[AnswerRule]) -> Iterator[Flag]:
    for rule in asked:
        answer = _answer(scorecard, rule.question_id)
        if answer is None or answer.value != rule.value or rule.question_id in scorecard.auto_failed:
            continue
        gain = rule.weight * answer.probability
        reason = Reason(rule.name)
        yield _flag(
            scorecard.call_id, rule.name, rule.severity, reason, evidence=answer.evidence, gain=gain, rules=rules
        )


def _fails(scorecard: Scorecard, rules: FlagRules) -> Iterator[Flag]:
    """One flag for all fails of a severity, without those that another rule flags."""
    flagged = {rule.question_id for rule in ANSWER_RULES} | set(scorecard.auto_failed)
    for severity, urgency in FAIL_SEVERITIES:
        failed = [a for a in scorecard.answers if a.severity == severity and a.question_id not in flagged]
        if not failed:
            continue
        likeliest = sorted(failed, key=lambda answer: -answer.probability)
        gain = getattr(rules, f"{severity}_fail_weight") * likeliest[0].probability
        evidence = next((answer.evidence for answer in likeliest if answer.evidence), ())
        reason = Reason("questions_failed", {"questions": [answer.question_id for answer in likeliest]})
        yield _flag(scorecard.call_id, f"{severity}_fail", urgency, reason, evidence=evidence, gain=gain, rules=rules)


def _low_total(scorecard: Scorecard, rules: FlagRules) -> Iterator[Flag]:
    if scorecard.total is None or scorecard.total >= rules.low_total:
        return
    lost = sorted(scorecard.answers, key=lambda answer: answer.points - answer.points_possible)
    evidence = next((answer.evidence for answer in lost if answer.evidence), ())
    severity: Severity = "high" if scorecard.total < rules.very_low_total else "medium"
    if lost:
        shown = {"score": float(f"{scorecard.total:.0f}"), "question": lost[0].question_id}
        reason = Reason("low_score_lost_on", shown)
    else:
        reason = Reason("low_score")
    gain = rules.low_total_weight * (1 - scorecard.total / 100)
    yield _flag(scorecard.call_id, "low_score", severity, reason, evidence=evidence, gain=gain, rules=rules)


def _negative_end(call: EnrichedCall, rules: FlagRules) -> Iterator[Flag]:
    """The customer's last third is negative; worse when the call did not begin so."""
    start, _, end = call.sentiment_by_third
    if end != "negative":
        return
    turns = call.transcript.turns
    last = [turn for turn in turns[2 * len(turns) // 3 :] if turn.role == "customer" and turn.text]
    worst = max(last, key=lambda turn: call.sentiments[turn.index].negative, default=None)
    evidence = (Evidence(worst.index, worst.text, worst.start_s, worst.end_s),) if worst else ()
    turned = start != "negative"
    reason = Reason("mood_turned_negative" if turned else "mood_stayed_negative")
    share = call.sentiments[worst.index].negative if worst else 0.5
    gain = rules.negative_end_weight * share * (1.0 if turned else 0.75)
    call_id = call.transcript.call_id
    yield _flag(call_id, "negative_end", "medium", reason, evidence=evidence, gain=gain, rules=rules)


def _unsure(scorecard: Scorecard, rules: FlagRules) -> Iterator[Flag]:
    """One flag for all answers that a person must give, by how many points hang on them."""
    unsure = [answer for answer in scorecard.answers if answer.value == UNSURE]
    if not unsure:
        return
    heaviest = sorted(unsure, key=lambda answer: -answer.points_possible)
    possible = sum(answer.points_possible for answer in scorecard.answers)
    in_doubt = sum(answer.points_possible for answer in unsure) / possible if possible else 0.0
    evidence = next((answer.evidence for answer in heaviest if answer.evidence), ())
    reason = Reason("person_must_answer", {"questions": [answer.question_id for answer in heaviest]})
    yield _flag(
        scorecard.call_id, "unsure", "low", reason, evidence=evidence, gain=rules.unsure_weight * in_doubt, rules=rules
    )


def _flag(
    call_id: str,
    rule: str,
    severity: Severity,
    reason: Reason,
    *,
    evidence: tuple[Evidence, ...],
    gain: float,
    rules: FlagRules,
) -> Flag:
    starts = [item.start_s for item in evidence if item.start_s is not None]
    play_from_s = max(0.0, starts[0] - rules.lead_in_s) if starts else 0.0
    return Flag(
        call_id,
        rule,
        severity,
        word_flag(reason, ENGLISH),
        evidence,
        round(play_from_s, 3),
        round(gain, 3),
        reason.code,
        reason.values,
    )


def _on_leg(flag: Flag, scorecard: Scorecard) -> Flag:
    """The flag with the leg and agent that it is about."""
    reason = Reason(flag.reason_code, {**flag.reason_values, "leg": scorecard.leg, "agent": scorecard.agent_id})
    return replace(flag, reason=word_flag(reason, ENGLISH), reason_values=reason.values)


def _answer(scorecard: Scorecard, question_id: str) -> Answer | None:
    return next((answer for answer in scorecard.answers if answer.question_id == question_id), None)
