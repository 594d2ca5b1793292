"""`script`: each step is looked for, then the steps are put in order, and what is wrong with each is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.errors import RubricError
from pipeline.ports import TextEncoder
from pipeline.rubric.detector import Meaning, Phrase
from pipeline.rubric.place import Place
from pipeline.rubric.script import Script, Step
from pipeline.score.case import Case
from pipeline.score.detection import Detection, Moment
from pipeline.score.detectors.meaning import meaning
from pipeline.score.detectors.phrase import phrase
from pipeline.score.nearly import nearly
from pipeline.score.quote import cut
from pipeline.score.reasons import followed
from pipeline.score.step import StepFound
from pipeline.scorecard import Evidence
from pipeline.transcript import Language

SAID, FAILED = 0.95, 0.05
# A sentence may run over this many turns of its speaker, where the listener's "mm" cuts it.
TURNS_LONG = 3


@dataclass(frozen=True, slots=True)
class _Hit:
    """One place where a step is said: a turn, its first word, and the parts of the wording that it lacks."""

    turn: int
    word: int
    evidence: tuple[Evidence, ...]
    lacks: tuple[str, ...]

    @property
    def at(self) -> tuple[int, int]:
        return self.turn, self.word


_Search = Callable[[Case, Sequence[int]], list[_Hit]]


def script(spec: Script, *, encoder: TextEncoder | None, language: Language) -> Callable[[Case], Detection]:
    """The detector of one script. Raises RubricError for a pattern that cannot be read or a missing encoder."""
    searches = [_search(step, encoder=encoder, language=language) for step in spec.steps]

    def detect(case: Case) -> Detection:
        found = _found(spec, case, searches)
        judged = [step for step in found if spec.step in (None, step.id)]
        good = [step for step in judged if step.state == "said"]
        wanted = [step for step in spec.steps if spec.step in (None, step.id)]
        return Detection(
            probability=_within([step.state == "said" for step in judged], spec.at_least, spec.at_most),
            evidence=tuple(quote for step in good for quote in step.evidence),
            contrary=tuple(quote for step in judged if step.state != "said" for quote in step.evidence),
            searched=tuple(sorted({turn for step in wanted for turn in case.turns(step.where)})),
            reason=followed(case, judged),
            moments=tuple(Moment(quote.turn, SAID, (quote,)) for step in good for quote in step.evidence[:1]),
            steps=tuple(judged),
        )

    return detect


def _within(said: Sequence[bool], least: float, most: float) -> float:
    """The probability that the share of the steps that is said lies within bounds (Poisson binomial)."""
    distribution = [1.0]
    for each in said:
        p = SAID if each else FAILED
        pairs = zip([*distribution, 0.0], [0.0, *distribution], strict=True)
        distribution = [stay * (1 - p) + step * p for stay, step in pairs]
    low, high = least * len(said) - 1e-9, most * len(said) + 1e-9
    return min(1.0, sum(p for count, p in enumerate(distribution) if low <= count <= high))


def _found(spec: Script, case: Case, searches: Sequence[_Search]) -> list[StepFound]:
    """What became of each step: said where it belongs, else what is wrong with it."""
    hits, elsewhere = [], []
    for step, search in zip(spec.steps, searches, strict=True):
        inside = case.turns(step.where)
        outside = [turn for turn in case.turns(Place(by=step.where.by)) if turn not in inside]
        hits.append(search(case, inside))
        elsewhere.append(search(case, outside) if not hits[-1] and outside else [])
    chosen = _in_order([_whole(each) for each in hits]) if spec.in_order else [each[:1] for each in map(_whole, hits)]
    at = {step.id: each[0].at for step, each in zip(spec.steps, chosen, strict=True) if each}
    neighbours = [
        (spec.steps[:number], spec.steps[number + 1 :]) if spec.in_order else ((), ()) for number in range(len(hits))
    ]
    return [
        _judged(step, chosen=each, hits=all_hits, elsewhere=other, at=at, earlier=earlier, later=later)
        for step, each, all_hits, other, (earlier, later) in zip(
            spec.steps, chosen, hits, elsewhere, neighbours, strict=True
        )
    ]


def _judged(
    step: Step,
    *,
    chosen: Sequence[_Hit],
    hits: Sequence[_Hit],
    elsewhere: Sequence[_Hit],
    at: Mapping[str, tuple[int, int]],
    earlier: Sequence[Step],
    later: Sequence[Step],
) -> StepFound:
    title = step.title or step.id
    if not hits:
        if elsewhere:
            return StepFound(step.id, title, "misplaced", elsewhere[0].evidence)
        return StepFound(step.id, title, "missing")
    best = chosen[0] if chosen else min(hits, key=lambda hit: (len(hit.lacks), hit.at))
    if best.lacks:
        return StepFound(step.id, title, "incomplete", best.evidence, best.lacks)
    wrong = [name for name in step.after if name not in at or at[name] >= best.at]
    wrong += [name for name in step.before if name in at and at[name] <= best.at]
    if not chosen:
        wrong += [other.id for other in earlier if other.id in at and at[other.id] >= best.at]
        wrong += [other.id for other in later if other.id in at and at[other.id] <= best.at]
    if wrong or not chosen:
        return StepFound(step.id, title, "out_of_order", best.evidence, overtaken=tuple(dict.fromkeys(wrong)))
    return StepFound(step.id, title, "said", best.evidence)


def _whole(hits: Sequence[_Hit]) -> list[_Hit]:
    """Those that lack nothing; where all do, the first of those that lack least."""
    least = min((len(hit.lacks) for hit in hits), default=0)
    return sorted((hit for hit in hits if len(hit.lacks) == least), key=lambda hit: hit.at)


def _in_order(steps: Sequence[Sequence[_Hit]]) -> list[list[_Hit]]:
    """One hit a step so that as many steps as can be come one after another; no hit for a step that does not fit."""
    # Each way: the hits chosen so far. For every number of steps, the way that ends earliest is kept.
    ways: dict[int, list[tuple[int, _Hit]]] = {0: []}
    for number, hits in enumerate(steps):
        longer = dict(ways)
        for count, way in ways.items():
            last = way[-1][1].at if way else (-1, -1)
            following = next((hit for hit in hits if hit.at > last), None)
            rival = longer.get(count + 1)
            if following and (rival is None or following.at < rival[-1][1].at):
                longer[count + 1] = [*way, (number, following)]
        ways = longer
    best = dict(ways[max(ways)])
    return [[best[number]] if number in best else [] for number in range(len(steps))]


def _search(step: Step, *, encoder: TextEncoder | None, language: Language) -> _Search:
    if step.match == "near":
        return _near(step)
    if step.match == "meaning":
        detect = meaning(
            Meaning(kind="meaning", examples=step.says, where=Place(by=step.where.by), middle=step.cosine),
            encoder=encoder,
        )
    else:
        where = Place(by=step.where.by)
        words = Phrase(kind="phrase", match=step.match, phrases=step.says, where=where, quoted="count")
        detect = phrase(words, language=language)
    return lambda case, turns: _moments(step, case, turns, detect(case))


def _moments(step: Step, case: Case, turns: Sequence[int], found: Detection) -> list[_Hit]:
    """The moments of another detector as hits, in these turns."""
    evident = [moment for moment in found.moments if moment.turn in turns and moment.probability >= 0.5]
    hits = []
    for moment in evident:
        text = case.transcript.turns[moment.turn].text
        starts = case.wordings[moment.turn].starts
        word = int(np.searchsorted(starts, text.find(moment.evidence[0].quote))) if starts else 0
        hits.append(_Hit(moment.turn, word, moment.evidence, _lacking(step, case, moment.turn)))
    return hits


def _near(step: Step) -> _Search:
    from pipeline.score.wording import wording

    for says in (*step.says, *step.must_say):
        if not wording(says).words:
            raise RubricError(f"the wording {says!r} holds no words", remedy="Give it at least one word.")

    def search(case: Case, turns: Sequence[int]) -> list[_Hit]:
        hits = []
        for turn in turns:
            stretch = _stretch(case, step.where.by, turn)
            words = [case.wordings[index].words[word] for index, word in stretch]
            spans = [nearly(says, words, similarity=step.similarity) for says in step.says]
            best = max((span for span in spans if span), key=lambda span: span.alike, default=None)
            if best and stretch[best.start][0] == turn:
                evidence = _quotes(case, stretch[best.start : best.end])
                hits.append(_Hit(turn, stretch[best.start][1], evidence, _lacking(step, case, turn)))
        return hits

    return search


def _stretch(case: Case, by: str, turn: int) -> list[tuple[int, int]]:
    """The words from a turn on, over a few turns of that speaker: (turn, word)."""
    mine = [each.index for each in case.transcript.turns[turn:] if by in (each.role, "anyone")][:TURNS_LONG]
    return [(index, word) for index in mine for word in range(len(case.wordings[index].words))]


def _lacking(step: Step, case: Case, turn: int) -> tuple[str, ...]:
    words = [case.wordings[index].words[word] for index, word in _stretch(case, step.where.by, turn)]
    return tuple(part for part in step.must_say if nearly(part, words, similarity=step.similarity) is None)


def _quotes(case: Case, stretch: Sequence[tuple[int, int]]) -> tuple[Evidence, ...]:
    """The words as quotes, one for each turn that they run over."""
    turns = dict.fromkeys(turn for turn, _ in stretch)
    quotes = []
    for turn in turns:
        own = [word for index, word in stretch if index == turn]
        words = case.wordings[turn]
        quotes.append(cut(case.transcript, turn=turn, start=words.starts[own[0]], end=words.ends[own[-1]]))
    return tuple(quotes)
