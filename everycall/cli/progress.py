"""Progress on the terminal: calls done, speed, and the time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from everycall.cli.console import errors
from pipeline.night.progress import Progress as Watcher
from pipeline.night.progress import Step


@contextmanager
def watched() -> Iterator[Watcher]:
    """A watcher that draws one bar for the night; without a terminal nothing is drawn."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bars:
        yield _Bar(bars)


class _Bar:
    """The bar's state: calls planned, calls written, audio heard so far."""

    def __init__(self, bars: Progress) -> None:
        self.bars = bars
        self.task = bars.add_task("calls", total=None, rate="")
        self.planned = 0
        self.audio_s = 0.0
        self.begun_s = monotonic()

    def __call__(self, step: Step) -> None:
        self.audio_s += step.audio_s
        if step.stage == "plan":
            self.planned += step.calls
            self.bars.update(self.task, total=self.planned)
        elif step.stage == "score":
            self.bars.update(self.task, advance=step.calls, rate=self._rate())

    def _rate(self) -> str:
        elapsed_s = monotonic() - self.begun_s
        return f"{self.audio_s / elapsed_s:.0f}x real time" if self.audio_s and elapsed_s > 0 else ""
