"""`everycall measure`: the measures over all calls, at once instead of with the next night."""

from __future__ import annotations

import typer

from everycall.cli.app import command
from everycall.cli.console import errors, out
from everycall.cli.options import PROFILE, RUBRICS, STORE


@command("measure", example="everycall measure --store store")
def measure(store: str = STORE, rubric: list[str] = RUBRICS, profile: str = PROFILE) -> None:
    """Find topics, repeats and all that follows from them over the stored calls; every night does it by itself.

    Of use after `surveys import` and `topics apply`. Where nothing changed since the last time, nothing is done.
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
        out.print("nothing changed since the last time")
        return
    days = made["measured"]
    out.print(f"measured {sum(days.column('calls').to_pylist())} calls of {len(days)} days", highlight=False)
