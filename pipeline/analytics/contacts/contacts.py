"""Contacts: one narrow row per call with everything that measures need of it, as a table in memory.

Measures read `contacts` and not the wide tables behind it, so a million calls fit in little memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.analytics.measure.working_tables import create_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REPEAT_QUESTION = "repeat_contact"
# The question of the standard form behind each boolean column, and the value that makes it true.
ANSWERED = {
    "says_repeat": (REPEAT_QUESTION, "yes"),
    "escalated": ("escalation_request", "yes"),
    "churn": ("churn_risk", "yes"),
}
OUTCOME = "outcome"
QUESTIONS = (*(question for question, _ in ANSWERED.values()), OUTCOME)

# What systems write when the customer is unknown: a word for it, or one character repeated.
UNKNOWN_CUSTOMER = (
    r"^(|.|anonymous|blocked|none|null|nan|n/?a|private|restricted|unavailable|unknown|withheld|匿名|未知|无)$"
)
# RE2 has no back-references: removing the first character everywhere leaves nothing if it is the only one.
CAN_LINK = f"""not regexp_matches(lower(trim(customer_id)), '{UNKNOWN_CUSTOMER}')
    and replace(trim(customer_id), left(trim(customer_id), 1), '') <> ''"""

# Unlike this, DuckDB's own `list_distinct` does not keep the order.
FIRST_OF_EACH = "list_filter(j.agents, lambda agent, place: list_position(j.agents, agent) = place)"

COLUMNS = {
    "call_id": "varchar",
    "date": "date",
    "turns_part": "varchar",
    "input_key": "ubigint",
    "started_at": "timestamp",
    "customer_id": "varchar",
    "agent_id": "varchar",
    "agents": "varchar[]",
    "queue": "varchar",
    "direction": "varchar",
    "language": "varchar",
    "duration_s": "double",
    "silence_share": "double",
    "hold_s": "double",
    "repetitions": "integer",
    "sentiment_start": "varchar",
    "sentiment_middle": "varchar",
    "sentiment_end": "varchar",
    "recovered": "boolean",
    "total": "double",
    "says_repeat": "boolean",
    "escalated": "boolean",
    "churn": "boolean",
    "outcome": "varchar",
}


def create_contacts(connection: DuckDBPyConnection, *, rubric_ids: Sequence[str]) -> None:
    """Make the table `contacts` from the views of an open store, with answers and totals by these forms.

    `started_at` is in UTC, and null if only the day is known. `customer_id` is '' if it cannot belong to one person.
    `agents` lists everyone who had the call, in order. Unsure answers are false, an unsure outcome is ''.
    """
    connection.execute("set TimeZone = 'UTC'")
    questions = ", ".join(f"'{question}'" for question in QUESTIONS)
    answered = ", ".join(
        f"bool_or(question_id = '{question}' and value = '{value}') as {column}"
        for column, (question, value) in ANSWERED.items()
    )
    create_table(
        connection,
        "contacts",
        f"""with asked as (
            select call_id, {answered},
                coalesce(any_value(value) filter (question_id = '{OUTCOME}' and value not in ('unsure', 'failed')), '')
                    as outcome
            from answers where question_id in ({questions}) and list_contains($forms, rubric_id) group by call_id
        ), judged as (
            select call_id, avg(total) as total, list(agent_id order by leg) filter (agent_id <> '') as agents
            from scorecards where list_contains($forms, rubric_id) group by call_id
        )
        select c.call_id, c.date, c.turns_part, md5_number_lower(c.input_hash) as input_key,
            case when length(c.started_at) > 10 then try_cast(c.started_at as timestamptz)::timestamp end as started_at,
            case when {CAN_LINK} then trim(c.customer_id) else '' end as customer_id, c.agent_id,
            coalesce({FIRST_OF_EACH}, case when c.agent_id <> '' then [c.agent_id] else [] end) as agents,
            c.queue, c.direction, c.language, coalesce(c.duration_s, c.audio_s) as duration_s, c.silence_share,
            c.hold_s, c.repetitions, c.sentiment_start, c.sentiment_middle, c.sentiment_end, c.recovered, j.total,
            {", ".join(f"coalesce(a.{column}, false) as {column}" for column in ANSWERED)},
            coalesce(a.outcome, '') as outcome
        from calls c left join asked a using (call_id) left join judged j using (call_id)
        order by c.date, c.call_id""",
        {"forms": list(rubric_ids)},
    )
