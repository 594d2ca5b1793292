"""Measure: everything over all calls, as the night asks for it; each measure reads what those before it made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.analytics.agents.adjusted_agents import OUTCOMES, adjusted_figures
from pipeline.analytics.agents.causes import find_causes
from pipeline.analytics.contacts.arrivals import DEFAULT_RULES
from pipeline.analytics.contacts.chains import find_chains
from pipeline.analytics.contacts.follow_up import contact_follow_up, find_arrivals
from pipeline.analytics.contacts.ownership import ownership_figures
from pipeline.analytics.contacts.repeats import find_repeats
from pipeline.analytics.contacts.resolution import resolution_figures
from pipeline.analytics.contacts.resolution_vs_speed import resolution_speed_figures
from pipeline.analytics.measure.measuring import Measuring, first_day
from pipeline.analytics.measure.weekly_fit import as_of_today, standing_fit
from pipeline.analytics.measure.working_tables import overlay_view, replace_table, swap_in
from pipeline.analytics.promises.figures import promise_figures
from pipeline.analytics.promises.outcomes import find_promise_outcomes, first_unsettled
from pipeline.analytics.satisfaction.figures import satisfaction_figures
from pipeline.analytics.satisfaction.satisfaction import find_satisfaction
from pipeline.analytics.topics.phrases import GrammarPhrases, PhraseFinder
from pipeline.analytics.topics.taxonomy import load_taxonomy
from pipeline.analytics.topics.topic_tables import find_topic_tables
from pipeline.analytics.trends.emerging import find_emerging
from pipeline.analytics.trends.fixes import find_fixes
from pipeline.analytics.trends.trends import find_peaks, find_trends
from pipeline.code_fingerprint import code_fingerprint
from pipeline.ports import TextEncoder
from pipeline.store.taxonomy_file import NAME

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class FindDated(Protocol):
    """Finds rows of calls, those since a day, and of earlier days only whole ones."""

    def __call__(self, connection: DuckDBPyConnection, *, since: Date | None) -> pa.Table:
        """The rows, with their date."""


def _promise_outcomes(connection: DuckDBPyConnection, *, since: Date | None) -> pa.Table:
    """Those of the calls since a day, and of older promises of which such calls can tell."""
    first = first_unsettled(connection, since=since) if since else None
    return find_promise_outcomes(connection, since=first)


# In the order in which they are made: each may read those above it.
DATED: Mapping[str, FindDated] = {
    "repeats": find_repeats,
    "satisfaction": find_satisfaction,
    "arrivals": find_arrivals,
    "chains": find_chains,
    "promise_outcomes": _promise_outcomes,
}
# One or two measures read these, and few of their columns.
READ_SELDOM = ("satisfaction", "chains", "promise_outcomes")
FIGURES: tuple[Callable[[DuckDBPyConnection], pa.Table], ...] = (
    resolution_speed_figures,
    ownership_figures,
    promise_figures,
    resolution_figures,
    satisfaction_figures,
)
# What `adjusted_figures` alone gives; the raw rate of triggered repeats is among those of resolution.
FITTED = sorted(
    {name for each in OUTCOMES for name in (each.measure, f"{each.measure}_adjusted")} - {"triggered_repeat_rate"}
)


def find_figures(connection: DuckDBPyConnection) -> pa.Table:
    """The rows of `figures`, of all that make some; those of the mixed model are of this week's first night."""
    fitted = standing_fit(connection, "figures", f"list_contains({FITTED}, measure) and dimension = 'agent'")
    if fitted is None:
        _keep_scorecards(connection)
        fitted = as_of_today(connection, adjusted_figures(connection))
    found = [as_of_today(connection, find(connection)) for find in FIGURES]
    return pa.concat_tables([*found, fitted], promote_options="permissive")


def find_causes_weekly(connection: DuckDBPyConnection) -> pa.Table:
    """The rows of `causes`, of this week's first night."""
    standing = standing_fit(connection, "causes", "true")
    if standing is not None:
        return standing
    _keep_scorecards(connection)
    return as_of_today(connection, find_causes(connection))


def _keep_scorecards(connection: DuckDBPyConnection) -> None:
    """Have in memory which scorecards stand: models are fitted on them and on their answers, which ask it anew."""
    names = "call_id, rubric_id, leg, part, agent_id"
    connection.execute(f"create or replace table _scorecards as select {names} from scorecards")
    swap_in(connection, "_scorecards", of="scorecards")


WHOLE: Mapping[str, Callable[[DuckDBPyConnection], pa.Table]] = {
    "figures": find_figures,
    "causes": find_causes_weekly,
    "trends": find_trends,
    "peaks": find_peaks,
    "emerging": find_emerging,
    "fixes": find_fixes,
}


@dataclass(frozen=True, slots=True)
class Analytics:
    """Looks over all calls at once. The encoder reads the sentences of topics that people made."""

    finder: PhraseFinder = field(default_factory=GrammarPhrases)
    encoder: TextEncoder | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with the code and the data files of the measures, and with it the rules."""
        return code_fingerprint("pipeline.analytics.measures", "pipeline.analytics.update")

    def __call__(self, measuring: Measuring) -> Mapping[str, pa.Table]:
        """The tables of measures. The same calls give the same, in any order."""
        from threadpoolctl import threadpool_limits

        # Sums in one thread are the same on every machine, and faster than in threads that wait for each other.
        with threadpool_limits(limits=1):
            return self._made(measuring.connection, measuring.since, taxonomy=measuring.taxonomy)

    def _made(self, connection: DuckDBPyConnection, since: Date | None, *, taxonomy: str) -> Mapping[str, pa.Table]:
        told = load_taxonomy(taxonomy, source=NAME)
        made = find_topic_tables(connection, since=since, taxonomy=told, finder=self.finder, encoder=self.encoder)
        for table, find_dated in DATED.items():
            made[table] = find_dated(connection, since=since)
            put = overlay_view if table in READ_SELDOM else replace_table
            put(connection, table, made[table], since=earliest(made[table], first_day(table, since)))
        if since is None:
            # All is measured anew: no fit of the week stands.
            for table in ("figures", "causes"):
                replace_table(connection, table, connection.sql(f"select * from {table} limit 0").to_arrow_table())
        with contact_follow_up(connection, rules=DEFAULT_RULES):
            for table, find in WHOLE.items():
                made[table] = find(connection)
                replace_table(connection, table, made[table])
        return made


def earliest(rows: pa.Table, since: Date | None) -> Date | None:
    """The day from which on these rows are whole: that asked for, or the first among them if that is earlier."""
    if since is None or not len(rows):
        return since
    first: Date = pc.min(rows.column("date")).as_py()
    return min(first, since)
