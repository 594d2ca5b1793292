"""What a night did: the calls with the least first, the counts, and a line for each failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from everycall.cli.console import errors, out
from pipeline.analytics.agents.agents import AGENT, FORM

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipeline.night.summary import NightSummary
    from pipeline.store import Store

SHOWN_CALLS = 20
SHOWN_FAILURES = 20
# A form goes by the same name in all its languages.
CALLS = f"""
    select s.call_id, {FORM} as form, {AGENT} as agent, c.language, s.total, s.interval_low, s.interval_high,
        (select string_agg(rule, ', ' order by gain desc) from flags f
            where f.call_id = s.call_id and f.rubric_id = s.rubric_id and f.leg = s.leg)
    from scorecards s join calls c using (call_id)
    order by s.total nulls first, s.call_id, form, s.leg limit {SHOWN_CALLS}"""

SHOWN_UNANSWERED = 5
UNANSWERED = f"""
    select question_id, reason, count(*) as calls from answers where value = 'failed'
    group by all order by calls desc, question_id, reason limit {SHOWN_UNANSWERED}"""
# A reason ends with what its answer cost, e.g. "(812+40 tokens)"; one that joins several has several.
COST = r"""
    select count(distinct answer), sum(split_part(tokens, '+', 1)::bigint), sum(split_part(tokens, '+', 2)::bigint)
    from (select row_number() over () as answer, reason from answers),
        unnest(regexp_extract_all(reason, '\((\d+\+\d+) tokens\)', 1)) as found(tokens)"""


def conclude(summary: NightSummary, *, store: Store, strict: bool) -> None:
    """Print the outcome. Exits with 1 when something failed and `strict` is set."""
    from pipeline.store import open_duckdb

    with open_duckdb(store) as connection:
        if summary.calls_done:
            out.print(_calls(connection.execute(CALLS).fetchall()), "")
        told = [*cost(connection), *unanswered(connection)]
        failures = connection.execute("select source, stage, cause, remedy from failures order by all").fetchall()
    out.print(_counts(summary))
    for line in told:
        out.print(line, highlight=False, soft_wrap=True)
    for source, stage, cause, remedy in failures[:SHOWN_FAILURES]:
        errors.print(f"[yellow]{stage}[/] {source}: {cause}. {remedy}", highlight=False, soft_wrap=True)
    if len(failures) > SHOWN_FAILURES:
        errors.print(f"… and {len(failures) - SHOWN_FAILURES} more: everycall sql 'select * from failures'")
    if strict and failures:
        raise typer.Exit(1)


def cost(connection: DuckDBPyConnection) -> list[str]:
    """What the language model's answers in the store cost; nothing where it gave none."""
    answers, read, written = connection.execute(COST).fetchall()[0]
    if not answers:
        return []
    return [f"language model: {answers} answers, {read:,} tokens read, {written:,} written"]


def unanswered(connection: DuckDBPyConnection) -> list[str]:
    """The questions that could not be answered, and why; their calls are scored without them."""
    return [
        f"not answered: {question} on {calls} call{'' if calls == 1 else 's'}, {escape(reason)}"
        for question, reason, calls in connection.execute(UNANSWERED).fetchall()
    ]


def _counts(summary: NightSummary) -> Table:
    table = Table(box=None, show_header=False)
    table.add_row("calls found", str(summary.calls_found))
    table.add_row("done now", str(summary.calls_done))
    if summary.scorecards != summary.calls_done:
        table.add_row("scorecards", str(summary.scorecards))
    table.add_row("up to date already", str(summary.calls_up_to_date))
    table.add_row("failed", str(summary.calls_failed + summary.calls_held_back))
    table.add_row("flags raised", str(summary.flags))
    if summary.mean_total is not None:
        table.add_row("mean score", f"{summary.mean_total:.1f}")
    if summary.audio_per_wall is not None:
        table.add_row("speed", f"{summary.audio_per_wall:.1f} audio seconds a second")
    table.add_row("time", f"{summary.wall_s:.0f} s")
    return table


def _calls(rows: list[tuple[Any, ...]]) -> Table:
    """The form is told where there are several."""
    several = len({row[1] for row in rows}) > 1
    form_column = ["form"] if several else []
    table = Table(
        "call", *form_column, "agent", "language", "score", "90 % interval", "worth hearing for",
        box=None, pad_edge=False,
    )  # fmt: skip
    for call_id, form, agent_id, language, total, low, high, rules in rows:
        score = "-" if total is None else f"{total:.0f}"
        interval = "" if low is None else f"{low:.0f} to {high:.0f}"
        named = [form] if several else []
        table.add_row(call_id, *named, agent_id, language, score, interval, (rules or "").replace("_", " "))
    return table
