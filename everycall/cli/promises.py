"""`everycall promises`: what agents promised, by when, and what later calls show of it."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from everycall.cli.app import command
from everycall.cli.console import out
from everycall.cli.options import STORE

ALL = typer.Option(False, "--all", help="Also those that were kept, and those of which no later call tells.")
AGENT = typer.Option(None, "--agent", help="Only what this agent promised.")
LIMIT = typer.Option(50, "--limit", min=1, help="Show at most this many.")
# Before the measures have run, only the day tells of a promise.
PROMISES = """
    select p.due_date,
        coalesce(o.outcome, if(p.due_date >= (select max(date) from calls), 'open', 'unknown')) as told,
        p.agent_id, p.call_id, p.kind, p.quote, o.by_call_id
    from promises p left join promise_outcomes o using (call_id, position)
    where ($all or told in ('open', 'broken')) and ($agent is null or p.agent_id = $agent)
    order by p.due_date nulls last, p.call_id, p.position"""
STYLES = {"broken": "red", "open": "yellow", "kept": "green", "unknown": "dim"}


@command("promises", example="everycall promises --store store --agent A07")
def promises(store: str = STORE, everything: bool = ALL, agent: str | None = AGENT, limit: int = LIMIT) -> None:
    """List promises that are open or were broken, the one that is due first before the others."""
    from pipeline.store import Store, open_duckdb

    with open_duckdb(Store(store)) as connection:
        rows = connection.execute(PROMISES, {"all": everything, "agent": agent}).fetchall()
        stored = connection.execute("select count(*) from promises").fetchall()[0][0]
    if rows:
        out.print(_table(rows[:limit]))
    out.print(_counts(rows, shown=min(limit, len(rows)), stored=stored), highlight=False, soft_wrap=True)


def _table(rows: list[tuple[Any, ...]]) -> Table:
    table = Table("due", "outcome", "agent", "call", "kind", box=None, pad_edge=False)
    table.add_column("promised", overflow="fold", ratio=1)
    table.add_column("shown by", no_wrap=True)
    for due, outcome, agent_id, call_id, kind, quote, by_call_id in rows:
        told = "" if due is None else due.isoformat()
        cells = (agent_id, call_id, kind.replace("_", " "), quote, by_call_id or "")
        table.add_row(told, Text(outcome, style=STYLES[outcome]), *map(Text, cells))
    return table


def _counts(rows: list[tuple[Any, ...]], *, shown: int, stored: int) -> str:
    """How many of what; what to do where there are none."""
    if not stored:
        return "no promise is stored: `everycall run` finds them in the calls that it reads"
    by_outcome = {name: sum(row[1] == name for row in rows) for name in STYLES}
    told = ", ".join(f"{count} {name}" for name, count in by_outcome.items() if count) or "none open or broken"
    rest = f"; the first {shown} are shown" if shown < len(rows) else ""
    return f"{told} of {stored} promises{rest}"
