"""Calls for the tests of the measures over all calls: vectors that point where the test wants them."""

import numpy as np

from pipeline.enriched import Conduct, EnrichedCall, TurnSentiment
from pipeline.overall.digest import digest
from pipeline.recording import CallMetadata
from pipeline.scorecard import Answer, Scorecard
from pipeline.transcript import Transcript, Turn

DIMENSIONS = 64


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
    return EnrichedCall(
        transcript, sentiments, ("neutral", "neutral", "neutral"), Conduct(), vectors.astype(np.float32), encoder, "r"
    )


def scored(call_id, **values):
    """A scorecard with these answers."""
    answers = tuple(Answer(name, value, value, 0.9, 0.0, 0.0) for name, value in values.items())
    return Scorecard(call_id, "form", "1", answers, (), 80.0, None)


def brief(call_id, text="my bill is far too high", *, says_repeat="no", **options):
    """The digest of a call in which the customer says one thing."""
    call = enriched(call_id, [("agent", "how can I help"), ("customer", text)], **options)
    return digest(call, [scored(call_id, repeat_contact=says_repeat)])


ISSUES = (
    "bill wrong again because charge",
    "router light stays red again",
    "parcel never came to door",
    "card stolen at station",
)


def four_issues(calls_each):
    """Digests of calls about four issues in turn, each said in its own words."""
    return [
        brief(f"c{number:04d}", f"{ISSUES[number % 4]} number {number}", issue=number % 4)
        for number in range(4 * calls_each)
    ]
