"""Measure the reliability of answers on held-out calls, which decides when an answer becomes unsure.

The standard form scores each labelled call twice, as it is and with simulated recognition errors, by heads that saw no
call of its agent or customer. The result holds for calls like these, and for the standard form.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from models.call_label_forms import FORMS
from models.fitting.held_out import HeldOut, HeldOutHeads
from models.turn_words import tokens
from pipeline.enriched import Conduct, EnrichedCall, TurnSentiment
from pipeline.errors import RubricError
from pipeline.evaluate.labelled import LabelledCall
from pipeline.rubric.load import load_rubric
from pipeline.rubric.rubric import Rubric
from pipeline.score import ScoringModels
from pipeline.score.by_labels import total_by_labels
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.reliability import ANY_QUESTION, COVERAGE, Reliability
from pipeline.score.interval import totals
from pipeline.score.question_result import QuestionResult, certainty
from pipeline.score.score import scorer
from pipeline.scorecard import FAILED

STANDARD_FORM = "support"
RISKS = (0.02, 0.05, 0.10, 0.15, 0.20, 0.30)
# Use the bound that three in four such samples of calls would keep.
CONFIDENCE = 0.75
# Questions with fewer labelled answers use the figures pooled over all questions.
MIN_ANSWERS = 100
# Each call occurs twice, and the two versions carry little more information than one.
VERSIONS = 2
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """A labelled call with its question results, and the share of its words with recognition errors."""

    call: LabelledCall
    form: Rubric
    question_results: Mapping[str, QuestionResult]
    misheard: float


def measured_reliability(held_out: Sequence[HeldOut], misheard: Sequence[HeldOut]) -> dict[str, Any]:
    """The `Reliability` card from calls and, in the same order, their misheard copies.

    Returns the default card for heads that lack what the standard form needs.
    """
    try:
        return _measured(held_out, misheard).to_card()
    except RubricError:
        return Reliability().to_card()


def _measured(held_out: Sequence[HeldOut], misheard: Sequence[HeldOut]) -> Reliability:
    shares = [misheard_words(call.call, copy.call) for call, copy in zip(held_out, misheard, strict=True)]
    plain = _score(held_out, [0.0] * len(held_out), Reliability())
    slope = _misheard_slope(_score(misheard, shares, Reliability()))
    scored = [*plain, *_score(misheard, shares, Reliability(misheard=slope))]
    return Reliability(sure_from=_sure_from(scored), level=_level(scored), misheard=round(slope, 3))


def misheard_words(call: LabelledCall, copy: LabelledCall) -> float:
    """Share of a call's words that are lost or wrong in its copy, turn by turn."""
    whole = kept = 0
    for turn, copied in zip(call.transcript.turns, copy.transcript.turns, strict=True):
        said = tokens(turn.text)
        whole += len(said)
        matches = SequenceMatcher(a=said, b=tokens(copied.text), autojunk=False).get_matching_blocks()
        kept += sum(match.size for match in matches)
    return 1 - kept / whole if whole else 0.0


def _score(held_out: Sequence[HeldOut], misheard: Sequence[float], reliability: Reliability) -> list[ScoredCall]:
    """Score every call by the standard form of its language, with confidence 1 - `misheard`."""
    family = load_rubric(STANDARD_FORM)
    call_labels = {name: form.options for name, form in FORMS.items()}
    scoring_models = ScoringModels(HeldOutHeads(held_out, call_labels=call_labels), reliability=reliability)
    languages = sorted({each.call.transcript.language for each in held_out})
    scorers = {language: scorer(family, scoring_models=scoring_models, language=language) for language in languages}
    found = []
    for each, share in zip(held_out, misheard, strict=True):
        form_scorer = scorers[each.call.transcript.language]
        question_results = form_scorer.question_results(
            CallContext(call=_enriched(each, share), scoring_models=scoring_models)
        )
        found.append(
            ScoredCall(
                each.call,
                form_scorer.rubric,
                {question_result.answer.question_id: question_result for question_result in question_results},
                share,
            )
        )
    return found


def _enriched(held_out: HeldOut, misheard: float) -> EnrichedCall:
    """The call as detectors need it, with the confidence it would be recognised with."""
    transcript = held_out.call.transcript
    turns = tuple(replace(turn, confidence=1 - misheard) for turn in transcript.turns)
    return EnrichedCall(
        transcript=replace(transcript, turns=turns),
        sentiments=(TurnSentiment(0.0, 1.0, 0.0),) * len(turns),
        sentiment_by_third=("neutral", "neutral", "neutral"),
        conduct=Conduct(),
        vectors=held_out.vectors,
    )


