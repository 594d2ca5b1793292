"""`everycall evaluate-topics`: how far the topics found are those that people would name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from everycall.cli.app import command
from everycall.cli.console import errors, out
from everycall.cli.options import PROFILE

if TYPE_CHECKING:
    from pipeline.evaluate.topic_evaluation import TopicFigures

UTTERANCES = typer.Argument(..., exists=True, dir_okay=False, help="Utterances with their topic, a JSON object a line.")
AS_JSON = typer.Option(None, "--json", help="Also write the figures to this file.")


@command("evaluate-topics", example="everycall evaluate-topics examples/utterances.jsonl --json topics.json")
def evaluate_topics(utterances: Path = UTTERANCES, profile: str = PROFILE, json: Path | None = AS_JSON) -> None:
    """Find topics among labelled utterances and print how many stand in the right one.

    A line is {"utterance": …, "reference_label": …}. The label measures and is not otherwise looked at; the number of
    topics is not given. Where BERTopic is installed, its topics are measured beside, on the same vectors.
    """
    from models.profile import load_profile
    from models.registry import build_enrichment_models
    from pipeline.evaluate.bertopic_peer import bertopic
    from pipeline.evaluate.topic_evaluation import evaluate_topics as evaluated
    from pipeline.evaluate.topic_evaluation import read_utterances

    labelled = read_utterances(utterances)
    with errors.status("finding topics"):
        encoder = build_enrichment_models(load_profile(profile)).encoder
        figures = evaluated(labelled, encoder=encoder, bertopic=bertopic())
    out.print(f"{len(labelled)} utterances in {_line(figures)}", highlight=False)
    if figures.bertopic is None:
        out.print("BERTopic is not installed, so it is not measured beside: make peers", highlight=False)
    else:
        out.print(f"BERTopic on the same vectors: {_line(figures.bertopic)}", highlight=False)
    if json is not None:
        json.write_text(figures.to_json() + "\n", "utf-8")


def _line(figures: TopicFigures) -> str:
    return f"{figures.topics} topics: accuracy {figures.accuracy:.3f}, NMI {figures.nmi:.3f}, {figures.seconds:.1f} s"
