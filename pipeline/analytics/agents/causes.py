"""Causes: a suggestion, with evidence, whether the person, the process or the system makes a question fail.

Failures that cluster by agent point to the person, by topic to the process, by queue to the system behind it. Nothing
is suggested if no level is clearly the largest, or with few answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.analytics.agents.agents import AGENT, IS_JUDGED, SCORECARD_COLUMNS, SCORECARDS, forms_in
from pipeline.analytics.agents.case_mix import codes_of
from pipeline.analytics.measure.working_tables import WorkingTable, create_table, in_memory, working_tables
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

    Attributes:
        fewest_judged: Judged answers.
        fewest_failed: Failures, and passes: with fewer, no two agents could be distinguished.
        surely_largest: Probability, four to one, that the level has the largest share.
        least_share: Lower bound of its share. At 2 % between agents and a mean of 10 %, agents a standard deviation
            apart fail 8 % and 13 %; less is not worth acting on.
        named: How many members of the level the evidence names.
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
    """Return rows of `causes`: for each question of one form, or of all, each level's share and the suggestion.

    A level whose share cannot be estimated has a null share.
    """
    import pyarrow as pa

    from pipeline.store.schemas import made_schema

    schema = made_schema("causes")
    with in_memory(connection, "scorecards", columns=SCORECARD_COLUMNS):
        if form is None and not forms_in(connection):
            return schema.empty_table()
        with working_tables(connection, cause_tables(form)):
            names = _cell_names(connection)
            rows = [row for key in _questions(connection) for row in _rows(connection, *key, names=names, rules=rules)]
    return pa.Table.from_pylist(rows, schema=schema)


def cause_tables(form: str | None = None) -> tuple[WorkingTable, ...]:
    """Declare `cause_cards`, scorecards with their `cell`, and `cause_cells`, answers by question and cell."""
    return (
        WorkingTable(
            "cause_cards",
            reads=("scorecards", "contacts", "call_topics"),
            create=partial(_create_cause_cards, form=form),
        ),
        WorkingTable("cause_cells", reads=("answers", "cause_cards"), create=_create_cause_cells),
    )


def _create_cause_cards(connection: DuckDBPyConnection, _: Date | None, *, form: str | None) -> None:
    """A card belongs to the agent of its leg; a cell is an agent, topic, queue and language."""
    create_table(
        connection,
        "cause_cards",
        f"""select s.call_id, s.rubric_id, s.leg, s.form, {AGENT} as agent, coalesce(t.topic_id, '{OTHER}') as topic,
            coalesce(c.queue, '') as queue, coalesce(c.language, '') as language,
            dense_rank() over (order by agent, topic, queue, language) - 1 as cell
        from ({SCORECARDS}) s join contacts c using (call_id) left join ({MAIN_TOPIC}) t using (call_id)
        where agent <> ''""",
        [forms_in(connection) if form is None else [form]],
    )


def _create_cause_cells(connection: DuckDBPyConnection, _: Date | None) -> None:
    create_table(
        connection,
        "cause_cells",
        f"""select c.form, a.question_id, c.cell, count(*) as judged, count(*) filter (a.points <= 0) as failed
        from answers a join cause_cards c using (call_id, rubric_id, leg) where {IS_JUDGED} group by all""",
    )


def _cell_names(connection: DuckDBPyConnection) -> Mapping[str, tuple[list[str], Codes]]:
    """Return, for each level and the language, the names and the code of each cell."""
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
    """Yield a row per level for one question."""
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
    """Return the cells of one question."""
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
    """Return the level that is clearly the largest of two or more, if there is one."""
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
    """Say in words and figures why a cause is suggested, or why none is."""
    judged, failed = int(question.judged.sum()), int(question.failed.sum())
    counted = f"{failed} of {judged} judged answers failed"
    if shares is None:
        return f"{counted}: too few to tell where it lies"
    levels = ", ".join(
        f"{share.low:.0%} to {share.high:.0%} lies between {PLURAL[name]}"
        for name, share in shares.shares.items()
        if name != REST
    )
    if not levels:
        return f"{counted}: too few agents, topics and queues to compare"
    found = f"{counted}; of what makes it fail, {levels}"
    if level is None:
        return f"{found}: none is clearly the largest"
    return f"{found}; most above the others: {_most(question, shares, level, names[level], rules=rules)}"


def _most(question: Question, shares: VarianceComponents, level: str, names: list[str], *, rules: CauseRules) -> str:
    """Name the members of the level with the largest effects, with their counts."""
    codes = question.levels[level]
    judged = np.bincount(codes, question.judged, len(names)).astype(int)
    failed = np.bincount(codes, question.failed, len(names)).astype(int)
    effects = shares.effects[level]
    first = sorted(range(len(effects)), key=lambda code: (-effects[code], code))[: rules.named]
    return ", ".join(f"{names[code] or 'none'} ({failed[code]} of {judged[code]})" for code in first)
