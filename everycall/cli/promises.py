"""`everycall promises`: what agents promised, by when, and what later calls show."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from everycall.cli.app import command
from everycall.cli.console import out
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.options import STORE
from pipeline.language import Translator
from pipeline.language.translator import message_in

ALL = typer.Option(False, "--all", help="Also kept promises, and those with an unknown outcome.")
AGENT = typer.Option(None, "--agent", help="Only what this agent promised.")
LIMIT = typer.Option(50, "--limit", min=1, help="Show at most this many.")
# Before the measures have run, the due date alone decides.
PROMISES = """
    select p.due_date,
        coalesce(o.outcome, if(p.due_date >= (select max(date) from calls), 'open', 'unknown')) as result,
        p.agent_id, p.call_id, p.kind, p.quote, o.by_call_id
    from promises p left join promise_outcomes o using (call_id, position)
    where ($all or result in ('open', 'broken')) and ($agent is null or p.agent_id = $agent)
    order by p.due_date nulls last, p.call_id, p.position"""
OUTCOMES = {
    "broken": message_in("outcome of promise", "broken"),
    "open": message_in("outcome of promise", "open"),
    "kept": message_in("outcome of promise", "kept"),
    "unknown": message_in("outcome of promise", "unknown"),
}
KINDS = {
    "call_back": message_in("kind of promise", "call back"),
    "refund": message_in("kind of promise", "refund"),
    "send": message_in("kind of promise", "send"),
    "repair": message_in("kind of promise", "repair"),
    "escalate": message_in("kind of promise", "escalate"),
    "check": message_in("kind of promise", "check"),
    "other": message_in("kind of promise", "other"),
}
STYLES = {"broken": "red", "open": "yellow", "kept": "green", "unknown": "dim"}


@command("promises", example="everycall promises --store store --agent A07")
def promises(
    store: str = STORE, everything: bool = ALL, agent: str | None = AGENT, limit: int = LIMIT, *, choice: LanguageChoice
) -> None:
    """List open and broken promises, the earliest due date first."""
    from pipeline.store import Store, open_duckdb

    with open_duckdb(Store(store)) as connection:
        rows = connection.execute(PROMISES, {"all": everything, "agent": agent}).fetchall()
        stored = connection.execute("select count(*) from promises").fetchall()[0][0]
    if rows:
        out.print(_table(rows[:limit], choice.words))
    out.print(
        _counts(rows, shown=min(limit, len(rows)), stored=stored, words=choice.words), highlight=False, soft_wrap=True
    )


def _table(rows: list[tuple[Any, ...]], words: Translator) -> Table:
    headings = [
        words.pgettext("promise", "due"),
        words.gettext("outcome"),
        words.gettext("agent"),
        words.gettext("call"),
        words.gettext("kind"),
    ]
    table = Table(*headings, box=None, pad_edge=False)
    table.add_column(words.gettext("promised"), overflow="fold", ratio=1)
    table.add_column(words.gettext("shown by"), no_wrap=True)
    for due, outcome, agent_id, call_id, kind, quote, by_call_id in rows:
        day = "" if due is None else due.isoformat()
        kind_name = words.pgettext("kind of promise", KINDS[kind]) if kind in KINDS else kind.replace("_", " ")
        cells = (agent_id, call_id, kind_name, quote, by_call_id or "")
        shown = words.pgettext("outcome of promise", OUTCOMES[outcome])
        table.add_row(day, Text(shown, style=STYLES[outcome]), *map(Text, cells))
    return table


def _counts(rows: list[tuple[Any, ...]], *, shown: int, stored: int, words: Translator) -> str:
    """Counts by outcome, or what to do without promises."""
    if not stored:
        return words.gettext("no promise is stored: `everycall run` finds promises in calls")
    by_outcome = {name: sum(row[1] == name for row in rows) for name in STYLES}
    names = {name: words.pgettext("outcome of promise", OUTCOMES[name]) for name in STYLES}
    counted = words.listed([f"{count} {names[name]}" for name, count in by_outcome.items() if count])
    counted = counted or words.gettext("none open or broken")
    line = words.gettext("{counted} of {n} promises", counted=counted, n=stored)
    return line + words.gettext("; showing the first {n}", n=shown) if shown < len(rows) else line
