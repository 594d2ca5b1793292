"""Options that several commands share, each defined once."""

from __future__ import annotations

from collections.abc import Sequence

import typer

STORE = typer.Option("store", "--store", help="The folder or fsspec address that holds the tables.")
RUBRIC = typer.Option("support", "--rubric", help="A rubric's name, or a YAML file of your own.")
RUBRICS = typer.Option(
    ["support"], "--rubric", help="A rubric's name, or a YAML file of your own; again for several forms."
)
METADATA = typer.Option(None, "--metadata", help="A CSV of metadata, with a `file` or `call_id` column.")
PATTERN = typer.Option(
    None, "--name-pattern", help="A regular expression whose named groups are metadata in file names."
)
ASR = typer.Option(None, "--asr", help="The speech model: a name of `everycall models`, a folder, owner/name@revision.")
PROFILE = typer.Option("embedded", "--profile", help="Which models to use: embedded (packages only) or gpu.")
CHINESE_SCRIPT = typer.Option(
    None, "--chinese-script", help="The characters that Chinese is written in: simplified or traditional."
)
HOTWORDS = typer.Option(
    None, "--hotwords", help="A text file of names to expect (products, people), one a line; `#` begins a comment."
)
DEVICE = typer.Option("auto", "--device", help="auto, cpu or cuda.")
LIMIT = typer.Option(None, "--limit", min=1, help="Stop after this many files.")
STRICT = typer.Option(False, "--strict", help="Exit with 1 if any call failed.")
SINCE = typer.Option(None, "--from", help="The first day, YYYY-MM-DD.")
UNTIL = typer.Option(None, "--to", help="The last day, YYYY-MM-DD.")
WORKERS = typer.Option(None, "--workers", min=1, help="Scoring processes; one per core by default.")
RETRY = typer.Option(False, "--retry-failed", help="Retry failed calls even if nothing changed.")


def split(names: Sequence[str]) -> list[str]:
    """The names, given one by one or separated by commas."""
    return [name.strip() for given in names for name in given.split(",") if name.strip()]
