"""`everycall measure`: the measures over all calls now, instead of with the next night."""

from __future__ import annotations

import typer

from everycall.cli.app import command
from everycall.cli.console import errors, out
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.options import PROFILE, RUBRICS, STORE


@command("measure", example="everycall measure --store store")
def measure(store: str = STORE, rubric: list[str] = RUBRICS, profile: str = PROFILE, *, choice: LanguageChoice) -> None:
    """Compute topics, repeats and the figures built on them over the stored calls, as every night does.

    Useful after `surveys import` and `topics apply`. Does nothing if nothing changed since the last time.
    """
    from models.registry import build_engine_by_name
    from pipeline.analytics.update import measure_all
    from pipeline.store import Store

    engine = build_engine_by_name(profile=profile, rubric=",".join(rubric))
    if engine.measure is None:
        raise typer.Exit
    with errors.status("measuring over all calls"):
        made = measure_all(Store(store), measure=engine.measure, rubric=engine.rubric)
    if made is None:
        out.print(choice.words.gettext("nothing changed since the last time"))
        return
    days = made["measured"]
    calls = sum(days.column("calls").to_pylist())
    out.print(
        choice.words.gettext("measured {calls} calls on {days} days", calls=calls, days=len(days)), highlight=False
    )
