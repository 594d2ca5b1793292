"""The command line as a whole: commands, exit codes and error messages."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from everycall import __version__
from everycall.cli.console import errors, out
from everycall.cli.language_choice import LANGUAGE, LanguageChoice

EXIT_CODES = """\
Exit codes: 0 done; 1 calls failed and --strict was given; 2 a setting, rubric or argument is wrong;
3 a model or weight is missing; 4 the store cannot be read or written; 130 interrupted.
"""

app = typer.Typer(
    name="everycall",
    help="Transcribe every recorded call, score it against your QA form, and see the words each score rests on.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def command(name: str, *, example: str, of: typer.Typer = app) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command whose help ends with an example and whose errors are reported in one line.

    `of` is the group that it belongs to; the default is the top level.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        epilog = f"Example: [bold]{example}[/bold]"
        of.command(name, epilog=epilog)(_with_choice(_one_line_errors(function)))
        return function

    return register


def group(name: str, *, help_text: str, example: str) -> typer.Typer:
    """Register a group of commands."""
    made = typer.Typer(name=name, help=help_text, no_args_is_help=True, rich_markup_mode="rich")
    app.add_typer(made, epilog=f"Example: [bold]{example}[/bold]")
    return made


def _one_line_errors(function: Callable[..., None]) -> Callable[..., None]:
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


def _with_choice(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command with a parameter `choice` the language of this invocation."""
    parameters = inspect.signature(function, eval_str=True).parameters
    if "choice" not in parameters:
        return function
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    own = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for name, each in parameters.items() if name != "choice"]

    @wraps(function)
    def with_choice(*, context: typer.Context, **options: Any) -> None:
        function(choice=LanguageChoice(context.obj), **options)

    # Typer reads both.
    with_choice.__signature__ = inspect.Signature([context, *own])  # type: ignore[attr-defined]
    with_choice.__annotations__ = {each.name: each.annotation for each in [context, *own]}
    return with_choice


def exit_code(error: Exception) -> int:
    """The documented exit code of an error."""
    from pipeline.errors import ModelError, StoreError

    if isinstance(error, ModelError):
        return 3
    return 4 if isinstance(error, StoreError) else 2


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    language: str | None = LANGUAGE,
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    """Transcribe every recorded call, score it against your QA form, and see the words each score rests on."""
    _leave_no_trace()
    context.obj = language
    if version:
        out.print(__version__)
        raise typer.Exit


def _leave_no_trace() -> None:
    """Switch off the telemetry of libraries."""
    for name, value in {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }.items():
        os.environ.setdefault(name, value)
