"""The `everycall` command. Each command is a thin function that calls one library function."""

from everycall.cli import (
    check_asr,
    doctor,
    evaluate,
    evaluate_topics,
    measure,
    models,
    night,
    promises,
    report,
    rubric,
    run,
    sql,
    surveys,
    topics,
)
from everycall.cli.app import app

__all__ = [
    "app",
    "check_asr",
    "doctor",
    "evaluate",
    "evaluate_topics",
    "measure",
    "models",
    "night",
    "promises",
    "report",
    "rubric",
    "run",
    "sql",
    "surveys",
    "topics",
]