def _answered(scored: Iterable[ScoredCall]) -> Iterator[tuple[ScoredCall, QuestionResult, bool]]:
    """Every result on a labelled question, and whether its most probable answer is the label."""
    for each in scored:
        for name, question_result in each.question_results.items():
            if name in each.call.labels and question_result.answer.value != FAILED:
                yield each, question_result, question_result.answer.best == each.call.labels[name]


def _misheard_slope(copies: Sequence[ScoredCall]) -> float:
    """By which factor misheard words lower the probability of answers without evidence, from 0 to 1.

    Lowering each probability by slope x misheard share makes their sum the number of right answers.
    """
    stated = lost = right = 0.0
    for each, question_result, is_right in _answered(copies):
        if not question_result.answer.evidence:
            stated += question_result.answer.probability
            lost += question_result.answer.probability * each.misheard
            right += is_right
    return min(1.0, max(0.0, (stated - right) / lost)) if lost else 0.0


def _sure_from(scored: Sequence[ScoredCall]) -> dict[str, dict[float, float]]:
    """For each question with enough labelled answers, and pooled, the certainty that keeps each risk."""
    answers: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for _, question_result, is_right in _answered(scored):
        for name in (question_result.answer.question_id, ANY_QUESTION):
            answers[name].append((certainty(question_result), is_right))
    enough = {name: own for name, own in answers.items() if len(own) >= MIN_ANSWERS}
    return {name: {risk: sure_from(own, risk=risk) for risk in RISKS} for name, own in enough.items()}


def sure_from(answers: Sequence[tuple[float, bool]], *, risk: float, versions: int = VERSIONS) -> float:
    """The least certainty from which at most a share `risk` of answers is wrong; 1 if there is none.

    `answers` are (certainty, right) pairs of calls that occur in `versions`. The share is bounded after Clopper and
    Pearson (1934), as in Geifman and El-Yaniv (2017), Selective classification for deep neural networks, NeurIPS.
    """
    from scipy.stats import beta

    ranked = sorted(answers, key=lambda answer: -answer[0])
    sure = np.asarray([each for each, _ in ranked])
    n = np.arange(1, len(ranked) + 1) / versions
    wrong = np.cumsum([not right for _, right in ranked]) / versions
    bound = beta.ppf(CONFIDENCE, wrong + 1, np.maximum(n - wrong, ROUNDING))
    last_of_equals = np.append(sure[:-1] > sure[1:], True)
    kept = np.flatnonzero((bound <= risk) & last_of_equals)
    return math.floor(sure[kept[-1]] * 1000) / 1000 if len(kept) else 1.0


def _level(scored: Sequence[ScoredCall]) -> float:
    """The share of the draws whose quantiles contain the labelled total `COVERAGE` of the time."""
    found = [depth for each in scored if (depth := _depth(each)) is not None]
    return level(found) if found else COVERAGE


def level(depths: Sequence[float], *, versions: int = VERSIONS) -> float:
    """The depth that `COVERAGE` of future calls stay within, as far as these can tell; at most 1.

    A tolerance bound: the sample quantile that covers less than `COVERAGE` of all calls only with probability 1 -
    `CONFIDENCE`. Wilks (1941), Annals of Mathematical Statistics 12, 91-96.
    """
    from scipy.stats import binom

    n = max(1, len(depths) // versions)
    share = (float(binom.ppf(CONFIDENCE, n, COVERAGE)) + 1) / n
    return round(float(np.quantile(depths, min(1.0, share), method="higher")), 3)


def _depth(scored: ScoredCall) -> float | None:
    """The least central share of the draws whose quantiles contain the labelled total."""
    answers = [question_result.answer for question_result in scored.question_results.values()]
    if any(answer.question_id not in scored.call.labels for answer in answers):
        return None
    total = total_by_labels(scored.form, answers, scored.call.labels)
    draws = totals(scored.form, tuple(scored.question_results.values()))
    if total is None or not len(draws):
        return None
    below, above = np.mean(draws <= total + ROUNDING), np.mean(draws >= total - ROUNDING)
    return max(0.0, float(1 - 2 * min(below, above)))
