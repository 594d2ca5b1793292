"""The YAML text of a form: parsed strictly, with each place in it named as an author knows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from pipeline.errors import RubricError


class StrictLoader(yaml.SafeLoader):
    """Refuses a key that is there twice in one mapping, where YAML would silently drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of a YAML node. Raises ConstructorError for a key that is there twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.value != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is there twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


# YAML 1.1 reads a bare `no`, `yes`, `on` and `off` as booleans; in a QA form they are answers.
StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def mapping(text: str, *, source: str) -> dict[str, Any]:
    """The mapping in a YAML text; `source` names it in errors. Raises RubricError."""
    try:
        data = yaml.load(text, Loader=StrictLoader)
    except yaml.YAMLError as error:
        raise _broken_yaml(error, source=source) from error
    if not isinstance(data, dict):
        raise RubricError(f"{source} holds no mapping", remedy="A rubric starts with `id:`; see rubrics/README.md.")
    return data


def place(loc: Sequence[str | int], data: Any) -> str:
    """`sections > greeting > questions > offer_help > yes_when`: ids in place of numbers, union tags left out."""
    names: list[str] = []
    tagged = False
    for step in loc:
        if isinstance(data, dict) and not tagged and data.get("kind") == step:
            tagged = True
            continue
        tagged = False
        if isinstance(step, int) and isinstance(data, list) and step < len(data):
            data = data[step]
            names.append(str(data.get("id", step + 1)) if isinstance(data, dict) else str(step + 1))
        else:
            data = data.get(step) if isinstance(data, dict) else None
            names.append(str(step))
    return " > ".join(names) or "the top"


def _broken_yaml(error: yaml.YAMLError, *, source: str) -> RubricError:
    mark = getattr(error, "problem_mark", None)
    where = f"{source}, line {mark.line + 1}, column {mark.column + 1}" if mark else source
    problem = getattr(error, "problem", None) or "it is not YAML"
    return RubricError(f"{where}: {problem}", remedy="Fix the indentation, quotes or brackets there.")
