"""The outcome of a night: the lowest scores first, the counts, and a line for each failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from everycall.cli.console import errors, out
from everycall.report.stored_words import reworded
from pipeline.analytics.agents.agents import AGENT, FORM
from pipeline.language import ENGLISH, Translator
from pipeline.language.reason_words import SENTENCES
from pipeline.language.translator import message_in

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipeline.night.summary import NightSummary
    from pipeline.store import Store

SHOWN_CALLS = 20
SHOWN_FAILURES = 20
ALL_FAILURES = "everycall sql 'select * from failures'"
RULES = {
    "auto_fail": message_in("rule", "auto fail"),
    "prohibited_remark": message_in("rule", "prohibited remark"),
    "escalation": message_in("rule", "escalation"),
    "churn": message_in("rule", "churn"),
    "repeat_contact": message_in("rule", "repeat contact"),
    "critical_fail": message_in("rule", "critical fail"),
    "major_fail": message_in("rule", "major fail"),
    "minor_fail": message_in("rule", "minor fail"),
    "low_score": message_in("rule", "low score"),
    "negative_end": message_in("rule", "negative end"),
    "unsure": message_in("rule", "unsure"),
}
# A form goes by the same name in all its languages.
CALLS = f"""
    select s.call_id, {FORM} as form, {AGENT} as agent, c.language, s.total, s.interval_low, s.interval_high,
        (select string_agg(rule, ', ' order by gain desc) from flags f
            where f.call_id = s.call_id and f.rubric_id = s.rubric_id and f.leg = s.leg)
    from scorecards s join calls c using (call_id)
    order by s.total nulls first, s.call_id, form, s.leg limit {SHOWN_CALLS}"""

SHOWN_UNANSWERED = 5
UNANSWERED = f"""
    select question_id, reason, count(*) as calls from answers where value = 'failed'
    group by all order by calls desc, question_id, reason limit {SHOWN_UNANSWERED}"""
# A reason ends with what its answer cost, e.g. "(812+40 tokens)"; one that joins several has several.
COST = r"""
    select count(distinct answer), sum(split_part(tokens, '+', 1)::bigint), sum(split_part(tokens, '+', 2)::bigint)
    from (select row_number() over () as answer, reason from answers),
        unnest(regexp_extract_all(reason, '\((\d+\+\d+) tokens\)', 1)) as found(tokens)"""


def conclude(summary: NightSummary, *, store: Store, strict: bool, words: Translator) -> None:
    """Print the outcome. Exits with 1 when something failed and `strict` is set."""
    from pipeline.store import open_duckdb

    with open_duckdb(store) as connection:
        if summary.calls_done:
            out.print(_calls(connection.execute(CALLS).fetchall(), words), "")
        lines = [*cost(connection, words), *unanswered(connection, words)]
        failures = connection.execute("select source, stage, cause, remedy from failures order by all").fetchall()
    out.print(_counts(summary, words))
    for line in lines:
        out.print(line, highlight=False, soft_wrap=True)
    for source, stage, cause, remedy in failures[:SHOWN_FAILURES]:
        errors.print(f"[yellow]{stage}[/] {source}: {cause}. {remedy}", highlight=False, soft_wrap=True)
    if len(failures) > SHOWN_FAILURES:
        more = words.gettext("… and {n} more: {command}", n=len(failures) - SHOWN_FAILURES, command=ALL_FAILURES)
        errors.print(more)
    if strict and failures:
        raise typer.Exit(1)


def cost(connection: DuckDBPyConnection, words: Translator = ENGLISH) -> list[str]:
    """A line with the tokens of the language model's answers in the store; none without answers."""
    answers, read, written = connection.execute(COST).fetchall()[0]
    if not answers:
        return []
    return [
        words.gettext(
            "language model: {answers} answers, {read} tokens read, {written} written",
            answers=answers,
            read=format(read, ","),
            written=format(written, ","),
        )
    ]


def unanswered(connection: DuckDBPyConnection, words: Translator = ENGLISH) -> list[str]:
    """The questions that could not be answered, and why; their calls are scored without them."""
    messages = tuple(SENTENCES.values())
    return [
        words.ngettext(
            "not answered: {question} on {n} call, {reason}",
            "not answered: {question} on {n} calls, {reason}",
            calls,
            question=question,
            reason=escape(reworded(reason, words, messages=messages)),
        )
        for question, reason, calls in connection.execute(UNANSWERED).fetchall()
    ]


def _counts(summary: NightSummary, words: Translator) -> Table:
    table = Table(box=None, show_header=False)
    table.add_row(words.gettext("calls found"), str(summary.calls_found))
    table.add_row(words.gettext("done now"), str(summary.calls_done))
    if summary.scorecards != summary.calls_done:
        table.add_row(words.gettext("scorecards"), str(summary.scorecards))
    table.add_row(words.gettext("up to date already"), str(summary.calls_up_to_date))
    table.add_row(words.gettext("failed"), str(summary.calls_failed + summary.calls_held_back))
    table.add_row(words.gettext("flags raised"), str(summary.flags))
    if summary.mean_total is not None:
        table.add_row(words.gettext("mean score"), f"{summary.mean_total:.1f}")
    if summary.audio_per_wall is not None:
        speed = words.gettext("{times:.1f}x real time", times=summary.audio_per_wall)
        table.add_row(words.gettext("speed"), speed)
    table.add_row(words.gettext("time"), words.gettext("{seconds:.0f} s", seconds=summary.wall_s))
    return table


def _calls(rows: list[tuple[Any, ...]], words: Translator) -> Table:
    """One row per scorecard, with its form where there are several."""
    several = len({row[1] for row in rows}) > 1
    form_column = [words.gettext("form")] if several else []
    table = Table(
        words.gettext("call"), *form_column, words.gettext("agent"), words.gettext("language"), words.gettext("score"),
        words.gettext("90 % interval"), words.gettext("worth hearing for"), box=None, pad_edge=False,
    )  # fmt: skip
    for call_id, form, agent_id, language, total, low, high, rules in rows:
        score = "-" if total is None else f"{total:.0f}"
        interval = "" if low is None else _interval(low, high, words)
        named = [form] if several else []
        table.add_row(call_id, *named, agent_id, language, score, interval, _rules(rules or "", words))
    return table


def _rules(names: str, words: Translator) -> str:
    """The rules that a call tripped, in words."""
    known = [name for name in names.split(", ") if name]
    return words.listed(
        [words.pgettext("rule", RULES[name]) if name in RULES else name.replace("_", " ") for name in known]
    )


def _interval(low: float, high: float, words: Translator) -> str:
    return words.gettext("{low} to {high}", low=format(low, ".0f"), high=format(high, ".0f"))
