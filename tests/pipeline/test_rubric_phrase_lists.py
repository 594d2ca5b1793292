"""Every phrase list matches the sentences of its table that it must, and none of those that it must not."""

from collections.abc import Iterator
from typing import Any

import pytest
from score_contexts import call, detect

from pipeline.errors import RubricError
from pipeline.rubric.form_text import mapping
from pipeline.rubric.load import FOLDER
from pipeline.rubric.named_detectors import LANGUAGES, named_detectors, with_named
from pipeline.rubric.phrase_list import phrase_list, phrase_list_names
from pipeline.transcript import Language

CASES = [(name, language) for name in phrase_list_names() for language in LANGUAGES]
FORMS = {path.name: mapping(path.read_text("utf-8"), source=path.name) for path in sorted(FOLDER.glob("*.yaml"))}


def uses(node: Any) -> Iterator[tuple[str, str]]:
    """Each list that a form or detector names, with the kind of the part that uses it."""
    if isinstance(node, list):
        for each in node:
            yield from uses(each)
    elif isinstance(node, dict):
        if "list" in node:
            yield node["list"], node.get("kind", "script")
        for each in node.values():
            yield from uses(each)


def kinds_by_list() -> dict[str, set[str]]:
    written = [each.written([language]) for each in named_detectors().values() for language in LANGUAGES]
    kinds: dict[str, set[str]] = {}
    for name, kind in uses([*FORMS.values(), *written]):
        kinds.setdefault(name, set()).add(kind)
    return kinds


KINDS = kinds_by_list()


def matches(name: str, kind: str, sentence: str, language: Language) -> bool:
    """Whether a part of that kind, listening to the agent, finds a phrase of the list in a sentence."""
    of_script = {"kind": "script", "steps": [{"id": "only", "list": name}]}
    part = of_script if kind == "script" else {"kind": kind, "list": name}
    spec = with_named({"languages": [language], "part": part}, source="test")["part"]
    return bool(detect(spec, call(("agent", sentence), language=language), language=language).moments)


@pytest.mark.parametrize(("name", "language"), CASES)
def test_a_list_matches_every_sentence_that_it_must(name: str, language: Language):
    hits = phrase_list(name).normalized_turns(language).hits
    missed = [(kind, each) for each in hits for kind in KINDS[name] if not matches(name, kind, each, language)]
    assert missed == []


@pytest.mark.parametrize(("name", "language"), CASES)
def test_a_list_matches_no_sentence_that_it_must_not(name: str, language: Language):
    non_hits = phrase_list(name).normalized_turns(language).non_hits
    matched = [(kind, each) for each in non_hits for kind in KINDS[name] if matches(name, kind, each, language)]
    assert matched == []


@pytest.mark.parametrize(("name", "language"), CASES)
def test_no_sentence_is_twice_in_a_table(name: str, language: Language):
    table = phrase_list(name).normalized_turns(language)
    sentences = (*table.hits, *table.non_hits)
    assert len(set(sentences)) == len(sentences)


def test_every_list_is_used_and_every_list_that_is_used_exists():
    assert set(KINDS) == set(phrase_list_names())


def test_an_unknown_list_names_those_that_exist():
    with pytest.raises(RubricError, match=r"no phrase list named 'nothing'.*salutation"):
        phrase_list("nothing")
