"""Findings: what the turns, sentiments and vectors of an enriched call show, without asking a model."""

from __future__ import annotations

from dataclasses import replace

from pipeline.enrich.issues import find_issues
from pipeline.enrich.promises import find_promises
from pipeline.enrich.turning_points import mood_of
from pipeline.enriched import EnrichedCall, half_precision
from pipeline.text.chinese_script import in_simplified, turn_language
from pipeline.text.itn import itn
from pipeline.transcript import Turn


def with_findings(call: EnrichedCall) -> EnrichedCall:
    """The call with its mood, promises, issues, and the ITN and language of each turn.

    Issues are found on vectors as the store keeps them, so a call read back from the tables gives the same.
    """
    transcript = call.transcript
    return replace(
        call,
        mood=mood_of(in_simplified(transcript), call.sentiments),
        promises=find_promises(transcript),
        issues=tuple(find_issues(replace(call, vectors=half_precision(call.vectors)))),
        itn_texts=tuple(_itn_text(turn) for turn in transcript.turns),
        turn_languages=tuple(turn_language(turn.text, call=transcript.language) for turn in transcript.turns),
    )


def _itn_text(turn: Turn) -> str:
    written = itn(turn.text)
    return written if written != turn.text else ""
