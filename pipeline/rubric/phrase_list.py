"""Phrase lists: named patterns in each language, with sentences that they match and sentences that they do not.

Each list is a YAML file in `pipeline/score/detectors/phrases/`, beside the detector that matches it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from pipeline.errors import RubricError
from pipeline.rubric.part import Part
from pipeline.transcript import Language

FOLDER = Path(__file__).resolve().parents[1] / "score" / "detectors" / "phrases"
FEWEST_SENTENCES = 6


class Wordings(Part):
    """The patterns of one language, and the table that they are tested against."""

    phrases: tuple[str, ...] = Field(min_length=1, description="Patterns; one is enough.")
    unless: tuple[str, ...] = Field(default=(), description="Patterns that veto a match beside them.")
    hits: tuple[str, ...] = Field(min_length=FEWEST_SENTENCES, description="Sentences that the list matches.")
    non_hits: tuple[str, ...] = Field(min_length=FEWEST_SENTENCES, description="Sentences that it does not match.")


class PhraseList(Part):
    """Ways to say one thing, in every language of the built-in forms."""

    about: str = Field(min_length=3, description="What is said, and by whom.")
    negated: Literal["ignore", "count"] = Field(default="ignore", description="As in `phrase`.")
    quoted: Literal["ignore", "count"] = Field(default="ignore", description="As in `phrase`.")
    en: Wordings = Field(description="English.")
    zh: Wordings = Field(description="Chinese.")

    def normalized_turns(self, language: Language) -> Wordings:
        """The patterns of one language."""
        return self.en if language == "en" else self.zh

    def phrases(self, languages: Iterable[Language]) -> list[str]:
        """The patterns of several languages, one after another."""
        return [phrase for language in languages for phrase in self.normalized_turns(language).phrases]

    def unless(self, languages: Iterable[Language]) -> list[str]:
        """The vetoes of several languages, one after another."""
        return [phrase for language in languages for phrase in self.normalized_turns(language).unless]


def phrase_list_names() -> tuple[str, ...]:
    """The names of all lists, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def phrase_list(name: str) -> PhraseList:
    """The list of that name. Raises RubricError, with the names that exist, where there is none."""
    if name not in phrase_list_names():
        raise RubricError(
            f"there is no phrase list named {name!r}", remedy=f"Name one of: {', '.join(phrase_list_names())}."
        )
    # A form takes dozens of lists; libyaml reads them ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return PhraseList.model_validate(yaml.load((FOLDER / f"{name}.yaml").read_text("utf-8"), Loader=loader))
