"""The measures over all calls: which table each makes, which tables it reads, and the run in the order that follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analytics.agents.adjusted_agents import OUTCOMES, adjusted_figures
from pipeline.analytics.agents.case_mix import case_mix_tables
from pipeline.analytics.agents.causes import cause_tables, find_causes
from pipeline.analytics.contacts.chains import chain_tables, find_chains
from pipeline.analytics.contacts.follow_up import find_arrivals
from pipeline.analytics.contacts.ownership import ownership_figures
from pipeline.analytics.contacts.repeats import find_repeats, repeat_tables
from pipeline.analytics.contacts.resolution import resolution_figures
from pipeline.analytics.contacts.resolution_vs_speed import resolution_speed_figures
from pipeline.analytics.measure.analytics_run import AnalyticsInput, first_day
from pipeline.analytics.measure.graph import Node, in_order, shared_by
from pipeline.analytics.measure.measure import BaseTables, Measure
from pipeline.analytics.measure.weekly_fit import as_of_today, fit_of_this_week
from pipeline.analytics.measure.working_tables import overlay_view, replace_table, working_tables
from pipeline.analytics.promises.figures import promise_figures
from pipeline.analytics.promises.outcomes import find_promise_outcomes, first_unsettled, promise_tables
from pipeline.analytics.satisfaction.figures import satisfaction_figures
from pipeline.analytics.satisfaction.satisfaction import find_satisfaction
from pipeline.analytics.topics.issue_pairs import PAIR_ISSUES, RECENT_ISSUES
from pipeline.analytics.topics.phrases import GrammarPhrases, PhraseFinder
from pipeline.analytics.topics.taxonomy import load_taxonomy
from pipeline.analytics.topics.topic_tables import find_topic_tables
from pipeline.analytics.trends.emerging import find_emerging
from pipeline.analytics.trends.fixes import find_fixes
from pipeline.analytics.trends.trends import find_peaks, find_trends
from pipeline.fingerprints.code_fingerprint import code_fingerprint
from pipeline.ports import TextEncoder
from pipeline.store.schemas import schema_of
from pipeline.store.taxonomy_file import NAME

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What only `adjusted_figures` makes: the raw rate of triggered repeats is one of the figures of resolution.
FITTED = sorted(
    {name for each in OUTCOMES for name in (each.measure, f"{each.measure}_adjusted")} - {"triggered_repeat_rate"}
)


def _promise_outcomes(connection: DuckDBPyConnection, *, since: Date | None) -> pa.Table:
    """Judge the promises of calls since a day, and older ones whose outcome such calls may show."""
    first = first_unsettled(connection, since=since) if since else None
    return find_promise_outcomes(connection, since=first)


BASE_TABLES = (
    BaseTables("contacts", reads=("calls", "answers", "scorecards", "surveys"), makes=("contacts", "measured")),
    BaseTables("topics", reads=("issues", "turns"), makes=("call_topics", "topics")),
)
# fmt: off
MEASURES = (
    Measure("repeats", rows=find_repeats, dated=True,
            reads=("contacts", "call_topics", "arrival_calls", "arrival_pairs", "pair_similarity")),
    Measure("satisfaction", rows=find_satisfaction, dated=True, lazy=True,
            reads=("contacts", "call_topics", "repeats", "surveys")),
    Measure("arrivals", rows=find_arrivals, dated=True,
            reads=("contacts", "repeats", "arrival_calls", "main_topics", "roots")),
    Measure("chains", rows=find_chains, dated=True, lazy=True,
            reads=("contacts", "arrival_calls", "main_topics", "roots")),
    Measure("promise_outcomes", rows=_promise_outcomes, dated=True, lazy=True,
            reads=("contacts", "promises", "promises_due", "promise_follow_ups", "promise_evidence")),
    Measure("resolution_vs_speed", table="figures", rows=resolution_speed_figures,
            reads=("contacts", "call_topics", "follow_up")),
    Measure("ownership", table="figures", rows=ownership_figures, reads=("follow_up",)),
    Measure("promises_kept", table="figures", rows=promise_figures, reads=("promise_outcomes", "promises")),
    Measure("resolution", table="figures", rows=resolution_figures, reads=("follow_up",)),
    Measure("satisfaction_by_group", table="figures", rows=satisfaction_figures,
            reads=("contacts", "call_topics", "satisfaction")),
    Measure("adjusted_agents", table="figures", rows=adjusted_figures,
            reads=("scorecards", "case_mix", "case_mix_cells"),
            weekly=f"list_contains({FITTED}, measure) and dimension = 'agent'"),
    Measure("causes", rows=find_causes, reads=("scorecards", "cause_cards", "cause_cells"), weekly="true"),
    Measure("trends", rows=find_trends, reads=("contacts", "call_topics", "repeats")),
    Measure("peaks", rows=find_peaks, reads=("contacts", "call_topics")),
    Measure("emerging", rows=find_emerging, reads=("contacts", "call_topics")),
    Measure("fixes", rows=find_fixes, reads=("contacts", "call_topics", "repeats", "satisfaction")),
)
# fmt: on
WORKING_TABLES = (
    *repeat_tables(),
    RECENT_ISSUES,
    PAIR_ISSUES,
    *chain_tables()[1:],
    *promise_tables(),
    *case_mix_tables(),
    *cause_tables(),
)


@dataclass(frozen=True, slots=True)
class Analytics:
    """Computes all measures. The encoder reads the example sentences of a taxonomy."""

    finder: PhraseFinder = field(default_factory=GrammarPhrases)
    encoder: TextEncoder | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with the code and the data files of the measures, and with it the rules."""
        return code_fingerprint("pipeline.analytics.measures", "pipeline.analytics.update")

    def __call__(self, run: AnalyticsInput) -> Mapping[str, pa.Table]:
        """Return the rows of every table of measures. The same calls give the same rows, in any order."""
        from threadpoolctl import threadpool_limits

        # Sums in one thread are the same on every machine, and faster than in threads that wait for each other.
        with threadpool_limits(limits=1):
            taxonomy = load_taxonomy(run.taxonomy, source=NAME)
            topics = find_topic_tables(
                run.connection, since=run.since, taxonomy=taxonomy, finder=self.finder, encoder=self.encoder
            )
            return topics | run_measures(run.connection, since=run.since)


