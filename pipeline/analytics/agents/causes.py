"""Causes: whether failed questions lie with the person, the process or the system, as a suggestion with its evidence.

Failures that gather with some agents lie with the person, with some topics with the process, and in some queues with
the system that serves them. Where no level is clearly the largest, or answers are few, nothing is suggested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.analytics.agents.agents import AGENT, IS_JUDGED, SCORECARDS, forms_in
from pipeline.analytics.agents.case_mix import codes_of
from pipeline.analytics.statistics.mixed_model import Codes
from pipeline.analytics.statistics.variance_components import (
    LEVELS,
    REST,
    Question,
    VarianceComponents,
    variance_components_of,
)
from pipeline.analytics.topics.main_topic import MAIN_TOPIC
from pipeline.topic import OTHER

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

LIES_WITH = {"agent": "person", "topic": "process", "queue": "system"}
UNCLEAR = "unclear"
PLURAL = {"agent": "agents", "topic": "topics", "queue": "queues"}


@dataclass(frozen=True, slots=True)
class CauseRules:
    """When a cause is suggested.

    Of fewer than 30 failures (or passes) no two agents could be told apart. A level is clearly the largest at four to
    one. With 2 % of what varies between agents, those a standard deviation apart fail 8 % and 13 % where the mean is
    10 %: less is not worth acting on.
    """

    fewest_judged: int = 200
    fewest_failed: int = 30
    surely_largest: float = 0.8
    least_share: float = 0.02
    named: int = 3


DEFAULT_RULES = CauseRules()


def find_causes(
    connection: DuckDBPyConnection, *, form: str | None = None, rules: CauseRules = DEFAULT_RULES
) -> pa.Table:
    """Rows of `causes`: for each question of a form (of all by default) the share of each level and the suggestion.

    Reads `contacts`, `call_topics`, `scorecards` and `answers`. A level that could not be told has a null share.
    """
    import pyarrow as pa

    from pipeline.store.schemas import made_schema

    schema = made_schema("causes")
    forms = forms_in(connection) if form is None else [form]
    if not forms:
        return schema.empty_table()
    names = _create_cells(connection, forms=forms)
    rows = [row for key in _questions(connection) for row in _rows(connection, *key, names=names, rules=rules)]
    for table in ("cause_cards", "cause_cells"):
        connection.execute(f"drop table {table}")
    return pa.Table.from_pylist(rows, schema=schema)


def _create_cells(connection: DuckDBPyConnection, *, forms: list[str]) -> Mapping[str, tuple[list[str], Codes]]:
    """Make `cause_cells`: judged and failed answers by question and `cell`; return the names and codes of the cells.

    An answer belongs to the agent whose part of the call it judges.
    """
    connection.execute(
        f"""create or replace temp table cause_cards as
        select s.call_id, s.rubric_id, s.leg, s.form, {AGENT} as agent, coalesce(t.topic_id, '{OTHER}') as topic,
            coalesce(c.queue, '') as queue, coalesce(c.language, '') as language,
            dense_rank() over (order by agent, topic, queue, language) - 1 as cell
        from ({SCORECARDS}) s join contacts c using (call_id) left join ({MAIN_TOPIC}) t using (call_id)
        where agent <> ''""",
        [forms],
    )
    connection.execute(
        f"""create or replace temp table cause_cells as
        select c.form, a.question_id, c.cell, count(*) as judged, count(*) filter (a.points <= 0) as failed
        from answers a join cause_cards c using (call_id, rubric_id, leg) where {IS_JUDGED} group by all"""
    )
    cells = connection.sql(
        "select distinct cell, agent, topic, queue, language from cause_cards order by cell"
    ).to_arrow_table()
    return {name: codes_of(cells[name]) for name in (*LEVELS, "language")}


def _questions(connection: DuckDBPyConnection) -> list[tuple[str, str]]:
    found = connection.execute("select distinct form, question_id from cause_cells order by all").fetchall()
    return [(form, question_id) for form, question_id in found]


def _rows(
    connection: DuckDBPyConnection,
    form: str,
    question_id: str,
    *,
    names: Mapping[str, tuple[list[str], Codes]],
    rules: CauseRules,
) -> Iterator[dict[str, Any]]:
    """A row a level of one question."""
    question = _question(connection, form, question_id, names=names)
    shares = variance_components_of(question) if _enough(question, rules) else None
    level = largest_level(shares, rules) if shares else None
    evidence = _evidence(question, shares, level, {name: names[name][0] for name in LEVELS}, rules=rules)
    for name in (*LEVELS, REST):
        share = shares.shares.get(name) if shares else None
        yield {
            "form": form,
            "question_id": question_id,
            "level": name,
            "judged": int(question.judged.sum()),
            "failed": int(question.failed.sum()),
            "share": share and share.estimate,
            "low": share and share.low,
            "high": share and share.high,
            "lies_with": LIES_WITH[level] if level else UNCLEAR,
            "evidence": evidence,
        }


def _question(
    connection: DuckDBPyConnection, form: str, question_id: str, *, names: Mapping[str, tuple[list[str], Codes]]
) -> Question:
    """The cells of one question."""
    found = connection.sql(
        "select cell, judged, failed from cause_cells where form = ? and question_id = ? order by cell",
        params=[form, question_id],
    ).to_arrow_table()
    cell, judged, failed = (found[name].to_numpy() for name in ("cell", "judged", "failed"))
    levels = {name: codes[cell] for name, (_, codes) in names.items()}
    return Question(judged, failed, {name: levels[name] for name in LEVELS}, other=[levels["language"]])


def _enough(question: Question, rules: CauseRules) -> bool:
    judged, failed = int(question.judged.sum()), int(question.failed.sum())
    return judged >= rules.fewest_judged and min(failed, judged - failed) >= rules.fewest_failed


def largest_level(shares: VarianceComponents, rules: CauseRules) -> str | None:
    """The level that is clearly the largest among two or more, if any is."""
    if len(shares.largest) < 2:
        return None
    level = max(shares.largest, key=lambda name: shares.largest[name])
    sure = shares.largest[level] >= rules.surely_largest and shares.shares[level].low >= rules.least_share
    return level if sure else None


def _evidence(
    question: Question,
    shares: VarianceComponents | None,
    level: str | None,
    names: Mapping[str, list[str]],
    *,
    rules: CauseRules,
) -> str:
    """Why it is suggested, or why nothing is, in words and figures."""
    judged, failed = int(question.judged.sum()), int(question.failed.sum())
    counted = f"{failed} of {judged} judged answers failed"
    if shares is None:
        return f"{counted}: too few to tell where it lies"
    told = ", ".join(
        f"{share.low:.0%} to {share.high:.0%} lies between {PLURAL[name]}"
        for name, share in shares.shares.items()
        if name != REST
    )
    if not told:
        return f"{counted}: too few agents, topics and queues to compare"
    found = f"{counted}; of what makes it fail, {told}"
    if level is None:
        return f"{found}: none is clearly the largest"
    return f"{found}; most above the others: {_most(question, shares, level, names[level], rules=rules)}"


def _most(question: Question, shares: VarianceComponents, level: str, names: list[str], *, rules: CauseRules) -> str:
    """Those of the level whose effect is the most, with their own counts."""
    codes = question.levels[level]
    judged = np.bincount(codes, question.judged, len(names)).astype(int)
    failed = np.bincount(codes, question.failed, len(names)).astype(int)
    effects = shares.effects[level]
    first = sorted(range(len(effects)), key=lambda code: (-effects[code], code))[: rules.named]
    return ", ".join(f"{names[code] or 'none'} ({failed[code]} of {judged[code]})" for code in first)
