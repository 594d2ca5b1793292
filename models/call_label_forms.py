"""Call labels of the standard QA form: their options, features, and the dialogue acts that are their evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CallLabelForm:
    """`features` are sentences of `models.call_features`; `evidence` lists the acts that show an option."""

    options: tuple[str, ...]
    features: tuple[str, ...]
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scope: str = "all"


def _occurs(act: str, *, scope: str = "all") -> CallLabelForm:
    """A yes/no label: whether an act occurs."""
    return CallLabelForm(("yes", "no"), (f"any {act} in {scope}",), {"yes": tuple(act.split("+"))}, scope)


_NAMES = "names_company+names_self"
_HOLD = "announces_hold+returns_from_hold+thanks_for_holding"
_ENDINGS = "solves commits refuses vague_promise"
_THREATS = "asks_supervisor+threatens_to_leave"


def _sentiment(scope: str, *more: str) -> CallLabelForm:
    return CallLabelForm(
        ("negative", "neutral", "positive"),
        (
            *(f"mean {name} in {scope}" for name in ("negative", "neutral", "positive")),
            *(f"max {name} in {scope}" for name in ("negative", "positive")),
            *(f"mean {name} in {scope.split('_')[0]}_1" for name in ("negative", "neutral", "positive")),
            *(f"mean {name} in {scope.split('_')[0]}_2" for name in ("negative", "positive")),
            f"max voices_problem in {scope}",
            *more,
        ),
        {name: (name,) for name in ("negative", "neutral", "positive")},
        scope,
    )


FORMS: Mapping[str, CallLabelForm] = {
    "greeting_identify": CallLabelForm(
        ("yes", "no"),
        (f"both greets {_NAMES} in first_2", "any greets in first_2", f"any {_NAMES} in first_2"),
        {"yes": ("greets", "names_company", "names_self")},
        "first_2",
    ),
    "offer_help": _occurs("offers_help", scope="first_3"),
    "recording_notice": _occurs("notifies_recording"),
    "identity_check": CallLabelForm(
        ("yes", "no", "na"),
        (
            "before asks_identity uses_account",
            "before uses_account asks_identity",
            "any uses_account",
            "max uses_account",
            "any asks_identity",
            "max gives_identity",
        ),
        {"yes": ("asks_identity",), "no": ("uses_account",)},
    ),
    "no_prohibited": CallLabelForm(
        ("yes", "no"),
        ("max rude", "any rude", "max guarantees", "any guarantees", "max rude+guarantees"),
        {"no": ("rude", "guarantees")},
    ),
    "empathy": CallLabelForm(
        ("yes", "no", "na"),
        (
            "max empathises in first_half",
            "any empathises in first_half",
            "max voices_problem",
            "any voices_problem",
            "max negative",
            "mean negative",
        ),
        {"yes": ("empathises",)},
        "first_half",
    ),
    "hold_etiquette": CallLabelForm(
        ("yes", "no", "na"),
        (
            f"max {_HOLD}",
            "max announces_hold",
            "max returns_from_hold",
            "max thanks_for_holding",
            "both announces_hold thanks_for_holding",
            "before announces_hold returns_from_hold",
            "before returns_from_hold announces_hold",
        ),
        dict.fromkeys(("yes", "no"), ("announces_hold", "returns_from_hold", "thanks_for_holding")),
    ),
    "outcome": CallLabelForm(
        ("resolved", "follow_up", "unresolved"),
        (
            *(f"max {act}" for act in (*_ENDINGS.split(), "confirms_solved", "accepts_grudgingly")),
            *(f"any {act} in second_half" for act in _ENDINGS.split()),
            f"latest {_ENDINGS}",
            "latest commits solves refuses vague_promise",
            "latest refuses+vague_promise solves commits",
            *(f"mean {name} in last_third" for name in ("negative", "neutral", "positive")),
        ),
        {
            "resolved": ("solves", "confirms_solved"),
            "follow_up": ("commits",),
            "unresolved": ("refuses", "vague_promise"),
        },
    ),
    "confirm_resolution": _occurs("recaps+checks_solved"),
    "anything_else": _occurs("asks_anything_else"),
    "polite_close": _occurs("closes_warmly", scope="last_3"),
    "sentiment_start": _sentiment("first_third", f"max {_THREATS} in first_half"),
    "sentiment_end": _sentiment(
        "last_third",
        "max confirms_solved in last_third",
        "max accepts_grudgingly in last_third",
        "max threatens_to_leave in last_third",
        f"max {_THREATS}",
        *(f"mean {name} in second_half" for name in ("negative", "positive")),
        "latest solves commits refuses vague_promise",
        "latest refuses+vague_promise solves commits",
    ),
    "repeat_contact": _occurs("says_repeat"),
    "escalation_request": _occurs("asks_supervisor"),
    "churn_risk": _occurs("threatens_to_leave"),
}
