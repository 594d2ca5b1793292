"""`everycall report` and `everycall show`: the findings as a page, and call by call."""

from __future__ import annotations

from pathlib import Path

import typer

from everycall.cli.app import command
from everycall.cli.console import errors, out
from everycall.cli.language_choice import LANGUAGE, LanguageChoice
from everycall.cli.options import STORE, split

OUT = typer.Option(Path("report.html"), "--out", help="The page to write.")
SHOWN_FORMS = typer.Option([], "--rubric", help="Only scores by this form, e.g. support; again for more. Else all.")
CALL_ID = typer.Argument(..., help="A call's id, as in the table `calls`.")


@command("report", example="everycall report --store store --out report.html")
def report(
    store: str = STORE,
    out_file: Path = OUT,
    rubric: list[str] = SHOWN_FORMS,
    language: str | None = LANGUAGE,
    *,
    choice: LanguageChoice,
) -> None:
    """Write one self-contained page: scores, failed questions, agents, topics and the calls worth hearing."""
    from everycall.report import write_report
    from pipeline.store import Store

    of_page = (LanguageChoice(language) if language else choice).words
    with errors.status("drawing the report"):
        write_report(Store(store), out_file, forms=split(rubric), translator=of_page)
    out.print(choice.words.gettext("wrote {file}", file=out_file), highlight=False)


@command("show", example="everycall show enA-019 --store store")
def show(call_id: str = CALL_ID, store: str = STORE, *, choice: LanguageChoice) -> None:
    """Print one call: transcript with roles and times, answers with their evidence."""
    from everycall.show import render_call
    from pipeline.store import Store

    out.print(render_call(Store(store), call_id, translator=choice.chosen))
