"""What is behind a name, as YAML that an author can read, and copy into a form to change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from pipeline.errors import RubricError
from pipeline.rubric.named_detectors import LANGUAGES, NamedDetector, named_detectors
from pipeline.rubric.phrase_list import PhraseList, phrase_list, phrase_list_names
from pipeline.transcript import Language

WIDTH = 120


def names() -> dict[str, str]:
    """What every name stands for, in a sentence: named detectors first, then phrase lists."""
    detectors = {name: each.about for name, each in sorted(named_detectors().items())}
    return detectors | {name: phrase_list(name).about for name in phrase_list_names()}


def definition(name: str, *, languages: Sequence[Language] = LANGUAGES) -> str:
    """The YAML behind a name: a detector with its lists by name, or a list's patterns. Raises RubricError."""
    if name in named_detectors():
        return _detector(name, named_detectors()[name], languages)
    if name in phrase_list_names():
        return _list(name, phrase_list(name), languages)
    raise RubricError(f"there is no detector or list named {name!r}", remedy=f"Name one of: {', '.join(names())}.")


def _detector(name: str, found: NamedDetector, languages: Sequence[Language]) -> str:
    written = found.written(languages)
    if written is not None:
        return f"# {name}: {found.about}\n{_yaml(written)}"
    return "\n\n".join(
        f"# {name}, {language}: {found.about}\n{_yaml(found.written([language]))}" for language in languages
    )


def _list(name: str, found: PhraseList, languages: Sequence[Language]) -> str:
    texts = []
    for language in languages:
        counted = {"negated": found.negated, "quoted": found.quoted}
        settings = {"match": "pattern"} | {key: value for key, value in counted.items() if value != "ignore"}
        normalized_turns = found.normalized_turns(language)
        vetoes = {"unless": list(normalized_turns.unless)} if normalized_turns.unless else {}
        patterns = _yaml(settings | {"phrases": list(normalized_turns.phrases)} | vetoes, one_a_line=True)
        texts.append(f"# {name}, {language}: {found.about}\n{patterns}")
    return "\n\n".join(texts)


def _yaml(data: Any, *, one_a_line: bool = False) -> str:
    # A pattern that is folded over lines would be hard to read and to copy.
    flow, width = (False, 10**6) if one_a_line else (None, WIDTH)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=flow, width=width).strip()
