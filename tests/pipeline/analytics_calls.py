"""Calls for tests of the analytics, with vectors in chosen directions."""

from datetime import date

import numpy as np

from pipeline.analytics.topics.issue_words import IssueWords
from pipeline.analytics.topics.issues import issues_from
from pipeline.enrich.findings import with_findings
from pipeline.enrich.issues import find_issues
from pipeline.enriched import Conduct, EnrichedCall, TurnSentiment
from pipeline.recording import CallMetadata
from pipeline.topic import TopicQuote
from pipeline.transcript import Transcript, Turn

DIMENSIONS = 64
DAY = date(2026, 3, 2)


class WordPairs:
    """Names a text by its first two words."""

    def phrases(self, texts, *, language):
        return [[tuple(text.split()[:2])] for text in texts]


def enriched(
    call_id, said, *, issue=0, language="en", customer_id="", started_at="", agent_id="", encoder="fake", noise=0.5
):
    """A call of `(role, text)` turns that point towards direction `issue`, with the call's own noise."""
    turns = tuple(Turn(index, role, 0, None, None, text) for index, (role, text) in enumerate(said))
    metadata = CallMetadata(agent_id=agent_id, customer_id=customer_id, started_at=started_at)
    transcript = Transcript(call_id, language, turns, metadata, "jsonl", fingerprint="f")
    own = np.random.default_rng(list(call_id.encode())).normal(size=(len(turns), DIMENSIONS)) / DIMENSIONS**0.5
    vectors = noise * own
    vectors[:, issue] += 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    sentiments = tuple(TurnSentiment(0.0, 1.0, 0.0) for _ in turns)
    thirds = ("neutral", "neutral", "neutral")
    return with_findings(
        EnrichedCall(transcript, sentiments, thirds, Conduct(), vectors.astype(np.float32), encoder, "r")
    )


def brief(call_id, text="my bill is far too high", **options):
    """The issue of a call in which the customer says one thing."""
    (issue,) = find_issues(enriched(call_id, [("agent", "how can I help"), ("customer", text)], **options))
    return issue


def worded(call_id, *said, script="simplified", language="en", agent=()):
    """The words about an issue."""
    return IssueWords(language, script, tuple(said), tuple(agent), TopicQuote(call_id, 0, language, said[0]))


ISSUES = (
    "bill wrong again because charge",
    "router light stays red again",
    "parcel never came to door",
    "card stolen at station",
)


def text_of(number):
    """What the customer of call `number` says."""
    return f"{ISSUES[number % 4]} number {number}"


def four_issues(calls_each, *, first=0):
    """Calls about four issues in turn, each said in its own words."""
    return gathered(
        [brief(f"c{number:04d}", text_of(number), issue=number % 4) for number in range(first, first + 4 * calls_each)]
    )


def gathered(found, *, day=DAY):
    """Issues by column, all of one day."""
    return issues_from(found, dates=[day] * len(found))


def words_of(issues):
    """What the customers of `four_issues` say."""
    return {key: worded(key[0], text_of(int(key[0][1:]))) for key in issues.keys}
