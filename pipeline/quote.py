"""Evidence: quotes checked against the transcript, with the times of their words."""

from __future__ import annotations

from pipeline.errors import EvidenceError
from pipeline.scorecard import Evidence
from pipeline.transcript import Transcript, Turn


def quoted(transcript: Transcript, *, turn: int, quote: str) -> Evidence:
    """Evidence for a quote from a turn. Raises EvidenceError if the turn does not contain it."""
    if not 0 <= turn < len(transcript.turns):
        raise EvidenceError(f"call {transcript.call_id} has no turn {turn}")
    start = transcript.turns[turn].text.find(quote) if quote.strip() else -1
    if start < 0:
        raise EvidenceError(f"the quote is not in turn {turn} of call {transcript.call_id}")
    return cut(transcript, turn=turn, start=start, end=start + len(quote))


def cut(transcript: Transcript, *, turn: int, start: int, end: int) -> Evidence:
    """Evidence for the characters `start` to `end` of a turn's text."""
    spoken = transcript.turns[turn]
    quote = spoken.text[start:end]
    if not quote.strip() or not 0 <= start < end <= len(spoken.text):
        raise EvidenceError(f"characters {start} to {end} of turn {turn} of call {transcript.call_id} hold no words")
    start_s, end_s = _times(spoken, start, end)
    return Evidence(turn=turn, quote=quote, start_s=start_s, end_s=end_s)


def whole_turn(transcript: Transcript, *, turn: int) -> Evidence:
    """Evidence for a whole turn."""
    text = transcript.turns[turn].text
    lead = len(text) - len(text.lstrip())
    return cut(transcript, turn=turn, start=lead, end=len(text.rstrip()))


def _times(turn: Turn, start: int, end: int) -> tuple[float | None, float | None]:
    """The span of the words that overlap the characters, or of the turn if words cannot be located."""
    cursor, times = 0, []
    for word in turn.words:
        text = word.text.strip()
        at = turn.text.find(text, cursor) if text else -1
        if at < 0:
            continue
        cursor = at + len(text)
        if at < end and cursor > start:
            times.append((word.start_s, word.end_s))
        if cursor >= end:
            break
    if not times:
        return turn.start_s, turn.end_s
    return times[0][0], max(end_s for _, end_s in times)
