"""Repeats: calls about an issue that the same customer had called about before, or says they had.

A customer id links calls only when it can be one person's: a blank, a word for "unknown", a run of one character or of
too few, and an id with more calls a week than one person makes (a shared switchboard) link nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from pipeline.overall.digest import CallDigest, comparable
from pipeline.overall.likeness import Likeness, likeness
from pipeline.overall.topics import OTHER
from pipeline.repeat import Repeat
from pipeline.topic import CallTopic

DAY_S = 86_400.0
_NOBODY = re.compile(
    r"(?i)^(?:|.|(.)\1+|anonymous|blocked|none|null|nan|n/?a|private|restricted|unavailable|unknown|withheld|匿名|未知|无)$"
)
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class RepeatRules:
    """What counts as calling again. Calls that begin closer than the hand-off are one contact passed on.

    `least_likeness` is low because one customer's calls within two weeks are mostly about one matter: half of the
    training calls about different matters of one industry lie below it. It is waived for a customer who says on the
    later call that they called before.
    """

    window_days: float = 14.0
    handoff_minutes: float = 15.0
    least_likeness: float = 0.05
    most_calls_a_week: int = 10


DEFAULT_RULES = RepeatRules()


@dataclass(frozen=True, slots=True)
class _Dated:
    row: int
    at: datetime
    call: CallDigest


def find_repeats(
    digests: Sequence[CallDigest], call_topics: Iterable[CallTopic], *, rules: RepeatRules = DEFAULT_RULES
) -> list[Repeat]:
    """Every repeat, in order of call id.

    One call has at most one `matched` row, to the latest earlier call about the same issue, and one `said` row.
    """
    said = [Repeat(call.call_id, call.date, "said", call.customer_id) for call in digests if call.says_repeat]
    calls = comparable(digests)
    if not calls:
        return sorted(said, key=lambda repeat: repeat.call_id)
    topics = {found.call_id: found.topic_id for found in call_topics if found.topic_id != OTHER}
    alike = likeness(calls)
    matched = [
        repeat
        for contacts in _by_customer(calls, rules).values()
        for repeat in _matched(contacts, alike, topics, rules)
    ]
    return sorted(matched + said, key=lambda repeat: (repeat.call_id, repeat.method))


def can_link(customer_id: str) -> bool:
    """Whether an id can be one customer's."""
    return not _NOBODY.match(customer_id.strip())


def _by_customer(calls: Sequence[CallDigest], rules: RepeatRules) -> dict[str, list[_Dated]]:
    """The dated calls of each customer that can be linked, in order of time."""
    found: dict[str, list[_Dated]] = defaultdict(list)
    for row, call in enumerate(calls):
        at = _time(call.started_at)
        if at is not None and can_link(call.customer_id):
            found[call.customer_id.strip()].append(_Dated(row, at, call))
    ordered = {customer: sorted(dated, key=lambda one: (one.at, one.row)) for customer, dated in found.items()}
    return {customer: dated for customer, dated in ordered.items() if not _is_shared(dated, rules)}


def _is_shared(dated: Sequence[_Dated], rules: RepeatRules) -> bool:
    """More calls begin within some week than one person makes."""
    ahead = dated[rules.most_calls_a_week :]
    return any(later.at - first.at < timedelta(days=7) for first, later in zip(dated, ahead, strict=False))


def _matched(
    dated: Sequence[_Dated], alike: Likeness, topics: Mapping[str, str], rules: RepeatRules
) -> Iterator[Repeat]:
    for place, later in enumerate(dated):
        for earlier in reversed(dated[:place]):
            seconds = (later.at - earlier.at).total_seconds()
            if seconds > rules.window_days * DAY_S:
                break
            if seconds < rules.handoff_minutes * 60:
                continue
            similarity = float(alike.between(np.array([later.row]), np.array([earlier.row]))[0, 0])
            topic = topics.get(later.call.call_id)
            same_topic = topic is not None and topic == topics.get(earlier.call.call_id)
            if later.call.says_repeat or same_topic or similarity >= rules.least_likeness:
                yield _repeat(later, earlier, seconds=seconds, similarity=similarity)
                break


def _repeat(later: _Dated, earlier: _Dated, *, seconds: float, similarity: float) -> Repeat:
    return Repeat(
        call_id=later.call.call_id,
        date=later.call.date,
        method="matched",
        customer_id=later.call.customer_id,
        earlier_call_id=earlier.call.call_id,
        days_between=round(seconds / DAY_S, 4),
        similarity=round(similarity, 4),
    )


def _time(started_at: str) -> datetime | None:
    """The start without its zone's name; None where it is unknown or only a day."""
    try:
        at = datetime.fromisoformat(started_at)
    except ValueError:
        return None
    if len(started_at) <= len("YYYY-MM-DD"):
        return None
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
