"""`everycall check-asr`: how well a centre's own calls are heard, held against what people wrote down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.table import Table

from everycall.cli.app import command
from everycall.cli.console import errors, out
from everycall.cli.options import ASR, DEVICE, HOTWORDS, PROFILE, split
from pipeline.analytics.statistics.intervals import Interval
from pipeline.evaluate.asr_check import AsrCheck, GroupFigures

LABELLED = typer.Argument(..., exists=True, file_okay=False, help="A folder of recordings, an ID.ref.json beside each.")
BY = typer.Option([], "--by", help="Also by these fields of the labels, with commas between, e.g. queue,accent.")
AS_JSON = typer.Option(None, "--json", help="Also write the figures, and those of each call, to this file.")
MOST_FAILURES = 10


@command("check-asr", example="everycall check-asr labelled_calls --by queue,accent --json hearing.json")
def check_asr(
    labelled_dir: Path = LABELLED,
    by: list[str] = BY,
    asr: str | None = ASR,
    profile: str = PROFILE,
    device: str = DEVICE,
    hotwords: str | None = HOTWORDS,
    json: Path | None = AS_JSON,
) -> None:
    """Hear labelled calls and print word or character error rate, role accuracy and diarization error.

    Each with its 95 % interval, by language, by layout and by the fields asked for. docs/operations.md has the shape of
    a label. Nothing is known of a call but its audio, and no word of it is printed.
    """
    from models.profile import load_profile
    from models.registry import build_speech_models
    from pipeline.evaluate.asr_check import check_asr as checked
    from pipeline.evaluate.asr_check import references_with_fields

    fields = split(by)
    chosen = references_with_fields(str(labelled_dir), by=fields)
    speech_models = build_speech_models(load_profile(profile, asr=asr, device=device, hotwords=hotwords))
    with _bar(len(chosen)) as heard:
        check = checked(chosen, speech_models=speech_models, by=fields, progress=heard)
    out.print(table_of(check))
    out.print("WER of English, CER of Chinese; in brackets 95 % bootstrap intervals over calls", style="dim")
    _tell_failures(check)
    if json is not None:
        json.write_text(check.to_json() + "\n", "utf-8")


@contextmanager
def _bar(calls: int) -> Iterator[Callable[[int], None]]:
    """A bar of the calls heard; without a terminal nothing is drawn."""
    from rich.progress import Progress

    with Progress(console=errors, disable=not errors.is_terminal) as bars:
        task = bars.add_task("calls", total=calls)
        yield lambda done: bars.advance(task, done)


def table_of(check: AsrCheck) -> Table:
    """One row a group."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("calls of", overflow="fold")
    table.add_column("n", justify="right", no_wrap=True)
    for column in ("WER or CER, %", "roles right, %", "diarization error, %"):
        table.add_column(column, no_wrap=True)
    for group in check.groups:
        table.add_row(*_cells(group))
    return table


def _cells(group: GroupFigures) -> tuple[str, ...]:
    named = {"all": group.language, "layout": f"{group.language}, {group.value}"}
    rates = (group.error_rate, group.role_accuracy, group.diarization_error_rate)
    name = named.get(group.field, f"{group.language}, {group.field} {group.value}")
    return name, str(group.calls), *map(_rate, rates)


def _rate(interval: Interval) -> str:
    if interval.n == 0:
        return "-"
    bounds = f" ({100 * interval.low:.1f}–{100 * interval.high:.1f})" if interval.n > 1 else ""
    return f"{100 * interval.estimate:.1f}{bounds}"


def _tell_failures(check: AsrCheck) -> None:
    """The calls of which nothing was heard; their words count as lost."""
    for call in check.failed[:MOST_FAILURES]:
        errors.print(f"not heard: {call.reference.call_id}: {call.failure}", highlight=False, markup=False)
    if len(check.failed) > MOST_FAILURES:
        errors.print(f"and {len(check.failed) - MOST_FAILURES} more; --json names all", highlight=False)
