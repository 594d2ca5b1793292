"""Makes a new form from another: the same text with its comments, under a new name."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from pipeline.errors import ConfigError, RubricError
from pipeline.rubric.load import FOLDER, parse_rubric


def write_from_template(name: str, *, template: str, out: Path, on: date) -> None:
    """Write the form `name` from a built-in form or a file. Raises RubricError, or ConfigError if `out` exists."""
    if out.exists():
        raise ConfigError(f"{out} is there already", remedy="Name a new file")
    text = from_template(_source(template).read_text(encoding="utf-8"), name=name, template=template, on=on)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out} cannot be written", remedy="Name a file in a folder you may write to") from error


def from_template(text: str, *, name: str, template: str, on: date) -> str:
    """The text of a form under a new name, with a new change log. Raises RubricError when the result is invalid."""
    entry = f"changes:\n  - {{on: {on.isoformat()}, by: everycall, why: Made from {template}.}}\n"
    bare = re.sub(r"^changes:.*\n(?:[ \t-].*\n)*", "", text, flags=re.MULTILINE)
    made, count = re.subn(r"^id:.*\n", f"id: {name}\n{entry}", bare, count=1, flags=re.MULTILINE)
    if not count:
        raise RubricError(f"{template} has no line `id:`", remedy="Begin with a form, e.g. --from support.en")
    parse_rubric(made, source=f"the form {name}")
    return made


def _source(template: str) -> Path:
    path = Path(template)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        return path
    built_in = FOLDER / f"{template}.yaml"
    if not built_in.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.yaml")))
        raise RubricError(f"there is no form named {template!r}", remedy=f"Give a .yaml file, or one of: {known}.")
    return built_in
