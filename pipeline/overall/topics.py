"""Topics: what customers call about, found over all calls without a list of topics to start from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.overall.clusters import NO_GROUP, cluster
from pipeline.overall.digest import CallDigest, comparable
from pipeline.overall.issue import spoken_digits, word_count
from pipeline.overall.likeness import likeness
from pipeline.overall.naming import keywords_of, language_of, name_of
from pipeline.overall.phrases import GrammarPhrases, PhraseFinder, spelled
from pipeline.topic import CallTopic, Topic

OTHER = "other"
# With so few calls every one is worth a line; with more, a topic is at least one call in 200.
FEW_CALLS = 20
LARGEST_NUMBER_OF_TOPICS = 200
EXAMPLES = 3
NAMED_BY = 30
FEWEST_QUOTED_WORDS = 5
MOST_DIGITS = 4
# People say what they call about first: a later turn must be this much nearer to the whole for each turn before it.
LATENESS = 0.06


def find_topics(
    digests: Sequence[CallDigest], *, finder: PhraseFinder | None = None
) -> tuple[list[Topic], list[CallTopic]]:
    """The topics, largest first, and each call's own; a call that resembles no others is `other`, which is no topic.

    Calls without a word of the customer's are left out. The same calls give the same topics and ids in any order.
    """
    calls = comparable(digests)
    if not calls:
        return [], []
    alike = likeness(calls)
    labels = cluster(alike, fewest=fewest_calls(len(calls)))
    closeness = alike.to_groups(labels, int(labels.max(initial=NO_GROUP)) + 1)
    members = [_most_typical_first(labels, closeness, group) for group in range(closeness.shape[1])]
    topics = _topics([[calls[row] for row in rows] for rows in members], finder or GrammarPhrases())
    return topics, [_call_topic(calls[row], topics, int(labels[row]), closeness[row]) for row in range(len(calls))]


def fewest_calls(calls: int) -> int:
    """How many calls make a topic, among so many."""
    return 1 if calls <= FEW_CALLS else max(2, round(calls / LARGEST_NUMBER_OF_TOPICS))


def quoted_turn(call: CallDigest) -> int | None:
    """The turn that says best what the call is about: nearest to the whole of the issue, and rather early.

    Turns of a few words, or those that spell out a number, come last.
    """
    if not call.turns:
        return None
    nearness = call.turn_vectors @ call.vector - LATENESS * np.arange(len(call.turns))
    telling = [word_count(text) >= FEWEST_QUOTED_WORDS and spoken_digits(text) < MOST_DIGITS for text in call.texts]
    return call.turns[int(np.argmax(np.where(telling, nearness, nearness - 2.0)))]


def _most_typical_first(
    labels: npt.NDArray[np.intp], closeness: npt.NDArray[np.float32], group: int
) -> npt.NDArray[np.intp]:
    rows = np.flatnonzero(labels == group)
    return rows[np.argsort(-closeness[rows, group], kind="stable")]


def _topics(members: Sequence[Sequence[CallDigest]], finder: PhraseFinder) -> list[Topic]:
    keywords = keywords_of([calls[:NAMED_BY] for calls in members], finder)
    topics: list[Topic] = []
    for calls, words in zip(members, keywords, strict=True):
        language = language_of(calls)
        topic = Topic(
            topic_id=_topic_id(calls),
            name=name_of(words, language, taken={other.name for other in topics}),
            language=language,
            calls=len(calls),
            keywords=tuple(spelled(word.phrase) for word in words),
            examples=tuple(call.call_id for call in calls[:EXAMPLES]),
        )
        topics.append(topic)
    return topics


def _topic_id(calls: Sequence[CallDigest]) -> str:
    """The hash of the calls in it: the same group has the same id, whatever else was found beside it."""
    ids = "\n".join(sorted(call.call_id for call in calls))
    return f"t-{hashlib.sha256(ids.encode()).hexdigest()[:10]}"


def _call_topic(call: CallDigest, topics: Sequence[Topic], label: int, closeness: npt.NDArray[np.float32]) -> CallTopic:
    found = label != NO_GROUP
    return CallTopic(
        call_id=call.call_id,
        date=call.date,
        topic_id=topics[label].topic_id if found else OTHER,
        similarity=round(float(closeness[label]), 4) if found else 0.0,
        turn=quoted_turn(call),
    )
