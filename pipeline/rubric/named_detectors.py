"""Names in a form: `kind: named` and `list:` are replaced by the detectors and phrases that they stand for.

The named detectors are in `pipeline/score/detectors/named.yaml`. A form is scored, and gets its version, as if the
detectors were written out in it, so a new name alone scores no call again, and a changed phrase list does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, model_validator

from pipeline.errors import RubricError
from pipeline.rubric.form_text import mapping, place
from pipeline.rubric.part import Part
from pipeline.rubric.phrase_list import PhraseList, phrase_list
from pipeline.rubric.question_base import Name
from pipeline.transcript import Language

FILE = Path(__file__).resolve().parents[1] / "score" / "detectors" / "named.yaml"
LANGUAGES: tuple[Language, ...] = get_args(Language)
# Where each part of a form keeps the phrases that a list gives it.
PHRASES_OF = {"phrase": "phrases", "prohibited": "phrases", "step": "says"}
# A path into the data of a form.
_Path = tuple[str | int, ...]


class Named(Part):
    """A built-in detector, by its name."""

    kind: Literal["named"] = Field(description="Uses a built-in detector; `everycall rubric show` lists them.")
    name: Name = Field(description="The detector's name, e.g. `greeting_with_name`.")


class NamedDetector(Part):
    """What a name stands for: one detector for every language, or one for each."""

    about: str = Field(min_length=3, description="When it holds.")
    detector: Mapping[str, Any] | None = Field(default=None, description="The detector, the same in every language.")
    en: Mapping[str, Any] | None = Field(default=None, description="The detector for English.")
    zh: Mapping[str, Any] | None = Field(default=None, description="The detector for Chinese.")

    @model_validator(mode="after")
    def _complete(self) -> NamedDetector:
        if (self.detector is None) == (self.en is None) or (self.en is None) != (self.zh is None):
            raise ValueError("give either `detector`, or both `en` and `zh`")
        return self

    def written(self, languages: Sequence[Language]) -> Mapping[str, Any] | None:
        """The detector as a form writes it, with `list:` left in; None where the languages have different ones."""
        if self.detector is not None:
            return self.detector
        own = {"en": self.en, "zh": self.zh}
        return own[languages[0]] if len(languages) == 1 else None


@cache
def named_detectors() -> Mapping[str, NamedDetector]:
    """Every named detector by its name."""
    data = mapping(FILE.read_text("utf-8"), source=str(FILE))
    return {name: NamedDetector.model_validate(each) for name, each in data.items()}


def with_named(data: dict[str, Any], *, source: str) -> dict[str, Any]:
    """The form with all names replaced. Raises RubricError for an unknown name or one that does not fit its place."""
    stated = data.get("languages")
    listed = stated if isinstance(stated, list) else [stated]
    languages = tuple(language for language in LANGUAGES if language in listed)
    replacing = _Replacing(data=data, source=source, languages=languages or LANGUAGES)
    return {key: replacing.replaced(value, (key,)) for key, value in data.items()}


@dataclass(frozen=True, slots=True)
class _Replacing:
    """Replaces the names in one form, for the languages that it judges."""

    data: Mapping[str, Any]
    source: str
    languages: tuple[Language, ...]

    def replaced(self, node: Any, path: _Path) -> Any:
        """The node with every name in it replaced."""
        if isinstance(node, list):
            return [self.replaced(each, (*path, at)) for at, each in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if node.get("kind") == "named":
            return self._detector(node, path)
        part = "step" if "steps" in path[-2:-1] else str(node.get("kind"))
        if "list" in node and part in PHRASES_OF:
            return self._listed(node, part, path)
        return {key: self.replaced(value, (*path, key)) for key, value in node.items()}

    def _detector(self, node: Mapping[str, Any], path: _Path) -> Any:
        more = sorted(set(node) - {"kind", "name"})
        if more:
            raise self._refused(path, f"a named detector has no {', '.join(more)}", "Remove it, or copy the detector.")
        name, known = str(node.get("name", "")), named_detectors()
        if name not in known:
            message = f"there is no detector named {name!r}"
            raise self._refused(path, message, f"Name one of: {', '.join(sorted(known))}.")
        written = known[name].written(self.languages)
        if written is None:
            message = f"the detector {name} differs between {' and '.join(self.languages)}"
            raise self._refused(path, message, "Make a form for each language.")
        return self.replaced(dict(written), path)

    def _listed(self, node: Mapping[str, Any], part: str, path: _Path) -> dict[str, Any]:
        """A part with the phrases of its list before its own; its own keys override the settings of the list."""
        try:
            found = phrase_list(str(node["list"]))
        except RubricError as error:
            raise self._refused((*path, "list"), error.message, error.remedy) from error
        own = {key: value for key, value in node.items() if key != "list"}
        if part != "prohibited" and own.setdefault("match", "pattern") != "pattern":
            raise self._refused(path, "a phrase list holds patterns", "Remove `match`, or write `match: pattern`.")
        vetoes = found.unless(self.languages)
        if vetoes and part == "step":
            message = f"the list {node['list']} has `unless`, which a step cannot have"
            raise self._refused(path, message, "Use it in a `phrase`, or copy its phrases.")
        key = PHRASES_OF[part]
        made = _settings(found, part) | _after(found.phrases(self.languages), own, key)
        return _after(vetoes, made, "unless") if vetoes else made

    def _refused(self, path: _Path, message: str, remedy: str) -> RubricError:
        return RubricError(f"{self.source}, at {place(path, self.data)}: {message}", remedy=remedy)


def _settings(found: PhraseList, part: str) -> dict[str, Any]:
    """How a phrase counts; steps and prohibited phrases have their own rules for denials and reports."""
    return {"negated": found.negated, "quoted": found.quoted} if part == "phrase" else {}


def _after(phrases: Sequence[str], own: dict[str, Any], key: str) -> dict[str, Any]:
    """The part with these phrases before its own; anything but a list is left for validation to refuse."""
    mine = own.get(key, [])
    return own | {key: [*phrases, *mine] if isinstance(mine, list) else mine}
