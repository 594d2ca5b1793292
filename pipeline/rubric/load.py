"""Loads rubrics from YAML, with errors that name the place and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from pipeline.errors import RubricError
from pipeline.rubric.family import FormList, RubricFamily
from pipeline.rubric.form_text import mapping, place
from pipeline.rubric.include import with_included
from pipeline.rubric.named_detectors import with_named
from pipeline.rubric.part import Part
from pipeline.rubric.rubric import Rubric
from pipeline.rubric.rubric_set import RubricSet, rubric_set
from pipeline.rubric.weighting import Weighting, weighed

Loaded = TypeVar("Loaded", bound=Part)

FOLDER = Path(__file__).resolve().parents[2] / "rubrics"


def built_in_rubrics() -> tuple[str, ...]:
    """The names that `load_rubric` knows without a path."""
    forms = {path.stem for path in FOLDER.glob("*.yaml")}
    weightings = {path.stem for path in FOLDER.glob("profiles/*.yaml")}
    return tuple(sorted(forms | {_family(form) for form in forms} | weightings))


def load_rubric(name_or_path: str | Path) -> RubricFamily:
    """Load a built-in form or weighting by name, or a YAML file of a form, a weighting or a list of forms.

    `support` is that form in all its languages, `support.en` in one, `cost` the weighting of that name with the form
    that it extends, and `sales@cost` the form before the `@` with the weighting after it. Raises RubricError.
    """
    form, at, weighting = str(name_or_path).rpartition("@")
    if at:
        return weighed(load_rubric(form), _weighting(weighting))
    path = Path(name_or_path)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        return _family_of(path)
    name = str(name_or_path)
    if (FOLDER / "profiles" / f"{name}.yaml").is_file():
        return _family_of(FOLDER / "profiles" / f"{name}.yaml")
    members = [_family_of(form) for form in sorted(FOLDER.glob("*.yaml")) if name in (form.stem, _family(form.stem))]
    if not members:
        raise RubricError(
            f"there is no rubric named {name!r}",
            remedy=f"Give a path that ends in .yaml, or one of: {', '.join(built_in_rubrics())}.",
        )
    return RubricFamily(id=name, members=tuple(rubric for member in members for rubric in member.members))


def load_rubrics(names: str) -> RubricFamily | RubricSet:
    """What `load_rubric` gives for one name; for several, with commas between, a set of all. Raises RubricError."""
    each = [name.strip() for name in names.split(",") if name.strip()]
    if len(each) < 2 or Path(names).is_file():
        return load_rubric(names.strip(" ,"))
    return rubric_set([load_rubric(name) for name in dict.fromkeys(each)])


def parse_rubric(text: str, *, source: str) -> Rubric:
    """The form in a YAML text; `source` names it in errors. Raises RubricError."""
    return _form(mapping(text, source=source), source=source)


def _form(data: dict[str, Any], *, source: str) -> Rubric:
    """A form with its included questions and its names replaced. Raises RubricError."""
    named = with_named(data, source=source)
    return _validated(Rubric, with_included(named, read=cache(_built_in), source=source), source=source)


def _built_in(form: str) -> Mapping[str, Any]:
    """A built-in form whose questions others include, its names replaced for its own languages."""
    path = FOLDER / f"{form}.yaml"
    return with_named(mapping(_text(path), source=str(path)), source=str(path))


def _weighting(name: str) -> Weighting:
    """A weighting by name or file. Raises RubricError."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / "profiles" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("profiles/*.yaml")))
        raise RubricError(f"there is no weighting named {name!r}", remedy=f"Give a .yaml file, or one of: {known}.")
    return _validated(Weighting, mapping(_text(path), source=str(path)), source=str(path))


def _family(form: str) -> str:
    """`support` for `support.en`."""
    return form.rpartition(".")[0] or form


def _family_of(path: Path) -> RubricFamily:
    """The form in one file, or the forms that a weighting in it weighs or a list in it names."""
    data = mapping(_text(path), source=str(path))
    if "extends" in data:
        weighting = _validated(Weighting, data, source=str(path))
        return weighed(load_rubric(weighting.extends), weighting)
    if "forms" in data:
        return _listed(_validated(FormList, data, source=str(path)), beside=path.parent)
    rubric = _form(data, source=str(path))
    return RubricFamily(id=rubric.id, members=(rubric,))


def _listed(listed: FormList, *, beside: Path) -> RubricFamily:
    """Every form of a list; file names are relative to it."""
    found: list[Rubric] = []
    for name in listed.forms:
        found.extend(load_rubric(beside / name if name.endswith((".yaml", ".yml")) else name).members)
    twice = sorted({form.id for form in found if [each.id for each in found].count(form.id) > 1})
    if twice:
        raise RubricError(
            f"the list {listed.id} has {', '.join(twice)} twice", remedy="Give every form an id of its own."
        )
    return RubricFamily(id=listed.id, members=tuple(found), each_call=listed.each_call)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RubricError(f"the rubric {path} does not exist", remedy="Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError(f"the rubric {path} cannot be read: {error}", remedy="It must be UTF-8 text.") from error


def _validated(model: type[Loaded], data: dict[str, Any], *, source: str) -> Loaded:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _invalid(error, data, source=source) from error


_REMEDIES = {
    "extra_forbidden": "Remove this key or check its spelling; rubrics/rubric.schema.json lists the known ones.",
    "missing": "Add this key.",
    "union_tag_invalid": "Use one of the kinds it lists.",
    "union_tag_not_found": "Say which kind it is: add `kind:`.",
}


def _invalid(error: ValidationError, data: Mapping[str, Any], *, source: str) -> RubricError:
    # An unknown key is usually a misspelling of the one that another problem reports as missing.
    problems = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
    first = problems[0]
    message = first["msg"].removeprefix("Value error, ")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    remedy = _REMEDIES.get(first["type"], "Correct the value; rubrics/README.md describes it.")
    return RubricError(f"{source}, at {place(first['loc'], data)}: {message}{more}", remedy=remedy)
