"""The page of docs that shows which table of the analytics is made from which."""

from pipeline.analytics.contacts.contact_days import NEWEST_ROWS
from pipeline.analytics.measure.graph import in_order
from pipeline.analytics.measure.measure import Measure
from pipeline.analytics.measures import BASE_TABLES, MEASURES, WORKING_TABLES

NODES = in_order([*BASE_TABLES, *NEWEST_ROWS, *WORKING_TABLES, *MEASURES])
WORKING = {table.name: table for table in (*NEWEST_ROWS, *WORKING_TABLES)}
MADE = [name for node in NODES if node.name not in WORKING for name in node.makes]

PAGE = """# The graph of analytics

Drawn by a test from the declarations in `pipeline/analytics/measures.py`. After changing a measure, refresh this page
with `UPDATE_DOCS=1 pytest tests/pipeline/test_measure_graph.py`. What the tables mean: `docs/all_calls.md`; their
columns: `docs/tables.md`.

## Tables

Each arrow leads from a table to one that is made from it, directly or through working tables. Cylinders are tables of
calls. Every table but `contacts` reads `contacts`, so arrows from it are left out.

```mermaid
flowchart LR
{tables}
```

## Measures

In the order in which a night runs them. Measures read tables of calls, tables of earlier measures, and working tables.
Rows "by day" are recomputed only for the days that later calls may still change.

| measure | table | reads | rows |
|---|---|---|---|
{measures}

## Working tables

Tables in DuckDB's memory. Each is made when the first measure needs it and dropped after the last. Rounded boxes are
working tables, hexagons the measures that read them, and rectangles tables of other measures.

```mermaid
flowchart LR
{working}
```

## Adding a measure

1. Write a function that takes the DuckDB connection and returns the rows, in the room of its noun below
   `pipeline/analytics/`. A dated measure also takes `since`.
2. Declare a `Measure` in `pipeline/analytics/measures.py`: its name, the tables that its SQL names, and the function.
   The order follows from that. A test fails if the declared tables are not those of the SQL.
3. For a new table, add its columns in `pipeline/store/measure_columns.py` and its place in `pipeline/store/schemas.py`,
   and describe it in `docs/tables.md`.
4. Refresh this page.
"""


def analytics_graph_page():
    """The text of docs/analytics_graph.md."""
    tables = "\n".join([*_shapes(_sources_of_tables()), *_arrows(_sources_of_tables())])
    return PAGE.format(tables=tables, measures="\n".join(_measure_rows()), working="\n".join(_working_lines()))


def _sources_of_tables():
    """For each made table, by the order in which they are made, the tables it is made from through working tables."""
    sources = {}
    for node in NODES:
        if node.name in WORKING:
            continue
        read = sorted(_without_working(node.reads))
        for name in node.makes:
            sources[name] = sorted({*sources.get(name, ()), *read} - {name, *node.makes})
    return {
        name: [source for source in found if source != "contacts" or name == "measured"]
        for name, found in sources.items()
    }


def _without_working(reads):
    found = set()
    for name in reads:
        if name in WORKING:
            found |= _without_working(WORKING[name].reads)
        else:
            found.add(name.removeprefix("parts."))
    return found


def _shapes(sources):
    stored = sorted({name for found in sources.values() for name in found} - set(MADE))
    return [f"    {name}[({name})]" for name in stored]


def _arrows(sources):
    return [f"    {' & '.join(found)} --> {name}" for name, found in sources.items() if found]


def _measure_rows():
    for node in NODES:
        if isinstance(node, Measure):
            rows = "by day" if node.dated else "all days, fitted weekly" if node.weekly else "all days"
            yield f"| {node.name} | `{node.makes[0]}` | {', '.join(f'`{name}`' for name in node.reads)} | {rows} |"


def _working_lines():
    shown = {table.name for table in WORKING_TABLES}
    stored = sorted({name for table in WORKING_TABLES for name in table.reads} - shown - set(MADE))
    yield from (f"    {name}[({name})]" for name in stored)
    for node in NODES:
        if node.name in shown:
            yield f"    {node.name}([{node.name}])"
            yield f"    {' & '.join(node.reads)} --> {node.name}"
        elif isinstance(node, Measure) and shown & set(node.reads):
            read = " & ".join(name for name in node.reads if name in shown)
            yield f"    {read} --> measure_{node.name}{{{{{node.name}}}}}"
