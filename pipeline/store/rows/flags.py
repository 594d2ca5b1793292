"""One row for each flag, written with the scorecard that raised it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.flag import Flag
from pipeline.store.parts import Row
from pipeline.store.rows.evidence import evidence_from_rows, evidence_rows
from pipeline.store.rows.reason_values import reason_values_from_text, reason_values_text


def flag_rows(flags: Sequence[Flag], *, rubric_id: str, leg: int = 1) -> list[Row]:
    """The rows of `flags` of one scorecard, in the order given."""
    return [
        {
            "call_id": flag.call_id,
            "rubric_id": rubric_id,
            "leg": leg,
            "position": position,
            "rule": flag.rule,
            "severity": flag.severity,
            "reason": flag.reason,
            "evidence": evidence_rows(flag.evidence),
            "play_from_s": flag.play_from_s,
            "gain": flag.gain,
            "reason_code": flag.reason_code,
            "reason_values": reason_values_text(flag.reason_values),
        }
        for position, flag in enumerate(flags)
    ]


def flag_from_row(row: Row) -> Flag:
    """Restore one flag."""
    return Flag(
        call_id=row["call_id"],
        rule=row["rule"],
        severity=row["severity"],
        reason=row["reason"],
        evidence=evidence_from_rows(row["evidence"]),
        play_from_s=row["play_from_s"],
        gain=row["gain"],
        reason_code=row["reason_code"],
        reason_values=reason_values_from_text(row["reason_values"]),
    )
