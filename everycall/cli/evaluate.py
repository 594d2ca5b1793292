"""`everycall evaluate` and `everycall fit`: agreement of the scores with people, and heads fitted on own calls."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

from everycall.cli.app import command
from everycall.cli.console import errors, out
from everycall.cli.language_choice import LanguageChoice
from everycall.cli.options import PROFILE, RUBRIC
from pipeline.evaluate.agreement import Agreement, LabelAgreement
from pipeline.language import ENGLISH, Translator

CALLS = typer.Argument(..., exists=True, dir_okay=False, help="Labelled calls, one JSON object a line.")
AS_JSON = typer.Option(None, "--json", help="Also write the figures to this file.")
OUT = typer.Option(..., "--out", help="Where to write the heads; a card of the same name is written beside them.")
SEED = typer.Option(0, "--seed", help="Decides the folds of the cross-validation.")


@command("evaluate", example="everycall evaluate examples/labelled.jsonl --rubric support --json agreement.json")
def evaluate(
    calls: list[Path] = CALLS,
    rubric: str = RUBRIC,
    json: Path | None = AS_JSON,
    profile: str = PROFILE,
    *,
    choice: LanguageChoice,
) -> None:
    """Score labelled transcripts and print the agreement with people for every label."""
    from everycall.evaluation import evaluate_files
    from models.profile import load_profile

    with errors.status("scoring the labelled calls"):
        agreement = evaluate_files(calls, rubric=rubric, profile=load_profile(profile))
    words = choice.words
    out.print(agreement_table(agreement, words))
    macro = words.gettext("macro kappa {kappa:.3f} over {n} calls", kappa=agreement.macro_kappa, n=agreement.calls)
    out.print(macro, highlight=False)
    if json is not None:
        json.write_text(agreement.to_json() + "\n", "utf-8")


@command("fit", example="everycall fit our_calls.jsonl models/training/*.jsonl --out our_heads.npz")
def fit(
    calls: list[Path] = CALLS, out_file: Path = OUT, seed: int = SEED, profile: str = PROFILE, *, choice: LanguageChoice
) -> None:
    """Fit the heads on labelled calls; name the result as `heads` in a profile to use them."""
    from models.fitting.fit_files import fit_files
    from models.profile import load_profile

    with errors.status("fitting and cross-validating"):
        heads = fit_files(calls, out=out_file, seed=seed, profile=load_profile(profile))
    words = choice.words
    headings = (words.gettext("verdict"), words.gettext("kappa, cross-validated by agent and customer"))
    table = Table(*headings, box=None)
    for name, figures in heads.card["verdicts_kappa"].items():
        table.add_row(name, "  ".join(f"{language} {value:.2f}" for language, value in figures.items()))
    out.print(table)
    counts = {"calls": heads.card["calls"], "turns": heads.card["turns"]}
    out.print(words.gettext("wrote {file} ({calls} calls, {turns} turns)", file=out_file, **counts), highlight=False)


def agreement_table(agreement: Agreement, words: Translator = ENGLISH) -> Table:
    """One row per label."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    columns = (
        words.gettext("label"),
        "n",
        words.gettext("agree"),
        "kappa",
        words.gettext("95 % interval"),
        words.gettext("evidence"),
        words.pgettext("share", "unsure"),
        words.gettext("if sure"),
    )
    for column in columns:
        table.add_column(column, no_wrap=True)
    for name, label in agreement.labels.items():
        table.add_row(name, *_cells(label, words))
    return table


def _cells(label: LabelAgreement, words: Translator) -> tuple[str, ...]:
    low, high = _figure(label.kappa_low), _figure(label.kappa_high)
    interval = words.gettext("{low} to {high}", low=low, high=high)
    shares = (_percent(label.evidence_hit), _percent(label.unsure), _percent(label.agreement_sure))
    return str(label.n), _percent(label.agreement), _figure(label.kappa), interval, *shares


def _figure(value: float) -> str:
    return "-" if value != value else f"{value:.2f}"


def _percent(value: float) -> str:
    return "-" if value != value else f"{value:.0%}"
