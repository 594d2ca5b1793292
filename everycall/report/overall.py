"""Overall: the measures over all calls, as the report shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from everycall.report.agent_comparison import Cause, FairComparison, read_causes, read_fair
from everycall.report.fixes import Fix, read_fixes
from everycall.report.promises import PromiseFigures, read_promises
from everycall.report.rates import read_rates
from everycall.report.repeat_contacts import CallingAgain, read_calling_again
from everycall.report.satisfaction import SatisfactionFigures, read_satisfaction
from everycall.report.topic_names import read_topic_names
from everycall.report.trends import (
    DayHours,
    EmergingTopic,
    TopicTrend,
    read_emerging,
    read_peaks,
    read_trends,
)
from pipeline.language import Translator

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class OverallFigures:
    """The measures over all calls; each is empty where the store has none."""

    fixes: tuple[Fix, ...]
    trends: tuple[TopicTrend, ...]
    peaks: tuple[DayHours, ...]
    emerging: tuple[EmergingTopic, ...]
    satisfaction: SatisfactionFigures
    again: CallingAgain
    promises: PromiseFigures
    fair: tuple[FairComparison, ...]
    causes: tuple[Cause, ...]


def read_overall(connection: DuckDBPyConnection, translator: Translator) -> OverallFigures:
    """All measures over all calls."""
    names = read_topic_names(connection, translator)
    rates = read_rates(connection, names)
    return OverallFigures(
        fixes=read_fixes(connection, names, translator),
        trends=read_trends(connection, names),
        peaks=read_peaks(connection, translator),
        emerging=read_emerging(connection, names),
        satisfaction=read_satisfaction(connection, rates, names, translator),
        again=read_calling_again(rates),
        promises=read_promises(connection, rates, translator),
        fair=read_fair(rates),
        causes=read_causes(connection, translator),
    )
