"""Show: one call as text for a terminal: transcript, scorecards, and the words that each answer rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from everycall.report.quoting import clock, plain_name, shortened
from everycall.report.recording_notes import recording_notes
from everycall.report.severities import SEVERITY_NAMES
from everycall.report.stored_words import flag_words
from pipeline.enriched import EnrichedCall, TurningPoint, TurnSentiment
from pipeline.errors import ConfigError
from pipeline.flag import Flag
from pipeline.language import ENGLISH, Translator
from pipeline.language.reason_words import REASON_CODES, word_reason
from pipeline.language.translator import message, message_in
from pipeline.reason import Reason
from pipeline.scorecard import NOT_APPLICABLE, Answer, Evidence, Scorecard
from pipeline.store import Store, open_duckdb
from pipeline.store.rows.flags import flag_from_row
from pipeline.store.rows.stored_calls import StoredCall, stored_calls, stored_scorecards
from pipeline.store.rows.turning_points import turning_points_of
from pipeline.store.views import select
from pipeline.transcript import Turn

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from rich.console import RenderableType

MOOD_SIGNS = {"negative": "−", "neutral": "·", "positive": "+"}
# Shorter runs of turns are listed one by one.
SHORTEST_RUN = 3
ROLE_STYLES = {"agent": "cyan", "customer": "bold", "ivr": "dim"}
ROLE_NAMES = {
    "agent": message_in("role", "agent"),
    "customer": message_in("role", "customer"),
    "ivr": message_in("role", "ivr"),
}
MOOD_NAMES = {"negative": message("negative"), "neutral": message("neutral"), "positive": message("positive")}
VALUE_NAMES = {
    "yes": message_in("value", "yes"),
    "no": message_in("value", "no"),
    "na": message_in("value", "na"),
    "unsure": message_in("value", "unsure"),
    "failed": message_in("value", "failed"),
    "negative": message_in("value", "negative"),
    "neutral": message_in("value", "neutral"),
    "positive": message_in("value", "positive"),
    "resolved": message_in("value", "resolved"),
    "follow_up": message_in("value", "follow_up"),
    "unresolved": message_in("value", "unresolved"),
}
TURNED = {
    ("customer", "worse"): message("customer turns worse in {turn}"),
    ("customer", "better"): message("customer turns better in {turn}"),
    ("agent", "worse"): message("agent turns worse in {turn}"),
    ("agent", "better"): message("agent turns better in {turn}"),
}


def render_call(store: Store, call_id: str, *, translator: Translator | None = None) -> RenderableType:
    """The call's transcript, its scorecards with evidence, and its flags. Raises ConfigError for an unknown call.

    Without a translator the labels are English and reasons are shown as stored, in the language of the call.
    """
    from rich.console import Group

    connection = open_duckdb(store)
    try:
        if not select(connection, "calls", columns=["call_id"], call_ids=[call_id]).num_rows:
            raise ConfigError(f"there is no call {call_id} in {store.address}", remedy=_remedy(connection))
        found = stored_calls(connection, [call_id], words=False)[call_id]
        written = select(connection, "turns", columns=["text_written"], call_ids=[call_id])["text_written"].to_pylist()
        points = turning_points_of(select(connection, "turning_points", call_ids=[call_id]).to_pylist())
        cards = stored_scorecards(connection, [call_id]).get(call_id, [])
        flags = [flag_from_row(row) for row in select(connection, "flags", call_ids=[call_id]).to_pylist()]
    finally:
        connection.close()
    return Group(*_parts(found, written, points, cards, flags, translator))


def _parts(
    found: StoredCall,
    written: Sequence[str],
    points: Sequence[TurningPoint],
    cards: Sequence[Scorecard],
    flags: Sequence[Flag],
    translator: Translator | None,
) -> Iterator[RenderableType]:
    words = translator or ENGLISH
    yield _heading(found.call, recording_notes(found.recording, found.call.transcript, translator=words), words)
    yield _transcript(found.call, written, words)
    if points or found.call.mood.agent_by_third:
        yield _moods(found.call, points, words)
    for card in cards:
        yield _scorecard(card, legs=len({each.leg for each in cards}), translator=translator)
    if flags:
        yield _flags(flags, words)


def _remedy(connection: DuckDBPyConnection) -> str:
    known = connection.execute("select call_id from calls order by call_id limit 3").fetchall()
    if not known:
        return "The store holds no calls yet: `everycall run` fills it"
    names = ", ".join(name for (name,) in known)
    return f'It has {names} and so on: `everycall sql "select call_id from calls"` lists all'


def _heading(call: EnrichedCall, remarked: Sequence[str], words: Translator) -> RenderableType:
    from rich.text import Text

    transcript = call.transcript
    metadata = transcript.metadata
    facts = [
        metadata.started_at.replace("T", " "),
        words.gettext("agent {agent}", agent=metadata.agent_id) if metadata.agent_id else "",
        words.gettext("customer {customer}", customer=metadata.customer_id) if metadata.customer_id else "",
        metadata.queue,
        clock(transcript.duration_s) if transcript.duration_s is not None else "",
        _mood_path(call.sentiment_by_third, words),
    ]
    text = Text(transcript.call_id, style="bold")
    text.append("  " + " · ".join(fact for fact in facts if fact) + "\n", style="not bold dim")
    if not remarked:
        return text
    return text.append(words.gettext("recording: {remarks}", remarks=" · ".join(remarked)) + "\n", style="not bold dim")


def _mood_path(moods: Sequence[str], words: Translator) -> str:
    return " → ".join(words.gettext(MOOD_NAMES[mood]) if mood in MOOD_NAMES else mood for mood in moods)


def _transcript(call: EnrichedCall, written: Sequence[str], words: Translator) -> RenderableType:
    """One line per turn: its number, start, speaker, sentiment and words; and the `written` form where it differs."""
    from rich.table import Table
    from rich.text import Text

    title = words.gettext("Transcript")
    table = Table(box=None, padding=(0, 1), title=title, title_justify="left", title_style="bold")
    table.add_column(words.gettext("turn"), justify="right", style="dim", header_style="dim")
    table.add_column(words.gettext("time"), justify="right", header_style="dim")
    table.add_column(words.gettext("who"), header_style="dim")
    table.add_column(words.gettext("mood"), justify="center", header_style="dim")
    table.add_column(words.gettext("words"), overflow="fold", header_style="dim")
    for turn, sentiment, figures in zip(call.transcript.turns, call.sentiments, written, strict=True):
        table.add_row(
            str(turn.index),
            _time(turn.start_s),
            Text(words.pgettext("role", ROLE_NAMES[turn.role]), style=ROLE_STYLES[turn.role]),
            _mood(turn, sentiment),
            Text(turn.text).append(f"\n{figures}" if figures else "", style="dim"),
        )
    return table


def _mood(turn: Turn, sentiment: TurnSentiment) -> str:
    """The likeliest sentiment as a sign; "" for a machine."""
    if turn.role == "ivr":
        return ""
    chances = {"negative": sentiment.negative, "neutral": sentiment.neutral, "positive": sentiment.positive}
    return MOOD_SIGNS[max(chances, key=lambda mood: chances[mood])]


def _moods(call: EnrichedCall, points: Sequence[TurningPoint], words: Translator) -> RenderableType:
    """The moods of both sides by third, and a line per turning point with the words just before it."""
    from rich.text import Text

    thirds = {"customer": call.sentiment_by_third, "agent": call.mood.agent_by_third or ()}
    paths = [
        f"{words.pgettext('role', ROLE_NAMES[who])} {_mood_path(moods, words)}"
        for who, moods in thirds.items()
        if moods
    ]
    text = Text("\n" + words.gettext("Moods:") + " ", style="bold")
    text.append(" · ".join(paths), style="not bold")
    for point in points:
        turned = words.gettext(TURNED[point.role, point.direction], turn=_quoted_turn(call, point.turn, words))
        text.append(f"\n  {turned}", style="not bold")
        if point.cause_turn is not None:
            cause = _quoted_turn(call, point.cause_turn, words)
            text.append(words.gettext(", after {turn}", turn=cause), style="not bold")
    return text


def _quoted_turn(call: EnrichedCall, turn: int, words: Translator) -> str:
    return words.gettext("turn {turn} “{quote}”", turn=turn, quote=shortened(call.transcript.turns[turn].text))


def _scorecard(card: Scorecard, *, legs: int, translator: Translator | None) -> RenderableType:
    """One line per answer: its value, probability, points, and what it rests on."""
    from rich.table import Table
    from rich.text import Text

    words = translator or ENGLISH
    title = Text("\n" + _scorecard_title(card, legs=legs, words=words), style="bold")
    table = Table(box=None, padding=(0, 1), title=title, title_justify="left")
    table.add_column(words.gettext("question"), header_style="dim", no_wrap=True)
    table.add_column(words.gettext("answer"), header_style="dim", no_wrap=True)
    table.add_column(words.pgettext("probability", "sure"), justify="right", header_style="dim", no_wrap=True)
    table.add_column(words.gettext("points"), justify="right", header_style="dim", no_wrap=True)
    table.add_column(words.gettext("because"), overflow="fold", header_style="dim")
    for answer in card.answers:
        points = f"{answer.points:.1f}/{answer.points_possible:.1f}" if answer.points_possible else ""
        value, best = _value(answer.value, words), _value(answer.best, words)
        shown = value if answer.value in (answer.best, "failed") else f"{value} ({best}?)"
        probability = words.gettext("{number} %", number=round(100 * answer.probability))
        table.add_row(answer.question_id, shown, probability, points, _grounds(answer, translator))
    return table


def _value(value: str, words: Translator) -> str:
    return words.pgettext("value", VALUE_NAMES[value]) if value in VALUE_NAMES else value


def _scorecard_title(card: Scorecard, *, legs: int, words: Translator) -> str:
    if card.total is None:
        total = words.gettext("no score")
    else:
        total = words.gettext("{score} of 100", score=round(card.total))
    if card.interval:
        low, high = (f"{bound:.0f}" for bound in card.interval)
        total += words.gettext(" ({low}–{high} with 90 % probability)", low=low, high=high)
    if card.auto_failed:
        total += words.gettext(", failed by {questions}", questions=words.listed([*map(plain_name, card.auto_failed)]))
    if legs == 1:
        return words.gettext("Scorecard {form}: {total}", form=card.rubric_id, total=total)
    agent = card.agent_id or words.gettext("unknown")
    return words.gettext(
        "Scorecard {form}, leg {leg}, agent {agent}: {total}",
        form=card.rubric_id,
        leg=card.leg,
        agent=agent,
        total=total,
    )


def _grounds(answer: Answer, translator: Translator | None = None) -> RenderableType:
    from rich.text import Text

    words = translator or ENGLISH
    if answer.evidence:
        return Text("\n").join([Text(_quoted(piece, words)) for piece in answer.evidence])
    turns = _ranges(answer.searched)
    searched = words.ngettext("searched turn {turns}", "searched turns {turns}", len(answer.searched), turns=turns)
    reason = _reason(answer, translator)
    if answer.value == NOT_APPLICABLE or not answer.searched:
        return Text(reason or searched, style="dim")
    if not reason:
        return Text(searched, style="dim")
    return Text(words.gettext("{reason} ({searched})", reason=reason, searched=searched), style="dim")


def _reason(answer: Answer, translator: Translator | None) -> str:
    """The reason in the reader's language; as stored without a reader, or from before reasons had codes."""
    if translator is None or answer.reason_code not in REASON_CODES:
        return answer.reason
    return word_reason(Reason(answer.reason_code, answer.reason_values), translator)


