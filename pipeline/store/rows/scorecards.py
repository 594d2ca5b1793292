"""One row for each scorecard and one for each answer, with answers in the order of the form."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.scorecard import Answer, Scorecard, SectionScore
from pipeline.store.parts import Row
from pipeline.store.rows.evidence import evidence_from_rows, evidence_rows
from pipeline.store.rows.reason_values import reason_values_from_text, reason_values_text


def scorecard_row(scorecard: Scorecard, *, turns_part: str) -> Row:
    """The row of `scorecards`; `turns_part` names the part whose turns were scored."""
    low, high = scorecard.interval or (None, None)
    return {
        "call_id": scorecard.call_id,
        "turns_part": turns_part,
        "rubric_id": scorecard.rubric_id,
        "leg": scorecard.leg,
        "agent_id": scorecard.agent_id,
        "rubric_version": scorecard.rubric_version,
        "total": scorecard.total,
        "interval_low": low,
        "interval_high": high,
        "auto_failed": list(scorecard.auto_failed),
        "sections": [_section_row(section) for section in scorecard.sections],
        "fingerprint": scorecard.fingerprint,
    }


def answer_rows(scorecard: Scorecard) -> list[Row]:
    """The rows of `answers` of one scorecard."""
    key = {"call_id": scorecard.call_id, "rubric_id": scorecard.rubric_id, "leg": scorecard.leg}
    return [{**key, "position": index, **_answer_columns(answer)} for index, answer in enumerate(scorecard.answers)]


def scorecard_from_rows(row: Row, answers: Sequence[Row]) -> Scorecard:
    """Restore a scorecard from its row and the rows of its answers, in any order."""
    in_order = sorted(answers, key=lambda answer: int(answer["position"]))
    interval = None if row["interval_low"] is None else (row["interval_low"], row["interval_high"])
    return Scorecard(
        call_id=row["call_id"],
        rubric_id=row["rubric_id"],
        rubric_version=row["rubric_version"],
        answers=tuple(_answer_from_row(answer) for answer in in_order),
        sections=tuple(SectionScore(**section) for section in row["sections"]),
        total=row["total"],
        interval=interval,
        auto_failed=tuple(row["auto_failed"]),
        fingerprint=row["fingerprint"],
        leg=row["leg"],
        agent_id=row["agent_id"],
    )


def _section_row(section: SectionScore) -> Row:
    return {
        "section_id": section.section_id,
        "points": section.points,
        "points_possible": section.points_possible,
        "score": section.score,
    }


def _answer_columns(answer: Answer) -> Row:
    return {
        "question_id": answer.question_id,
        "value": answer.value,
        "best": answer.best,
        "probability": answer.probability,
        "points": answer.points,
        "points_possible": answer.points_possible,
        "evidence": evidence_rows(answer.evidence),
        "searched": list(answer.searched),
        "reason": answer.reason,
        "method": answer.method,
        "reason_code": answer.reason_code,
        "reason_values": reason_values_text(answer.reason_values),
    }


def _answer_from_row(row: Row) -> Answer:
    return Answer(
        question_id=row["question_id"],
        value=row["value"],
        best=row["best"],
        probability=row["probability"],
        points=row["points"],
        points_possible=row["points_possible"],
        evidence=evidence_from_rows(row["evidence"]),
        searched=tuple(row["searched"]),
        reason=row["reason"],
        method=row["method"],
        reason_code=row["reason_code"],
        reason_values=reason_values_from_text(row["reason_values"]),
    )
