"""A DuckDB connection that notes which tables the SQL that runs on it names."""

import json
import re

import duckdb

CREATE_AS = re.compile(r"create (?:or replace )?(?:temp )?(?:table|view) \S+ as", re.IGNORECASE)
NO_QUERY = ("set ", "reset ", "drop ", "alter ", "update ", "create schema ")


class RecordingConnection:
    """Passes everything on to a connection; `named` has the tables, without Arrow tables registered on it."""

    def __init__(self, connection, named=None):
        self.connection = connection
        self.named = set() if named is None else named
        self.registered = set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def __getattr__(self, name):
        return getattr(self.connection, name)

    def register(self, name, rows):
        self.registered.add(name)
        return self.connection.register(name, rows)

    def execute(self, query, parameters=None):
        self._note(query)
        return self.connection.execute(query, parameters)

    def sql(self, query, **options):
        self._note(query)
        return self.connection.sql(query, **options)

    def _note(self, query):
        self.named |= tables_named(query) - self.registered


def tables_named(query):
    """The tables that a statement reads, by DuckDB's own parser: names of common table expressions left out.

    The parser and not `get_table_names`, which looks through views and takes no parameters.
    """
    text = query.strip()
    if text.lower().startswith(NO_QUERY):
        return set()
    select = CREATE_AS.sub("", text, count=1) if CREATE_AS.match(text) else text
    ((parsed,),) = duckdb.connect().execute("select json_serialize_sql(?::varchar)", [select]).fetchall()
    tree = json.loads(parsed)
    assert not tree["error"], tree
    named, own = set(), set()
    _walk(tree, named, own)
    # What `in_memory` sets aside is the stored table.
    return {name.removeprefix("_stored_") for name in named - own}


def _walk(node, named, own):
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE":
            named.add(".".join(filter(None, (node["schema_name"], node["table_name"]))))
        own |= {entry["key"] for entry in node.get("cte_map", {}).get("map", ())}
        for value in node.values():
            _walk(value, named, own)
    elif isinstance(node, list):
        for value in node:
            _walk(value, named, own)
