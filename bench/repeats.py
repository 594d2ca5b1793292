"""Agreement of linked repeats with those implied by labels, and of repeats that customers mention.

everycall run bench/corpus --store STORE
python -m bench.repeats STORE bench/corpus/*.jsonl

By the labels, a call repeats another if the same customer called about the same topic within the window before it, but
not so shortly before that it is a transfer. Topics and links are recomputed, to measure the current code.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pipeline.analytics.contacts.arrivals import DEFAULT_RULES
from pipeline.analytics.contacts.contacts import create_contacts
from pipeline.analytics.contacts.repeats import find_repeats
from pipeline.analytics.topics.phrases import GrammarPhrases
from pipeline.analytics.topics.taxonomy import load_taxonomy
from pipeline.analytics.topics.topic_tables import find_topic_tables
from pipeline.evaluate.agreement import kappa
from pipeline.evaluate.labelled import LabelledCall, read_labelled
from pipeline.store import Store, open_duckdb

FORMS = ("support.en", "support.zh")
DAY_S, MINUTE_S = 86_400.0, 60.0


def main() -> None:
    """Print, for each language, the F1 of linked repeats and the kappa of spoken ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", help="where `everycall run` put the calls")
    parser.add_argument("labelled", type=Path, nargs="+", help="the same calls with their labels")
    options = parser.parse_args()
    calls = [call for path in options.labelled for call in read_labelled(path)]
    linked, spoken = _found(options.store)
    for language in sorted({call.transcript.language for call in calls}):
        print(_line(language, [call for call in calls if call.transcript.language == language], linked, spoken))


def _found(store: str) -> tuple[set[str], set[str]]:
    """Return the calls linked to an earlier one, and those whose customer says that they called before."""
    with open_duckdb(Store(store)) as connection:
        create_contacts(connection, rubric_ids=FORMS)
        find_topic_tables(
            connection, since=None, taxonomy=load_taxonomy("", source="none"), finder=GrammarPhrases(), encoder=None
        )
        repeats = find_repeats(connection).to_pylist()
        said = connection.execute("select call_id from contacts where says_repeat").fetchall()
    return {row["call_id"] for row in repeats if row["method"] == "matched"}, {call_id for (call_id,) in said}


def _line(language: str, calls: Sequence[LabelledCall], linked: set[str], spoken: set[str]) -> str:
    ids = [call.transcript.call_id for call in calls]
    expected, found = repeats_by_labels(calls), linked & set(ids)
    right = len(expected & found)
    labels = [call.labels["repeat_contact"] for call in calls]
    agreement = kappa(labels, ["yes" if call_id in spoken else "no" for call_id in ids])
    return (
        f"{language}: {len(calls)} calls, {len(expected)} repeats by the labels, {len(found)} linked, {right} of them "
        f"right, F1 {2 * right / max(1, len(expected) + len(found)):.3f}; spoken: {labels.count('yes')} by the labels, "
        f"kappa {agreement.kappa:.2f} (unsure counts as no)"
    )


def repeats_by_labels(calls: Sequence[LabelledCall]) -> set[str]:
    """Return the calls that repeat an earlier one of the same customer and topic."""
    rules = DEFAULT_RULES
    return {
        later.transcript.call_id
        for later in calls
        for earlier in calls
        if later.transcript.metadata.customer_id == earlier.transcript.metadata.customer_id
        and later.labels["topic"] == earlier.labels["topic"]
        and rules.handoff_minutes * MINUTE_S <= _apart_s(earlier, later) <= rules.window_days * DAY_S
    }


def _apart_s(earlier: LabelledCall, later: LabelledCall) -> float:
    times = [datetime.fromisoformat(call.transcript.metadata.started_at) for call in (earlier, later)]
    return (times[1] - times[0]).total_seconds()


if __name__ == "__main__":
    main()
