"""A store with the sample calls, made once from their transcripts by the command line itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from everycall.cli import app
from everycall.cli.console import out

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def everycall():
    """Run the command with these words; fails the test unless it exits as expected."""

    # A console that was made before the environment says how wide it is would break lines elsewhere.
    out.width = 120

    def run(*words, exits=0):
        result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "120"})
        assert result.exit_code == exits, result.output
        return result.output

    return run


@pytest.fixture(scope="session")
def scored_store(everycall, tmp_path_factory):
    """All sample calls, read and scored by the real heads, not heard."""
    store = tmp_path_factory.mktemp("night") / "store"
    everycall("run", EXAMPLES / "labelled.jsonl", "--store", store)
    return store
