"""`everycall topics …`: the topics that were found, and what people say of them."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

from everycall.cli.app import command, group
from everycall.cli.console import errors, out
from everycall.cli.options import STORE

TAXONOMY = typer.Argument(..., exists=True, dir_okay=False, help="The taxonomy: a YAML file as shown below.")
ALL = typer.Option(False, "--all", help="Also topics that were merged or are no more.")

topics = group(
    "topics",
    help_text="See the topics that were found; name, pin, merge and split them.",
    example="everycall topics list --store store",
)


@command("list", example="everycall topics list --store store", of=topics)
def list_topics(store: str = STORE, every: bool = ALL) -> None:
    """Print the topics with their ids, the largest first."""
    from pipeline.analytics.topics.topic_list import listed_topics
    from pipeline.store import Store

    table = Table("topic", "name", "calls", "status", "found", "last call", box=None, pad_edge=False)
    for topic in listed_topics(Store(store), every=every):
        status = f"merged into {topic.merged_into}" if topic.merged_into else topic.status
        days = (str(day or "") for day in (topic.found_on, topic.last_seen_on))
        table.add_row(topic.topic_id, topic.name, str(topic.calls), status, *days)
    out.print(table, markup=False)


@command("apply", example="everycall topics apply taxonomy.yaml --store store", of=topics)
def apply(taxonomy: Path = TAXONOMY, store: str = STORE) -> None:
    """Put a taxonomy into the store: every night follows it, and `everycall measure` does so at once.

    topics:
      - {id: t-5b0c7e21aa, name: Lost card, merge: [t-91d2c0ff3e]}
      - {id: card-abroad, name: Card abroad, from: t-5b0c7e21aa, examples: [does my card work abroad]}

    A topic that stands there is pinned: its id, its name and its calls stay its own. `merge` gives it the calls of
    others, `examples` make a topic of your own, and `from` says which topic that one is split off from. What you take
    out of the file is undone.
    """
    from pipeline.analytics.topics.topic_list import apply_taxonomy
    from pipeline.store import Store

    with errors.status("checking the taxonomy"):
        told = apply_taxonomy(Store(store), taxonomy.read_text("utf-8"), source=str(taxonomy))
    merged, made = len(told.merges), sum(bool(topic.examples) for topic in told.topics)
    out.print(f"{len(told.topics)} topics pinned, {merged} merged, {made} by examples", highlight=False)
    out.print("run `everycall measure` to follow it now")
