"""`everycall evaluate-topics`: agreement of the topics found with those that people named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from everycall.cli.app import command
from everycall.cli.console import errors, out
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.options import PROFILE

if TYPE_CHECKING:
    from pipeline.evaluate.topic_evaluation import TopicFigures
    from pipeline.language import Translator

UTTERANCES = typer.Argument(..., exists=True, dir_okay=False, help="Utterances with their topic, a JSON object a line.")
AS_JSON = typer.Option(None, "--json", help="Also write the figures to this file.")


@command("evaluate-topics", example="everycall evaluate-topics examples/utterances.jsonl --json topics.json")
def evaluate_topics(
    utterances: Path = UTTERANCES, profile: str = PROFILE, json: Path | None = AS_JSON, *, choice: LanguageChoice
) -> None:
    """Find topics among labelled utterances and print how many are in the right one.

    A line is {"utterance": …, "reference_label": …}. Labels are used only to measure, and the number of topics is not
    given. Where BERTopic is installed, it is measured too, on the same vectors.
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
    words = choice.words
    found = words.gettext("{n} utterances in {found}", n=len(labelled), found=_line(figures, words))
    out.print(found, highlight=False)
    if figures.bertopic is None:
        out.print(words.gettext("BERTopic is not installed and not measured: make peers"), highlight=False)
    else:
        peer = words.gettext("BERTopic on the same vectors: {found}", found=_line(figures.bertopic, words))
        out.print(peer, highlight=False)
    if json is not None:
        json.write_text(figures.to_json() + "\n", "utf-8")


def _line(figures: TopicFigures, words: Translator) -> str:
    return words.gettext(
        "{topics} topics: accuracy {accuracy:.3f}, NMI {nmi:.3f}, {seconds:.1f} s",
        topics=figures.topics,
        accuracy=figures.accuracy,
        nmi=figures.nmi,
        seconds=figures.seconds,
    )
