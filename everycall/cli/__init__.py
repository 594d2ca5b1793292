"""The `everycall` command. Each command is a thin function that calls one library function."""

from everycall.cli import doctor, evaluate, models, night, report, rubric, run, sql
from everycall.cli.app import app

__all__ = ["app", "doctor", "evaluate", "models", "night", "report", "rubric", "run", "sql"]
