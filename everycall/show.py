"""Show: one call as text for a terminal: what was said, how it was scored, and the words each answer rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from everycall.report.quoting import clock, plain_name, shortened
from everycall.report.remarks import remarks
from pipeline.enriched import EnrichedCall, TurningPoint, TurnSentiment
from pipeline.errors import ConfigError
from pipeline.flag import Flag
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
# Fewer turns in a row are named one by one.
SHORTEST_RUN = 3
ROLE_STYLES = {"agent": "cyan", "customer": "bold", "ivr": "dim"}


def render_call(store: Store, call_id: str) -> RenderableType:
    """The call's transcript, its scorecards with evidence, and its flags. Raises ConfigError for an unknown call."""
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
    return Group(*_parts(found, written, points, cards, flags))


def _parts(
    found: StoredCall,
    written: Sequence[str],
    points: Sequence[TurningPoint],
    cards: Sequence[Scorecard],
    flags: Sequence[Flag],
) -> Iterator[RenderableType]:
    yield _heading(found.call, remarks(found.recording, found.call.transcript))
    yield _transcript(found.call, written)
    if points or found.call.mood.agent_by_third:
        yield _moods(found.call, points)
    for card in cards:
        yield _scorecard(card, legs=len({each.leg for each in cards}))
    if flags:
        yield _flags(flags)


def _remedy(connection: DuckDBPyConnection) -> str:
    known = connection.execute("select call_id from calls order by call_id limit 3").fetchall()
    if not known:
        return "The store holds no calls yet: `everycall run` fills it"
    names = ", ".join(name for (name,) in known)
    return f'It has {names} and so on: `everycall sql "select call_id from calls"` lists all'


def _heading(call: EnrichedCall, remarked: Sequence[str]) -> RenderableType:
    from rich.text import Text

    transcript = call.transcript
    metadata = transcript.metadata
    facts = [
        metadata.started_at.replace("T", " "),
        f"agent {metadata.agent_id}" if metadata.agent_id else "",
        f"customer {metadata.customer_id}" if metadata.customer_id else "",
        metadata.queue,
        clock(transcript.duration_s) if transcript.duration_s is not None else "",
        " → ".join(call.sentiment_by_third),
    ]
    text = Text(transcript.call_id, style="bold")
    text.append("  " + " · ".join(fact for fact in facts if fact) + "\n", style="not bold dim")
    return text.append("recording: " + " · ".join(remarked) + "\n", style="not bold dim") if remarked else text


def _transcript(call: EnrichedCall, written: Sequence[str]) -> RenderableType:
    """One line a turn: its number, when it starts, who speaks, the sentiment, the words; and the `written` form."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), title="Transcript", title_justify="left", title_style="bold")
    table.add_column("turn", justify="right", style="dim", header_style="dim")
    table.add_column("time", justify="right", header_style="dim")
    table.add_column("who", header_style="dim")
    table.add_column("mood", justify="center", header_style="dim")
    table.add_column("words", overflow="fold", header_style="dim")
    for turn, sentiment, figures in zip(call.transcript.turns, call.sentiments, written, strict=True):
        table.add_row(
            str(turn.index),
            _time(turn.start_s),
            Text(turn.role, style=ROLE_STYLES[turn.role]),
            _mood(turn, sentiment),
            Text(turn.text).append(f"\n{figures}" if figures else "", style="dim"),
        )
    return table


def _mood(turn: Turn, sentiment: TurnSentiment) -> str:
    """The likeliest sentiment as a sign; nothing for a machine."""
    if turn.role == "ivr":
        return ""
    chances = {"negative": sentiment.negative, "neutral": sentiment.neutral, "positive": sentiment.positive}
    return MOOD_SIGNS[max(chances, key=lambda mood: chances[mood])]


def _moods(call: EnrichedCall, points: Sequence[TurningPoint]) -> RenderableType:
    """Both sides' moods by third, and a line a turning point with the words that it followed."""
    from rich.text import Text

    thirds = {"customer": call.sentiment_by_third, "agent": call.mood.agent_by_third or ()}
    text = Text("\nMoods: ", style="bold")
    text.append(" · ".join(f"{who} {' → '.join(moods)}" for who, moods in thirds.items() if moods), style="not bold")
    for point in points:
        quote = _quoted_turn(call, point.turn)
        text.append(f"\n  {point.role} turns {point.direction} in {quote}", style="not bold")
        if point.cause_turn is not None:
            text.append(f", after {_quoted_turn(call, point.cause_turn)}", style="not bold")
    return text


