"""The published JSON schema of a form as it is written, for editors and other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pipeline.rubric.named_detectors import PHRASES_OF, Named, named_detectors
from pipeline.rubric.phrase_list import phrase_list_names
from pipeline.rubric.rubric import Rubric

# The parts that may take their phrases from a list, by the kind of detector or part that they are.
TAKES_LIST = {"Phrase": "phrase", "Prohibited": "prohibited", "Step": "step"}
INCLUDED = {
    "title": "Included",
    "description": "A question of a built-in form; other keys beside these two override its own.",
    "type": "object",
    "properties": {
        "include": {"type": "string", "description": "The built-in form, e.g. `support.en`."},
        "question": {"type": "string", "description": "The id of its question."},
    },
    "required": ["include", "question"],
}


def json_schema() -> str:
    """The text of `rubrics/rubric.schema.json`."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rubric.model_json_schema()}
    _allow_names(schema)
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _allow_names(schema: dict[str, Any]) -> None:
    """Adds what a file may say and a loaded form no longer does: named detectors, phrase lists, included questions."""
    definitions = schema["$defs"]
    for union in list(_unions(schema)):
        kinds = union["discriminator"]["mapping"]
        if "phrase" in kinds:
            union["oneOf"].append({"$ref": "#/$defs/Named"})
            kinds["named"] = "#/$defs/Named"
        if "yes_no" in kinds:
            union["oneOf"].append({"$ref": "#/$defs/Included"})
            # An included question has no kind, so the kind does not tell the alternatives apart.
            del union["discriminator"]
    named = Named.model_json_schema()
    named["properties"]["name"]["enum"] = sorted(named_detectors())
    definitions |= {"Named": named, "Included": INCLUDED}
    for name, part in TAKES_LIST.items():
        _allow_list(definitions[name], phrases=PHRASES_OF[part])


def _allow_list(definition: dict[str, Any], *, phrases: str) -> None:
    definition["properties"]["list"] = {
        "description": "The name of a phrase list, whose phrases come before its own.",
        "enum": list(phrase_list_names()),
    }
    definition["required"].remove(phrases)
    definition["anyOf"] = [{"required": [phrases]}, {"required": ["list"]}]


def _unions(node: Any) -> Iterator[dict[str, Any]]:
    """Every place in a schema where one of several kinds may be given."""
    if isinstance(node, list):
        for each in node:
            yield from _unions(each)
    elif isinstance(node, dict):
        if "discriminator" in node and "oneOf" in node:
            yield node
        for each in node.values():
            yield from _unions(each)
