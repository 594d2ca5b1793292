"""Reads rubrics from YAML, and says in plain words what is wrong with one that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from pipeline.errors import RubricError
from pipeline.rubric.family import FormList, RubricFamily
from pipeline.rubric.include import with_included
from pipeline.rubric.part import Part
from pipeline.rubric.profile import CentreProfile, weighed
from pipeline.rubric.rubric import Rubric
from pipeline.rubric.rubric_set import RubricSet, rubric_set

Loaded = TypeVar("Loaded", bound=Part)

FOLDER = Path(__file__).resolve().parents[2] / "rubrics"


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping, of which YAML would silently drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.value != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is there twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


# YAML 1.1 reads a bare `no`, `yes`, `on` and `off` as booleans; in a QA form they are answers.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def built_in_rubrics() -> tuple[str, ...]:
    """The names that `load_rubric` knows without a path."""
    forms = {path.stem for path in FOLDER.glob("*.yaml")}
    profiles = {path.stem for path in FOLDER.glob("profiles/*.yaml")}
    return tuple(sorted(forms | {_family(form) for form in forms} | profiles))


def load_rubric(name_or_path: str | Path) -> RubricFamily:
    """A built-in form or profile by name, or a YAML file of a form, a profile or a list of forms. Raises RubricError.

    `support` is that form in all its languages, `support.en` in one, `cost` the profile of that name with the form that
    it extends, and `sales@cost` the form before the `@` weighed by the profile after it.
    """
    form, at, profile = str(name_or_path).rpartition("@")
    if at:
        return weighed(load_rubric(form), _profile(profile))
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
    return _form(_mapping(text, source=source), source=source)


def _form(data: dict[str, Any], *, source: str) -> Rubric:
    """A form, with the questions that it takes over from built-in ones."""
    whole = with_included(data, read=cache(_built_in), source=source)
    return _validated(Rubric, whole, source=source)


def _built_in(form: str) -> Mapping[str, Any]:
    path = FOLDER / f"{form}.yaml"
    return _mapping(_text(path), source=str(path))


def _profile(name: str) -> CentreProfile:
    """A profile by name or file. Raises RubricError."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / "profiles" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("profiles/*.yaml")))
        raise RubricError(f"there is no profile named {name!r}", remedy=f"Give a .yaml file, or one of: {known}.")
    return _validated(CentreProfile, _mapping(_text(path), source=str(path)), source=str(path))


def _family(form: str) -> str:
    """`support` for `support.en`."""
    return form.rpartition(".")[0] or form


def _family_of(path: Path) -> RubricFamily:
    """The form in one file, or the forms that a profile in it weighs or a list in it names."""
    data = _mapping(_text(path), source=str(path))
    if "extends" in data:
        profile = _validated(CentreProfile, data, source=str(path))
        return weighed(load_rubric(profile.extends), profile)
    if "forms" in data:
        return _listed(_validated(FormList, data, source=str(path)), beside=path.parent)
    rubric = _form(data, source=str(path))
    return RubricFamily(id=rubric.id, members=(rubric,))


def _listed(listed: FormList, *, beside: Path) -> RubricFamily:
    """Every form of a list; files are looked for beside it."""
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


def _mapping(text: str, *, source: str) -> dict[str, Any]:
    try:
        data = yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as error:
        raise _broken_yaml(error, source=source) from error
    if not isinstance(data, dict):
        raise RubricError(f"{source} holds no mapping", remedy="A rubric starts with `id:`; see rubrics/README.md.")
    return data


def _validated(model: type[Loaded], data: dict[str, Any], *, source: str) -> Loaded:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _invalid(error, data, source=source) from error


def _broken_yaml(error: yaml.YAMLError, *, source: str) -> RubricError:
    mark = getattr(error, "problem_mark", None)
    where = f"{source}, line {mark.line + 1}, column {mark.column + 1}" if mark else source
    problem = getattr(error, "problem", None) or "it is not YAML"
    return RubricError(f"{where}: {problem}", remedy="Mend the indentation, quotes or brackets there.")


_REMEDIES = {
    "extra_forbidden": "Remove this key or check its spelling; rubrics/rubric.schema.json lists the known ones.",
    "missing": "Add this key.",
    "union_tag_invalid": "Use one of the kinds it lists.",
    "union_tag_not_found": "Say which kind it is: add `kind:`.",
}


def _invalid(error: ValidationError, data: Mapping[str, Any], *, source: str) -> RubricError:
    # A key that is not known is most often the misspelled one that another problem says is missing.
    problems = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
    first = problems[0]
    message = first["msg"].removeprefix("Value error, ")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    remedy = _REMEDIES.get(first["type"], "Correct the value; rubrics/README.md describes it.")
    return RubricError(f"{source}, at {_place(first['loc'], data)}: {message}{more}", remedy=remedy)


def _place(loc: Sequence[str | int], data: Any) -> str:
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
