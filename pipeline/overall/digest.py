"""A digest: what the measures over all calls need of one call, so that they know nothing of tables."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.characters import ChineseScript, script_of, simplified
from pipeline.enriched import EnrichedCall, Vectors
from pipeline.overall.issue import issue_turns, issue_vector
from pipeline.scorecard import Scorecard
from pipeline.transcript import Language

LOGGER = logging.getLogger(__name__)

REPEAT_QUESTION = "repeat_contact"


@dataclass(frozen=True, slots=True)
class CallDigest:
    """One call in short. `started_at` is ISO 8601; empty strings mean unknown.

    `turns` index the call's turns that voice the issue, `texts` are theirs, `turn_vectors` float32 [turns, dimensions]
    and `vector` their mean, float32 [dimensions], unit length. `agent_texts` are the agent's turns, all of them.
    Texts are in Simplified characters; `script` is what the call itself is in.
    `says_repeat`: the customer says on the call that they contacted before. Vectors of two encoders do not compare.
    """

    call_id: str
    date: str
    started_at: str
    customer_id: str
    agent_id: str
    language: Language
    encoder: str
    turns: tuple[int, ...]
    texts: tuple[str, ...] = field(repr=False)
    turn_vectors: Vectors = field(repr=False, compare=False)
    vector: npt.NDArray[np.float32] = field(repr=False, compare=False)
    agent_texts: tuple[str, ...] = field(default=(), repr=False)
    duration_s: float | None = None
    says_repeat: bool = False
    script: ChineseScript = "simplified"


def digest(call: EnrichedCall, scorecards: Sequence[Scorecard] = ()) -> CallDigest:
    """The digest of one call. A call without a customer's word has no turns and a vector of zeros."""
    transcript = call.transcript
    chosen = issue_turns(transcript.turns)
    texts = tuple(simplified(transcript.turns[index].text) for index in chosen)
    vectors = call.vectors[list(chosen)] if len(call.vectors) else np.zeros((len(chosen), 0), np.float32)
    return CallDigest(
        call_id=transcript.call_id,
        date=transcript.date,
        started_at=transcript.metadata.started_at,
        customer_id=transcript.metadata.customer_id,
        agent_id=transcript.metadata.agent_id,
        language=transcript.language,
        encoder=call.encoder,
        turns=chosen,
        texts=texts,
        turn_vectors=vectors,
        vector=issue_vector(texts, vectors),
        agent_texts=tuple(simplified(turn.text) for turn in transcript.by("agent")),
        duration_s=transcript.duration_s,
        says_repeat=_says_repeat(scorecards),
        script=script_of(turn.text for turn in transcript.turns),
    )


def comparable(digests: Iterable[CallDigest]) -> list[CallDigest]:
    """By call id, those that voice an issue and whose vectors are of the encoder that made the most of them."""
    in_order = sorted(digests, key=lambda call: call.call_id)
    voiced = [call for call in in_order if call.texts and call.vector.any()]
    counts = Counter((call.encoder, len(call.vector)) for call in voiced)
    if len(counts) > 1:
        LOGGER.warning("the calls have vectors of %d encoders; only the commonest are compared", len(counts))
    most = max(sorted(counts), key=lambda encoder: counts[encoder], default=None)
    return [call for call in voiced if (call.encoder, len(call.vector)) == most]


def _says_repeat(scorecards: Sequence[Scorecard]) -> bool:
    answers = (answer for scorecard in scorecards for answer in scorecard.answers)
    return any(answer.question_id == REPEAT_QUESTION and answer.value == "yes" for answer in answers)