def _ranges(turns: Sequence[int]) -> str:
    """`0–3, 5` for the turns 0, 1, 2, 3 and 5; every second turn, as one speaker has them, is `0, 2 … 8`."""
    parts: list[str] = []
    start = 0
    while start < len(turns):
        run = next((run for run in (_run(turns, start, by) for by in (1, 2)) if run >= SHORTEST_RUN), 1)
        by = turns[start + 1] - turns[start] if run > 1 else 1
        first, last = turns[start], turns[start + run - 1]
        parts.append(str(first) if run == 1 else f"{first}–{last}" if by == 1 else f"{first}, {first + 2} … {last}")
        start += run
    return ", ".join(parts)


def _run(turns: Sequence[int], start: int, by: int) -> int:
    """The number of turns from `start` that follow each other at this distance."""
    end = start + 1
    while end < len(turns) and turns[end] - turns[end - 1] == by:
        end += 1
    return end - start


def _quoted(piece: Evidence, words: Translator) -> str:
    when = f"{_time(piece.start_s)} " if piece.start_s is not None else ""
    return when + words.gettext("turn {turn}: “{quote}”", turn=piece.turn, quote=piece.quote)


def _flags(flags: Sequence[Flag], words: Translator) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    title = "\n" + words.gettext("Why to listen")
    table = Table(box=None, padding=(0, 1), title=title, title_justify="left", title_style="bold")
    table.add_column(words.pgettext("playback", "from"), justify="right", header_style="dim", no_wrap=True)
    table.add_column(words.gettext("severity"), header_style="dim", no_wrap=True)
    table.add_column(words.gettext("reason"), overflow="fold", header_style="dim")
    for flag in sorted(flags, key=lambda flag: -flag.gain):
        severity = words.pgettext("severity", SEVERITY_NAMES[flag.severity])
        table.add_row(_start(flag, words), severity, Text(flag_words(flag, words)))
    return table


def _start(flag: Flag, words: Translator) -> str:
    """Where to start listening, or reading a written call."""
    first = next(iter(flag.evidence), None)
    if first is None:
        return ""
    return clock(flag.play_from_s) if first.start_s is not None else words.gettext("turn {turn}", turn=first.turn)


def _time(start_s: float | None) -> str:
    return clock(start_s) if start_s is not None else ""
