"""Measures on held-out calls how far the judges can be relied on, and so where answers become unsure.

Each labelled call is judged by the standard form twice, as it is and as a recogniser might have heard it, by heads that
saw no call of its agent or customer. Whatever was measured holds for calls like these, and for the standard form.
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
# A measured share is taken at the bound that three in four such samples of calls would keep.
CONFIDENCE = 0.75
# A question with fewer labelled answers takes part in what is said of any question, and takes that over.
MIN_ANSWERS = 100
# Each call is there twice, as it is and misheard: the two say little more than one.
VERSIONS = 2
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled call with the rulings of its form, and the share of its words that was misheard."""

    call: LabelledCall
    form: Rubric
    question_results: Mapping[str, QuestionResult]
    misheard: float


def measured_reliability(held_out: Sequence[HeldOut], misheard: Sequence[HeldOut]) -> dict[str, Any]:
    """The card of `Reliability` from calls and, in the same order, their misheard copies.

    Heads that lack what the standard form asks for are not measured: the card is that of the default.
    """
    try:
        return _measured(held_out, misheard).to_card()
    except RubricError:
        return Reliability().to_card()


def _measured(held_out: Sequence[HeldOut], misheard: Sequence[HeldOut]) -> Reliability:
    shares = [misheard_words(call.call, copy.call) for call, copy in zip(held_out, misheard, strict=True)]
    plain = _judged(held_out, [0.0] * len(held_out), Reliability())
    doubt = _misheard_slope(_judged(misheard, shares, Reliability()))
    judged = [*plain, *_judged(misheard, shares, Reliability(misheard=doubt))]
    return Reliability(sure_from=_sure_from(judged), level=_level(judged), misheard=round(doubt, 3))


def misheard_words(call: LabelledCall, copy: LabelledCall) -> float:
    """The share of a call's words that are lost or wrong in its copy, turn by turn."""
    whole = kept = 0
    for turn, heard in zip(call.transcript.turns, copy.transcript.turns, strict=True):
        said = tokens(turn.text)
        whole += len(said)
        matches = SequenceMatcher(a=said, b=tokens(heard.text), autojunk=False).get_matching_blocks()
        kept += sum(match.size for match in matches)
    return 1 - kept / whole if whole else 0.0


def _judged(held_out: Sequence[HeldOut], misheard: Sequence[float], reliability: Reliability) -> list[Judged]:
    """Every call by the standard form of its language. Misheard words count as doubted by as much."""
    family = load_rubric(STANDARD_FORM)
    call_labels = {name: form.options for name, form in FORMS.items()}
    scoring_models = ScoringModels(HeldOutHeads(held_out, call_labels=call_labels), reliability=reliability)
    languages = sorted({each.call.transcript.language for each in held_out})
    scorers = {language: scorer(family, scoring_models=scoring_models, language=language) for language in languages}
    found = []
    for each, share in zip(held_out, misheard, strict=True):
        judge = scorers[each.call.transcript.language]
        question_results = judge.question_results(
            CallContext(call=_enriched(each, share), scoring_models=scoring_models)
        )
        found.append(
            Judged(
                each.call,
                judge.rubric,
                {question_result.answer.question_id: question_result for question_result in question_results},
                share,
            )
        )
    return found


def _enriched(held_out: HeldOut, misheard: float) -> EnrichedCall:
    """The call as detectors need it, recognised with as much confidence as it deserves."""
    transcript = held_out.call.transcript
    turns = tuple(replace(turn, confidence=1 - misheard) for turn in transcript.turns)
    return EnrichedCall(
        transcript=replace(transcript, turns=turns),
        sentiments=(TurnSentiment(0.0, 1.0, 0.0),) * len(turns),
        sentiment_by_third=("neutral", "neutral", "neutral"),
        conduct=Conduct(),
        vectors=held_out.vectors,
    )


def _answered(judged: Iterable[Judged]) -> Iterator[tuple[Judged, QuestionResult, bool]]:
    """Every ruling on a labelled question, and whether its most probable answer is the label."""
    for each in judged:
        for name, question_result in each.question_results.items():
            if name in each.call.labels and question_result.answer.value != FAILED:
                yield each, question_result, question_result.answer.best == each.call.labels[name]


def _misheard_slope(copies: Sequence[Judged]) -> float:
    """By what part of themselves, for each share of words misheard, answers that found nothing are too probable.

    From 0 to 1: the sum of the probabilities, each lowered by slope x share, is to be the number that are right.
    """
    stated = lost = right = 0.0
    for each, question_result, is_right in _answered(copies):
        if not question_result.answer.evidence:
            stated += question_result.answer.probability
            lost += question_result.answer.probability * each.misheard
            right += is_right
    return min(1.0, max(0.0, (stated - right) / lost)) if lost else 0.0


def _sure_from(judged: Sequence[Judged]) -> dict[str, dict[float, float]]:
    """For each question with enough labelled answers, and for any, where each risk is kept."""
    answers: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for _, question_result, is_right in _answered(judged):
        for name in (question_result.answer.question_id, ANY_QUESTION):
            answers[name].append((certainty(question_result), is_right))
    enough = {name: own for name, own in answers.items() if len(own) >= MIN_ANSWERS}
    return {name: {risk: sure_from(own, risk=risk) for risk in RISKS} for name, own in enough.items()}


def sure_from(answers: Sequence[tuple[float, bool]], *, risk: float, versions: int = VERSIONS) -> float:
    """The least certainty from which at most a share `risk` of the answers is wrong; 1 where there is none.

    `answers` are certainties and whether they were right, of calls that are there in `versions`. The share is taken at
    its upper bound of Clopper and Pearson (1934), as Geifman and El-Yaniv (2017), Selective classification for deep
    neural networks, NeurIPS, do.
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


def _level(judged: Sequence[Judged]) -> float:
    """Between which quantiles of the draws the labelled total lies `COVERAGE` of the time."""
    found = [depth for each in judged if (depth := _depth(each)) is not None]
    return level(found) if found else COVERAGE


def level(depths: Sequence[float], *, versions: int = VERSIONS) -> float:
    """The depth that `COVERAGE` of calls to come keep within, as far as these can say; at most 1.

    A tolerance bound: so many of a sample's depths as would leave less than `COVERAGE` of all calls within only with
    probability 1 - `CONFIDENCE`. Wilks (1941), Annals of Mathematical Statistics 12, 91-96.
    """
    from scipy.stats import binom

    n = max(1, len(depths) // versions)
    share = (float(binom.ppf(CONFIDENCE, n, COVERAGE)) + 1) / n
    return round(float(np.quantile(depths, min(1.0, share), method="higher")), 3)


def _depth(judged: Judged) -> float | None:
    """The least share of the draws, taken from the middle, whose quantiles hold the total that the labels come to."""
    answers = [question_result.answer for question_result in judged.question_results.values()]
    if any(answer.question_id not in judged.call.labels for answer in answers):
        return None
    total = total_by_labels(judged.form, answers, judged.call.labels)
    drawn = totals(judged.form, tuple(judged.question_results.values()))
    if total is None or not len(drawn):
        return None
    below, above = np.mean(drawn <= total + ROUNDING), np.mean(drawn >= total - ROUNDING)
    return max(0.0, float(1 - 2 * min(below, above)))
