"""Cross-validate heads on the labelled calls, fitted on the training calls plus the other labelled calls.

python -m bench.cross_validated --seeds 3

Each call of `bench/corpus` is predicted by heads fitted on `models/training` and on corpus calls of other agents and
customers. This only measures: the shipped heads are never fitted on the corpus.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from models.call_label_forms import FORMS
from models.fitting.fit import fit, kappas
from models.fitting.held_out import HeldOut
from models.profile import PROFILES
from models.registry import build_enrichment_models
from pipeline.evaluate.labelled import LabelledCall, read_labelled
from pipeline.ports import TextEncoder

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "zh")


def main() -> None:
    """Print kappa by call label and language for each seed of the folds. A seed takes some minutes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = parser.parse_args().seeds
    labelled, training = (_read(ROOT / folder) for folder in ("bench/corpus", "models/training"))
    encoder = build_enrichment_models(PROFILES["embedded"]).encoder
    for seed in range(seeds):
        for call_label, by_language in cross_validated(labelled, training, encoder=encoder, seed=seed).items():
            cells = ", ".join(f"{language} {_cell(by_language.get(language))}" for language in LANGUAGES)
            print(f"seed {seed}  {call_label:20} {cells}", flush=True)


def cross_validated(
    labelled: Sequence[LabelledCall], training: Sequence[LabelledCall], *, encoder: TextEncoder, seed: int
) -> Mapping[str, Mapping[str, float | None]]:
    """Kappa by call label and language over the labelled calls, each held out with its agent and its customer."""
    predicted: list[HeldOut] = []

    def keep(held_out: Sequence[HeldOut], misheard: Sequence[HeldOut]) -> Mapping[str, object]:
        predicted.extend(held_out)
        return {}

    # One thread: the matrix products are small, so more threads only wait for each other.
    with threadpool_limits(limits=1):
        fit([*labelled, *training], encoder=encoder, seed=seed, reliability=keep)
    return kappas(_only(predicted, {call.transcript.call_id for call in labelled}), FORMS)


def _only(held_out: Sequence[HeldOut], call_ids: Collection[str]) -> list[HeldOut]:
    return [prediction for prediction in held_out if prediction.call.transcript.call_id in call_ids]


def _read(folder: Path) -> list[LabelledCall]:
    return [call for path in sorted(folder.glob("*.jsonl")) for call in read_labelled(path)]


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    main()
