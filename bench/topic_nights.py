"""Topics night by night compared with topics at once, and across two languages.

python -m bench.topic_nights FILE.jsonl [--nights 30] [--json OUT]

FILE has utterances labelled with a topic, as for `everycall evaluate-topics`. They are assigned to nights at random
with a fixed seed. Each night finds topics among all utterances so far, given the topics of earlier nights.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from models.profile import load_profile
from models.registry import build_enrichment_models
from pipeline.analytics.topics.issue_words import ReadIssueWords
from pipeline.analytics.topics.issues import Issues
from pipeline.analytics.topics.phrases import GrammarPhrases
from pipeline.analytics.topics.registry import Registry
from pipeline.analytics.topics.topics import Discovery, discover, topics_of
from pipeline.evaluate.topic_evaluation import accuracy, issues_and_words, read_utterances
from pipeline.topic import OTHER

SEED = 1
LAST_NIGHTS = 10


@dataclass(frozen=True, slots=True)
class Nights:
    """The results.

    `agreement` is the adjusted Rand index between the topics after the last night and those found at once. `kept` is
    the share of utterances whose topic has the same id a night later, over the last ten nights; `heir` is the same if a
    merged topic counts as the one it was merged into. `both_languages` is the share of utterances whose topic contains
    both languages, if the file has both.
    """

    utterances: int
    nights: int
    agreement: float
    accuracy_at_once: float
    accuracy_by_night: float
    kept: float
    heir: float
    topics: int
    topics_ever: int
    both_languages: float | None


def main() -> None:
    """Find topics night by night and at once, and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    utterances = read_utterances(options.file)
    issues, words = issues_and_words(utterances, encoder=build_enrichment_models(load_profile("embedded")).encoder)
    found = run(issues, words, [each.reference_label for each in utterances], nights=options.nights)
    for name, value in asdict(found).items():
        print(f"{name:18} {value if not isinstance(value, float) else round(value, 3)}")
    if options.json:
        options.json.write_text(json.dumps(asdict(found), indent=2) + "\n", "utf-8")


def run(issues: Issues, words: ReadIssueWords, reference: Sequence[str], *, nights: int) -> Nights:
    """Compare on issues in the order of their labels."""
    from sklearn.metrics import adjusted_rand_score

    draw = np.random.default_rng(SEED).permutation(len(issues))
    night_of = np.empty(len(issues), np.int64)
    night_of[draw] = np.arange(len(issues)) * nights // len(issues)
    dated = replace(issues, dates=np.datetime64("2026-03-01") + night_of)
    at_once = _topics(_night(dated, words, known=None, before={}), dated)
    known, history = None, [dict[str, str]()]
    for night in range(nights):
        so_far = dated.take(np.flatnonzero(night_of <= night))
        discovery = _night(so_far, words, known=known, before=history[-1])
        known = discovery.registry
        history.append(_topics(discovery, so_far))
    assert known is not None
    last = [history[-1][call_id] for call_id in dated.call_ids]
    once = [at_once[call_id] for call_id in dated.call_ids]
    return Nights(
        utterances=len(issues),
        nights=nights,
        agreement=float(adjusted_rand_score(once, last)),
        accuracy_at_once=accuracy(reference, once),
        accuracy_by_night=accuracy(reference, last),
        kept=_kept(history, None),
        heir=_kept(history, known),
        topics=len(set(last) - {OTHER}),
        topics_ever=len(known.topics),
        both_languages=_both(dated, last),
    )


def _night(issues: Issues, words: ReadIssueWords, *, known: Registry | None, before: Mapping[str, str]) -> Discovery:
    names = [before.get(call_id, "") for call_id in issues.call_ids]
    return discover(issues, words=words, finder=GrammarPhrases(), known=known, before=names)


def _topics(discovery: Discovery, issues: Issues) -> dict[str, str]:
    return dict(zip(issues.call_ids.tolist(), topics_of(discovery, issues)[0].tolist(), strict=True))


def _kept(history: Sequence[Mapping[str, str]], known: Registry | None) -> float:
    kept = [
        (known.heir(topic) if known else topic) == (known.heir(later[call_id]) if known else later[call_id])
        for earlier, later in list(pairwise(history))[-LAST_NIGHTS:]
        for call_id, topic in earlier.items()
        if topic != OTHER
    ]
    return float(np.mean(kept))


def _both(issues: Issues, topics: Sequence[str]) -> float | None:
    languages: dict[str, set[str]] = {}
    for topic, language in zip(topics, issues.languages, strict=True):
        languages.setdefault(topic, set()).add(language)
    if len(set(issues.languages.tolist())) < 2:
        return None
    return float(np.mean([topic != OTHER and len(languages[topic]) > 1 for topic in topics]))


if __name__ == "__main__":
    main()
