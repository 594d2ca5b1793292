"""The taxonomy: what people say of the topics, in a file: names, pins, merges, splits and topics of their own.

Discovery adds to it and never changes it. The file's format:

    topics:
      - id: t-5b0c7e21aa          # a topic that was found: its calls stay its own, whatever else is found
        name: Lost or stolen card
        merge: [t-91d2c0ff3e]     # these belong to it from now on
      - id: card-abroad           # a topic of your own, by a few sentences
        name: Card abroad
        from: t-5b0c7e21aa        # split off from that topic; without it, from wherever such calls are
        examples: [does my card work in Japan, will you charge me for paying abroad]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import ConfigError
from pipeline.topic import OTHER


class TaxonomyTopic(BaseModel):
    """What people say of one topic."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", description="A found topic's id, or one of your own.")
    name: str = Field(default="", description="What to call it; left out, it keeps the name that was found.")
    merge: tuple[str, ...] = Field(default=(), description="Ids of topics whose calls belong to this one.")
    split_from: str = Field(default="", alias="from", description="The topic that the examples are split off from.")
    examples: tuple[str, ...] = Field(default=(), description="Sentences of customers that make a topic of your own.")


class Taxonomy(BaseModel):
    """All that people say of the topics; a topic that stands here is pinned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topics: tuple[TaxonomyTopic, ...] = Field(default=(), description="Topics, in any order.")

    @model_validator(mode="after")
    def _is_one_story(self) -> Taxonomy:
        ids = [topic.id for topic in self.topics]
        merged = [other for topic in self.topics for other in topic.merge]
        for name in (*ids, *merged):
            if (ids + merged).count(name) > 1:
                raise ValueError(f"`{name}` stands twice: a topic is named once, and merged into one other")
        for topic in self.topics:
            if OTHER in (topic.id, *topic.merge):
                raise ValueError(f"`{OTHER}` is what resembles nothing, and no topic")
            if topic.split_from and not topic.examples:
                raise ValueError(f"`{topic.id}` is split off without examples: write sentences of such calls")
        return self

    @property
    def merges(self) -> Mapping[str, str]:
        """For each topic that was merged, the one that its calls belong to."""
        return {other: topic.id for topic in self.topics for other in topic.merge}


def load_taxonomy(text: str, *, source: str) -> Taxonomy:
    """The taxonomy in a file's text. Raises ConfigError that says where it is wrong."""
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
