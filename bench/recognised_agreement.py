"""What recognition costs judgement: agreement on recognised speech beside agreement on the true words.

Hear the calls first, with call ids that match the labels:

    everycall run CALLS --metadata calls.csv --store STORE
    python -m bench.recognised_agreement --store STORE labelled.jsonl --json OUT
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from everycall.evaluation import evaluate_files
from models.profile import PROFILES
from pipeline.agreement import Agreement, evaluate
from pipeline.labelled import LabelledCall, read_labelled
from pipeline.store import Store, open_duckdb
from pipeline.stored import stored_scorecards


def main() -> None:
    """Print both kappas a label, their difference, and the macro figures."""
    options = _options()
    labelled = [call for path in options.labelled for call in read_labelled(path)]
    heard = stored_agreement(Store(options.store), labelled, rubric=options.rubric)
    true = evaluate_files(options.labelled, rubric=options.rubric, profile=PROFILES["embedded"])
    print(f"{'label':20}{'n':>4}{'true text':>11}{'recognised':>12}{'difference':>12}")
    for name, label in heard.labels.items():
        written = true.labels[name].kappa
        print(f"{name:20}{label.n:4}{written:11.2f}{label.kappa:12.2f}{label.kappa - written:12.2f}")
    fall = heard.macro_kappa - true.macro_kappa
    print(f"{'macro':20}{heard.calls:4}{true.macro_kappa:11.3f}{heard.macro_kappa:12.3f}{fall:12.3f}")
    if options.json:
        figures = {"true": json.loads(true.to_json()), "recognised": json.loads(heard.to_json())}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def stored_agreement(store: Store, labelled: Sequence[LabelledCall], *, rubric: str) -> Agreement:
    """Agreement of the stored scorecards with the labels. Turns differ between the two, so evidence is not compared."""
    languages = {call.transcript.language for call in labelled}
    names = [rubric, *(f"{rubric}.{language}" for language in sorted(languages))]
    with open_duckdb(store) as connection:
        call_ids = [call.transcript.call_id for call in labelled]
        cards = stored_scorecards(connection, call_ids, rubric_ids=names)
    there = [replace(call, evidence={}) for call in labelled if call.transcript.call_id in cards]
    return evaluate(there, [card for each in cards.values() for card in each])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+", type=Path)
    parser.add_argument("--store", required=True)
    parser.add_argument("--rubric", default="support")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
