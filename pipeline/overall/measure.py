"""Measure: everything over all calls, as the night asks for it; each measure reads what those before it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from pipeline.fingerprint import fingerprint
from pipeline.measures import Measuring
from pipeline.overall.phrases import GrammarPhrases, PhraseFinder
from pipeline.overall.taxonomy import load_taxonomy
from pipeline.overall.topic_tables import find_topic_tables
from pipeline.ports import TextEncoder
from pipeline.taxonomy_file import NAME

# Raise it when the same calls would give other measures.
REVISION = "overall-2"


@dataclass(frozen=True, slots=True)
class OverallMeasure:
    """Looks over all calls at once. The encoder reads the sentences of topics that people made."""

    finder: PhraseFinder = field(default_factory=GrammarPhrases)
    encoder: TextEncoder | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with the rules and with the code's revision."""
        return fingerprint(REVISION)

    def __call__(self, measuring: Measuring) -> Mapping[str, pa.Table]:
        """The tables of measures. The same calls give the same, in any order."""
        connection, since = measuring.connection, measuring.since
        taxonomy = load_taxonomy(measuring.taxonomy, source=NAME)
        made = find_topic_tables(connection, since=since, taxonomy=taxonomy, finder=self.finder, encoder=self.encoder)
        return made
