"""The graph of measures: which must run before which, and how long the working tables between them are needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Protocol

from pipeline.analytics.measure.measure import Measure
from pipeline.analytics.measure.working_tables import WorkingTable


class Node(Protocol):
    """What makes tables out of others: a measure, a working table, or the tables before all measures."""

    @property
    def name(self) -> str:
        """Unique in the graph."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The tables that it reads."""

    @property
    def makes(self) -> tuple[str, ...]:
        """The tables that it makes."""


def in_order(nodes: Sequence[Node]) -> list[Node]:
    """Sort nodes so that each follows all makers of what it reads; among those that may come next, the first listed.

    Tables that no node makes are stored ones. Raises graphlib.CycleError.
    """
    place = {node.name: number for number, node in enumerate(nodes)}
    sorter = TopologicalSorter({node.name: _sources(node, nodes) for node in nodes})
    sorter.prepare()
    ready: list[str] = []
    order: list[Node] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=place.__getitem__)
        name = ready.pop(0)
        order.append(nodes[place[name]])
        sorter.done(name)
    return order


def shared_by(measures: Sequence[Measure], tables: Collection[WorkingTable]) -> Mapping[str, tuple[str, str]]:
    """For each working table that several measures need: the first and the last of them, in the order given."""
    by_name = {table.name: table for table in tables}
    readers: dict[str, list[str]] = {table.name: [] for table in tables}
    for measure in measures:
        for name in needed_by(measure, by_name):
            readers[name].append(measure.name)
    return {name: (found[0], found[-1]) for name, found in readers.items() if len(found) > 1}


def needed_by(node: Node, tables: Mapping[str, WorkingTable]) -> set[str]:
    """The working tables that a node reads, directly or through others."""
    found: set[str] = set()
    waiting = list(node.reads)
    while waiting:
        name = waiting.pop()
        if name in tables and name not in found:
            found.add(name)
            waiting += tables[name].reads
    return found


def _sources(node: Node, nodes: Sequence[Node]) -> list[str]:
    return [other.name for other in nodes if other.name != node.name and set(other.makes) & set(node.reads)]
