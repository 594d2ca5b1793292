"""`everycall topics …`: the topics that were found, and the taxonomy that people keep of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from everycall.cli.app import command, group
from everycall.cli.console import errors, out
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.options import STORE
from pipeline.language import Translator
from pipeline.language.translator import message_in

if TYPE_CHECKING:
    from pipeline.topic import Topic

TAXONOMY = typer.Argument(..., exists=True, dir_okay=False, help="The taxonomy: a YAML file as shown below.")
ALL = typer.Option(False, "--all", help="Also merged and retired topics.")

STATUSES = {
    "found": message_in("topic", "found"),
    "pinned": message_in("topic", "pinned"),
    "merged": message_in("topic", "merged"),
    "retired": message_in("topic", "retired"),
}

topics = group(
    "topics",
    help_text="See the topics that were found; name, pin, merge and split them.",
    example="everycall topics list --store store",
)


@command("list", example="everycall topics list --store store", of=topics)
def list_topics(store: str = STORE, every: bool = ALL, *, choice: LanguageChoice) -> None:
    """Print the topics with their ids, the largest first."""
    from pipeline.analytics.topics.topic_list import listed_topics
    from pipeline.store import Store

    words = choice.words
    headings = [
        words.gettext("topic"),
        words.gettext("name"),
        words.gettext("calls"),
        words.gettext("status"),
        words.gettext("found"),
        words.gettext("last call"),
    ]
    table = Table(*headings, box=None, pad_edge=False)
    for topic in listed_topics(Store(store), every=every):
        status = _status(topic, words)
        days = (str(day or "") for day in (topic.found_on, topic.last_seen_on))
        table.add_row(topic.topic_id, topic.name, str(topic.calls), status, *days)
    out.print(table, markup=False)


@command("apply", example="everycall topics apply taxonomy.yaml --store store", of=topics)
def apply(taxonomy: Path = TAXONOMY, store: str = STORE, *, choice: LanguageChoice) -> None:
    """Put a taxonomy into the store: every night follows it, and `everycall measure` applies it at once.

    topics:
      - {id: t-5b0c7e21aa, name: Lost card, merge: [t-91d2c0ff3e]}
      - {id: card-abroad, name: Card abroad, from: t-5b0c7e21aa, examples: [does my card work abroad]}

    A topic in the file is pinned: it keeps its id, its name and its calls. `merge` gives it the calls of other topics,
    `examples` make a topic of your own, and `from` names the topic that yours is split from. Removing an entry from
    the file undoes it.
    """
    from pipeline.analytics.topics.topic_list import apply_taxonomy
    from pipeline.store import Store

    with errors.status("checking the taxonomy"):
        applied = apply_taxonomy(Store(store), taxonomy.read_text("utf-8"), source=str(taxonomy))
    merged, made = len(applied.merges), sum(bool(topic.examples) for topic in applied.topics)
    pinned = len(applied.topics)
    counted = choice.words.gettext(
        "{pinned} topics pinned, {merged} merged, {made} by examples", pinned=pinned, merged=merged, made=made
    )
    out.print(counted, highlight=False)
    out.print(choice.words.gettext("run `everycall measure` to apply it now"))


def _status(topic: Topic, words: Translator) -> str:
    if topic.merged_into:
        return words.gettext("merged into {topic}", topic=topic.merged_into)
    return words.pgettext("topic", STATUSES[topic.status]) if topic.status in STATUSES else topic.status
