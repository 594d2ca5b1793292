"""Make small forms whose answers follow fixed call labels, and score one call with them."""

from __future__ import annotations

from typing import Any

from score_contexts import call, scoring_models

from pipeline.enriched import Conduct, EnrichedCall
from pipeline.rubric.rubric import Rubric
from pipeline.score import score
from pipeline.scorecard import Scorecard

A_CALL = call(("agent", "a"))


def label_is_yes(name: str) -> dict[str, Any]:
    """A detector with the probability of the call label of this name."""
    return {"kind": "verdict", "name": name, "option": "yes"}


def yes_no(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "text": "Was it so?",
        "help": {"text": "So."},
        "kind": "yes_no",
        "yes_when": label_is_yes(name),
    } | more


def extra(kind: str, name: str, points: float, **more: Any) -> dict[str, Any]:
    """A deduction or a bonus."""
    head = {"id": name, "text": "Was it so?", "help": {"text": "So."}}
    return head | {"kind": kind, "points": points, "when": label_is_yes(name)} | more


def multiple(name: str, **shares: float) -> dict[str, Any]:
    options = [{"id": option, "share": share, "when": label_is_yes(option)} for option, share in shares.items()]
    return {"id": name, "text": "Which?", "help": {"text": "So."}, "kind": "multiple", "options": options}


def form(*sections: list[dict[str, Any]], weights: tuple[float, ...] = (), **more: Any) -> Rubric:
    """A form of sections with these weights, or 1, 2, 3 …"""
    made = []
    for number, questions in enumerate(sections):
        weighs = any(question["kind"] not in {"deduction", "bonus"} for question in questions)
        weight = (weights[number] if weights else number + 1) if weighs else 0
        made.append({"id": f"s{number}", "title": "S", "weight": weight, "questions": questions})
    return Rubric.model_validate({"id": "r.en", "title": "R", "languages": ["en"], "sections": made} | more)


def card(rubric: Rubric, of: EnrichedCall = A_CALL, **yes: float) -> Scorecard:
    """The scorecard of a call whose call labels have these probabilities of yes."""
    call_labels = {name: {"yes": p, "no": 1 - p} for name, p in yes.items()}
    (made,) = score([of], rubric=rubric, scoring_models=scoring_models(**call_labels))
    return made


def measured(**conduct: Any) -> EnrichedCall:
    """A call with these conduct measures."""
    return call(("agent", "a"), turn_s=10.0, conduct=Conduct(**({"silence_share": 0.1} | conduct)))
