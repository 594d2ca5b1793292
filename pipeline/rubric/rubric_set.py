"""A rubric set: families of forms side by side, each of which judges the calls that it is for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.call_facts import CallFacts
from pipeline.errors import RubricError
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.rubric import Rubric


@dataclass(frozen=True, slots=True)
class RubricSet:
    """Several families. A call gets the scorecards of all of them; a family without a form for it gives none."""

    families: tuple[RubricFamily, ...]

    @property
    def id(self) -> str:
        """The names of the families, joined."""
        return "+".join(family.id for family in self.families)

    @property
    def version(self) -> str:
        """The hash over the families' versions."""
        return hashlib.sha256(" ".join(family.version for family in self.families).encode()).hexdigest()[:16]

    @property
    def members(self) -> tuple[Rubric, ...]:
        """Every form, once."""
        return _once([member for family in self.families for member in family.members])

    def fitting(self, facts: CallFacts) -> tuple[Rubric, ...]:
        """Every form that fits such a call."""
        return _once([form for family in self.families for form in family.fitting(facts)])

    def judging(self, facts: CallFacts) -> tuple[Rubric, ...]:
        """The forms by which a night judges such a call. Raises RubricError when no family has one."""
        chosen = [form for family in self.families if family.fitting(facts) for form in family.judging(facts)]
        if not chosen:
            self.families[0].for_call(facts)
        return _once(chosen)


def rubric_set(families: Sequence[RubricFamily]) -> RubricSet:
    """The families as a set. Raises RubricError when two different forms have one name: their answers would mix."""
    versions: dict[str, str] = {}
    for form in (form for family in families for form in family.members):
        if versions.setdefault(form.id, form.version) != form.version:
            raise RubricError(
                f"two different forms are both called {form.id}",
                remedy="Give every form an id of its own: the tables tell forms apart by it.",
            )
    return RubricSet(tuple(families))


def _once(forms: Sequence[Rubric]) -> tuple[Rubric, ...]:
    """A form may belong to several families."""
    return tuple({form.id: form for form in forms}.values())