def _quoted_turn(call: EnrichedCall, turn: int) -> str:
    return f"turn {turn} “{shortened(call.transcript.turns[turn].text)}”"


def _scorecard(card: Scorecard, *, legs: int) -> RenderableType:
    """One line an answer: its value, how probable it is, its points, and what it rests on."""
    from rich.table import Table
    from rich.text import Text

    total = "no score" if card.total is None else f"{card.total:.0f} of 100"
    likely = f" ({card.interval[0]:.0f}–{card.interval[1]:.0f} with 90 % probability)" if card.interval else ""
    failed = f", failed by {', '.join(map(plain_name, card.auto_failed))}" if card.auto_failed else ""
    whose = f", leg {card.leg}, agent {card.agent_id or 'unknown'}" if legs > 1 else ""
    title = Text(f"\nScorecard {card.rubric_id}{whose}: {total}{likely}{failed}", style="bold")
    table = Table(box=None, padding=(0, 1), title=title, title_justify="left")
    table.add_column("question", header_style="dim", no_wrap=True)
    table.add_column("answer", header_style="dim", no_wrap=True)
    table.add_column("sure", justify="right", header_style="dim", no_wrap=True)
    table.add_column("points", justify="right", header_style="dim", no_wrap=True)
    table.add_column("because", overflow="fold", header_style="dim")
    for answer in card.answers:
        points = f"{answer.points:.1f}/{answer.points_possible:.1f}" if answer.points_possible else ""
        value = answer.value if answer.value in (answer.best, "failed") else f"{answer.value} ({answer.best}?)"
        table.add_row(answer.question_id, value, f"{100 * answer.probability:.0f} %", points, _grounds(answer))
    return table


def _grounds(answer: Answer) -> RenderableType:
    from rich.text import Text

    if answer.evidence:
        return Text("\n").join([Text(_quoted(piece)) for piece in answer.evidence])
    searched = f"searched turn{'' if len(answer.searched) == 1 else 's'} {_ranges(answer.searched)}"
    if answer.value == NOT_APPLICABLE or not answer.searched:
        return Text(answer.reason or searched, style="dim")
    return Text(f"{answer.reason} ({searched})" if answer.reason else searched, style="dim")


def _ranges(turns: Sequence[int]) -> str:
    """`0–3, 5` for the turns 0, 1, 2, 3 and 5; every second one in a row, as one speaker has them, is `0, 2 … 8`."""
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
    """How many turns from `start` on follow each other at this distance."""
    end = start + 1
    while end < len(turns) and turns[end] - turns[end - 1] == by:
        end += 1
    return end - start


def _quoted(piece: Evidence) -> str:
    when = f"{_time(piece.start_s)} " if piece.start_s is not None else ""
    return f"{when}turn {piece.turn}: “{piece.quote}”"


def _flags(flags: Sequence[Flag]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), title="\nWhy to listen", title_justify="left", title_style="bold")
    table.add_column("from", justify="right", header_style="dim", no_wrap=True)
    table.add_column("severity", header_style="dim", no_wrap=True)
    table.add_column("reason", overflow="fold", header_style="dim")
    for flag in sorted(flags, key=lambda flag: -flag.gain):
        table.add_row(_start(flag), flag.severity, Text(flag.reason))
    return table


def _start(flag: Flag) -> str:
    """Where to listen, or to read in a call that came in writing."""
    first = next(iter(flag.evidence), None)
    if first is None:
        return ""
    return clock(flag.play_from_s) if first.start_s is not None else f"turn {first.turn}"


def _time(start_s: float | None) -> str:
    return clock(start_s) if start_s is not None else ""
