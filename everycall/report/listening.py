"""Listening: the calls that a supervisor should hear, why, and where to start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from everycall.report.query import Record, records
from everycall.report.quoting import shortened
from everycall.report.recording_notes import recording_notes
from everycall.report.stored_words import flag_words
from pipeline.analytics.agents.agents import SCORECARDS
from pipeline.language import Translator
from pipeline.store.rows.flags import flag_from_row
from pipeline.store.rows.stored_calls import stored_calls

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_CALLS = 50


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that the call tripped; `quote` is empty when an earlier reason of the call has the same one.

    `play_from_s` is None for a call without audio times.
    """

    rule: str
    severity: str
    text: str = field(repr=False)
    quote: str = field(repr=False)
    turn: int | None
    play_from_s: float | None


@dataclass(frozen=True, slots=True)
class CallToHear:
    """One flagged call with the reasons of its flags, the greatest gain first.

    `score` is by the form whose flag has the greatest gain; `remarks` say what is wrong with the recording.
    """

    call_id: str
    date: str
    agent_id: str
    language: str
    score: float | None
    gain: float
    reasons: tuple[Reason, ...]
    remarks: tuple[str, ...] = ()


def read_calls_to_hear(
    connection: DuckDBPyConnection, *, forms: Sequence[str], translator: Translator
) -> tuple[CallToHear, ...]:
    """The calls with the greatest gain from listening, of those flagged on scorecards by these forms."""
    rows = records(
        connection,
        f"""select f.call_id, c.date::varchar as date, c.agent_id, c.language,
            arg_max(s.total, f.gain order by f.rubric_id) as score, max(f.gain) as gain
        from flags f join ({SCORECARDS}) s using (call_id, rubric_id, leg) join calls c using (call_id)
        group by all order by gain desc, f.call_id limit {MOST_CALLS}""",
        [list(forms)],
    )
    call_ids = [row["call_id"] for row in rows]
    reasons = _reasons(connection, call_ids, forms=forms, translator=translator)
    stored = stored_calls(connection, call_ids, words=False)
    remarked = {
        each: recording_notes(found.recording, found.call.transcript, translator=translator)
        for each, found in stored.items()
    }
    return tuple(
        CallToHear(**row, reasons=tuple(reasons[row["call_id"]]), remarks=remarked[row["call_id"]]) for row in rows
    )


def _reasons(
    connection: DuckDBPyConnection, call_ids: Sequence[str], *, forms: Sequence[str], translator: Translator
) -> Mapping[str, list[Reason]]:
    found: dict[str, list[Reason]] = {call_id: [] for call_id in call_ids}
    rows = records(
        connection,
        f"""select f.call_id, f.rule, f.severity, f.reason, f.evidence, f.play_from_s, f.gain,
            f.reason_code, f.reason_values
        from flags f semi join ({SCORECARDS}) s using (call_id, rubric_id, leg)
        where f.call_id in (select unnest(?)) order by f.gain desc, f.rubric_id, f.position""",
        [list(forms), list(call_ids)],
    )
    for row in rows:
        reasons = found[row["call_id"]]
        reason = _reason(row, translator)
        said_already = any(reason.quote == other.quote for other in reasons)
        reasons.append(replace(reason, quote="") if said_already else reason)
    return found


def _reason(row: Record, translator: Translator) -> Reason:
    first = next(iter(row["evidence"] or ()), None)
    timed = first is not None and first["start_s"] is not None
    return Reason(
        rule=row["rule"],
        severity=row["severity"],
        text=flag_words(flag_from_row(row), translator),
        quote=shortened(first["quote"]) if first else "",
        turn=first["turn"] if first else None,
        play_from_s=row["play_from_s"] if timed else None,
    )
