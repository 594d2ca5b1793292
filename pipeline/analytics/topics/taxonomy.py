"""The taxonomy: names, pins, merges, splits and own topics that people write in a file.

Discovery adds topics and never changes those of the file. The format:

    topics:
      - id: t-5b0c7e21aa          # a found topic; being listed pins it, so it keeps its calls
        name: Lost or stolen card
        merge: [t-91d2c0ff3e]     # calls of these topics belong to it from now on
      - id: card-abroad           # your own topic, defined by example sentences
        name: Card abroad
        from: t-5b0c7e21aa        # take calls only from this topic; without it, from any
        examples: [does my card work in Japan, will you charge me for paying abroad]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import ConfigError
from pipeline.topic import OTHER


class TaxonomyTopic(BaseModel):
    """What people say about one topic."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", description="Id of a found topic, or of your own.")
    name: str = Field(default="", description="Its name; the found name if left out.")
    merge: tuple[str, ...] = Field(default=(), description="Ids of topics to merge into this one.")
    split_from: str = Field(
        default="", alias="from", description="The topic that the examples are split off from; any if left out."
    )
    examples: tuple[str, ...] = Field(default=(), description="Customer sentences that define your own topic.")


class Taxonomy(BaseModel):
    """All topics that people describe. A topic listed here is pinned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topics: tuple[TaxonomyTopic, ...] = Field(default=(), description="Topics, in any order.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Taxonomy:
        ids = [topic.id for topic in self.topics]
        merged = [other for topic in self.topics for other in topic.merge]
        for name in (*ids, *merged):
            if (ids + merged).count(name) > 1:
                raise ValueError(f"`{name}` is listed twice: list a topic once, and merge it into one other topic")
        for topic in self.topics:
            if OTHER in (topic.id, *topic.merge):
                raise ValueError(f"`{OTHER}` holds issues without a topic and cannot be used as one")
            if topic.split_from and not topic.examples:
                raise ValueError(
                    f"`{topic.id}` has `from` but no `examples`: add sentences that customers say on such calls"
                )
        return self

    @property
    def merges(self) -> Mapping[str, str]:
        """The target of each merged topic."""
        return {other: topic.id for topic in self.topics for other in topic.merge}


def load_taxonomy(text: str, *, source: str) -> Taxonomy:
    """Parse a taxonomy. Raises ConfigError with the place of the first mistake.

    >>> taxonomy = load_taxonomy("topics: [{id: t-1, name: Lost card, merge: [t-2]}]", source="taxonomy.yaml")
    >>> taxonomy.merges
    {'t-2': 't-1'}
    """
    import yaml

    try:
        content: Any = yaml.safe_load(text) or {}
        return Taxonomy.model_validate(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{source}, line {mark.line + 1}" if mark else source
        raise ConfigError(f"{where}: not YAML", remedy="See `everycall topics apply --help` for the format") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ConfigError(
            f"{source}: {where}: {first['msg']}", remedy="See `everycall topics apply --help` for the format"
        ) from error
