"""One row for each run."""

from __future__ import annotations

from dataclasses import asdict, fields

from pipeline.run import Run
from pipeline.store.parts import Row


def run_row(run: Run) -> Row:
    """The row of `runs`."""
    return asdict(run)


def run_from_row(row: Row) -> Run:
    """Restore one run."""
    return Run(**{field.name: row[field.name] for field in fields(Run)})
