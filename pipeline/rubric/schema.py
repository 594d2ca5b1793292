"""The published JSON schema of a rubric, for editors and other programs."""

from __future__ import annotations

import json

from pipeline.rubric.rubric import Rubric


def json_schema() -> str:
    """The text of `rubrics/rubric.schema.json`."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rubric.model_json_schema()}
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