def run_measures(
    connection: DuckDBPyConnection, *, since: Date | None, measures: Sequence[Measure] | None = None
) -> dict[str, pa.Table]:
    """Run measures in the order of the graph; each table replaces the stored one on the connection.

    Args:
        connection: An open store with `contacts`, `call_topics` and the newest rows of calls.
        since: The first day of dated measures; None for all days, which also renews the weekly fits.
        measures: All measures by default.

    Returns:
        The new rows of each table, without `part`.
    """
    measures = measures_in_order() if measures is None else measures
    shared, held = shared_by(measures, WORKING_TABLES), dict[str, ExitStack]()
    parts = Counter(table for measure in measures for table in measure.makes)
    found: dict[str, list[pa.Table]] = {}
    made: dict[str, pa.Table] = {}
    with ExitStack() as after_errors:
        for measure in measures:
            for table in WORKING_TABLES:
                if shared.get(table.name, ("", ""))[0] == measure.name:
                    held[table.name] = after_errors.enter_context(ExitStack())
                    held[table.name].enter_context(working_tables(connection, (table,), since=since))
            (table_name,) = measure.makes
            found.setdefault(table_name, []).append(_rows(connection, measure, since=since))
            if len(found[table_name]) == parts[table_name]:
                made[table_name] = pa.concat_tables(found[table_name], promote_options="permissive")
                _put(connection, measure, made[table_name], since=since)
            for name in [name for name, (_, last) in shared.items() if last == measure.name]:
                held.pop(name).close()
    return made


def measures_in_order() -> list[Measure]:
    """Return the measures so that each follows the makers of all it reads."""
    nodes: list[Node] = [*BASE_TABLES, *WORKING_TABLES, *MEASURES]
    return [node for node in in_order(nodes) if isinstance(node, Measure)]


def _rows(connection: DuckDBPyConnection, measure: Measure, *, since: Date | None) -> pa.Table:
    """Find the rows of a measure, or take those of this week's fit."""
    (table,) = measure.makes
    if measure.weekly and since is not None:
        kept = fit_of_this_week(connection, table, measure.weekly)
        if kept is not None:
            return kept
    rows = measure.rows(connection, since=since) if measure.dated else measure.rows(connection)
    return as_of_today(connection, rows) if "as_of" in schema_of(table).names else rows


def _put(connection: DuckDBPyConnection, measure: Measure, rows: pa.Table, *, since: Date | None) -> None:
    """Let the measures that follow read these rows, and of a dated table its stored rows of earlier days."""
    (table,) = measure.makes
    put = overlay_view if measure.lazy else replace_table
    put(connection, table, rows, since=earliest(rows, first_day(table, since)) if measure.dated else None)


def earliest(rows: pa.Table, since: Date | None) -> Date | None:
    """Return the day from which on these rows are complete: the day asked for, or the first of the rows if earlier."""
    if since is None or not len(rows):
        return since
    first: Date = pc.min(rows.column("date")).as_py()
    return min(first, since)
