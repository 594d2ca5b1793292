"""What a night did, told in one table; failures below it, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.table import Table

from everycall.cli.console import errors, out

if TYPE_CHECKING:
    from pipeline.store import Store
    from pipeline.summary import NightSummary

SHOWN_FAILURES = 20


def conclude(summary: NightSummary, *, store: Store, strict: bool) -> None:
    """Print the outcome. Exits with 1 when something failed and `strict` is set."""
    out.print(_counts(summary))
    failures = _failures(store)
    for source, stage, cause, remedy in failures[:SHOWN_FAILURES]:
        errors.print(f"[yellow]{stage}[/] {source}: {cause}. {remedy}", highlight=False, soft_wrap=True)
    if len(failures) > SHOWN_FAILURES:
        errors.print(f"… and {len(failures) - SHOWN_FAILURES} more: everycall sql 'select * from failures'")
    if strict and failures:
        raise typer.Exit(1)


def _counts(summary: NightSummary) -> Table:
    table = Table(box=None, show_header=False)
    table.add_row("calls found", str(summary.calls_found))
    table.add_row("done now", str(summary.calls_done))
    table.add_row("up to date already", str(summary.calls_up_to_date))
    table.add_row("failed", str(summary.calls_failed + summary.calls_held_back))
    table.add_row("flags raised", str(summary.flags))
    if summary.mean_total is not None:
        table.add_row("mean score", f"{summary.mean_total:.1f}")
    if summary.audio_per_wall is not None:
        table.add_row("speed", f"{summary.audio_per_wall:.1f} audio seconds a second")
    table.add_row("time", f"{summary.wall_s:.0f} s")
    return table


def _failures(store: Store) -> list[tuple[str, ...]]:
    from pipeline.store import open_duckdb

    with open_duckdb(store) as connection:
        rows = connection.execute("select source, stage, cause, remedy from failures order by all").fetchall()
    return [tuple(map(str, row)) for row in rows]
