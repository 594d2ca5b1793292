"""The command line as a whole: its commands, its exit codes and how an error is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from everycall import __version__
from everycall.cli.console import errors, out

EXIT_CODES = """\
Exit codes: 0 done; 1 calls failed and --strict was given; 2 a setting, rubric or argument is wrong;
3 a model or weight is missing; 4 the store cannot be read or written; 130 interrupted.
"""

app = typer.Typer(
    name="everycall",
    help="Hear every recorded call, score it against your QA form, and see the words each score rests on.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def command(name: str, *, example: str, of: typer.Typer = app) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command whose help ends with an example and whose errors are told in one line.

    `of` is the group that it belongs to; without one it stands by itself.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        epilog = f"Example: [bold]{example}[/bold]"
        of.command(name, epilog=epilog)(_told_in_one_line(function))
        return function

    return register


def group(name: str, *, help_text: str, example: str) -> typer.Typer:
    """Register a group of commands."""
    made = typer.Typer(name=name, help=help_text, no_args_is_help=True, rich_markup_mode="rich")
    app.add_typer(made, epilog=f"Example: [bold]{example}[/bold]")
    return made


def _told_in_one_line(function: Callable[..., None]) -> Callable[..., None]:
    @wraps(function)
    def wrapped(*args: Any, **options: Any) -> None:
        from pipeline.errors import EverycallError

        try:
            function(*args, **options)
        except EverycallError as error:
            errors.print(f"[bold red]error:[/] {error}", highlight=False, soft_wrap=True)
            raise typer.Exit(exit_code(error)) from error
        except KeyboardInterrupt as error:
            errors.print("interrupted; the same command continues where this one stopped")
            raise typer.Exit(130) from error

    return wrapped


def exit_code(error: Exception) -> int:
    """The documented exit code of an error."""
    from pipeline.errors import ModelError, StoreError

    if isinstance(error, ModelError):
        return 3
    return 4 if isinstance(error, StoreError) else 2


@app.callback(invoke_without_command=True)
def main(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    """Hear every recorded call, score it against your QA form, and see the words each score rests on."""
    _leave_no_trace()
    if version:
        out.print(__version__)
        raise typer.Exit


def _leave_no_trace() -> None:
    """No telemetry from any library, and no call to a hub unless a weight is asked from one."""
    for name, value in {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }.items():
        os.environ.setdefault(name, value)
