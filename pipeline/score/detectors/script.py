"""`script`: each step is looked for, then the steps are put in order, and what is wrong with each is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import RubricError
from pipeline.ports import TextEncoder
from pipeline.rubric.detector import Meaning, Phrase
from pipeline.rubric.place import Place
from pipeline.rubric.script import Script, Step
from pipeline.score.context.agent_span import AgentSpan, agent_span
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.detection import Detection, Moment
from pipeline.score.context.reasons import followed
from pipeline.score.context.step import StepFound
from pipeline.score.detectors.meaning import meaning
from pipeline.score.detectors.phrase import standing
from pipeline.score.words.fuzzy_match import Span, fuzzy_match
from pipeline.score.words.normalized_text import normalize
from pipeline.scorecard import Evidence
from pipeline.transcript import Language

SAID, FAILED = 0.95, 0.05
# What a listener says while the other goes on: "mm", "yes, okay".
BACK_CHANNEL_WORDS = 3
FEWEST_WORDS = 2


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


_Search = Callable[[CallContext, Sequence[int]], list[_Hit]]


def script(spec: Script, *, encoder: TextEncoder | None, language: Language) -> Callable[[CallContext], Detection]:
    """The detector of one script. Raises RubricError for a pattern that cannot be read or a missing encoder."""
    searches = [_search(step, encoder=encoder, language=language) for step in spec.steps]

    def detect(context: CallContext) -> Detection:
        found = _found(spec, context, searches)
        judged = [step for step in found if spec.step in (None, step.id)]
        good = [step for step in judged if step.state == "said"]
        wanted = [step for step in spec.steps if spec.step in (None, step.id)]
        return Detection(
            probability=_within([step.state == "said" for step in judged], spec.at_least, spec.at_most),
            evidence=tuple(quote for step in good for quote in step.evidence),
            contrary=tuple(quote for step in judged if step.state != "said" for quote in step.evidence),
            searched=tuple(sorted({turn for step in wanted for turn in context.turns(step.where)})),
            reason=followed(context, judged),
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


def _found(spec: Script, context: CallContext, searches: Sequence[_Search]) -> list[StepFound]:
    """What became of each step: said where it belongs, else what is wrong with it."""
    hits, elsewhere = [], []
    for step, search in zip(spec.steps, searches, strict=True):
        inside = context.turns(step.where)
        outside = [turn for turn in context.turns(Place(by=step.where.by)) if turn not in inside]
        hits.append(search(context, inside))
        elsewhere.append(search(context, outside) if not hits[-1] and outside else [])
    chosen = _in_order([_whole(each) for each in hits]) if spec.in_order else [each[:1] for each in map(_whole, hits)]
    at = {step.id: each[0].at for step, each in zip(spec.steps, chosen, strict=True) if each}
    neighbours = [
        (spec.steps[:number], spec.steps[number + 1 :]) if spec.in_order else ((), ()) for number in range(len(hits))
    ]
    found = [
        _judged(step, chosen=each, hits=all_hits, elsewhere=other, at=at, earlier=earlier, later=later)
        for step, each, all_hits, other, (earlier, later) in zip(
            spec.steps, chosen, hits, elsewhere, neighbours, strict=True
        )
    ]
    titles = {step.id: step.title or step.id for step in spec.steps}
    return [replace(step, overtaken=tuple(titles[name] for name in step.overtaken)) for step in found]


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
    match step.match:
        case "near":
            return _near(step)
        case "meaning":
            return _by_meaning(step, encoder)
        case _:
            return _worded(step, language)


def _by_meaning(step: Step, encoder: TextEncoder | None) -> _Search:
    """Turns close to an example."""
    where = Place(by=step.where.by)
    detect = meaning(Meaning(kind="meaning", examples=step.says, where=where, middle=step.cosine), encoder=encoder)

    def search(context: CallContext, turns: Sequence[int]) -> list[_Hit]:
        evident = [moment for moment in detect(context).moments if moment.turn in turns and moment.probability >= 0.5]
        return [
            _Hit(
                moment.turn, 0, moment.evidence, _lacking(step, agent_span(context, by=step.where.by, turn=moment.turn))
            )
            for moment in evident
        ]

    return search


def _worded(step: Step, language: Language) -> _Search:
    """These words, or a pattern; where a turn alone has neither, also over a listener's "mm"."""
    spec = Phrase(kind="phrase", match=step.match, phrases=step.says, quoted="count")  # type: ignore[arg-type]
    find = standing(spec, language=language)

    def search(context: CallContext, turns: Sequence[int]) -> list[_Hit]:
        hits: list[_Hit] = []
        for turn in turns:
            run = agent_span(context, by=step.where.by, turn=turn, most_between=BACK_CHANNEL_WORDS)
            words = context.normalized_turns[turn]
            found = find(words, context.transcript.turns[turn].text)
            if not found and len(run.places) > len(words.words):
                crossing = find(run.normalized, "")
                found = [match for match in crossing if match.start < len(words.words) < match.end]
            hits.extend(_hit(step, context, run, match.start, match.end) for match in found[:1])
        return hits

    return search


def _near(step: Step) -> _Search:
    """Nearly these words, over a few turns; what must be said may be missing from them, and is then named."""
    for says in (*step.says, *step.must_say):
        if not normalize(says).words:
            raise RubricError(f"the wording {says!r} holds no words", remedy="Give it at least one word.")
    whole = [(says, ()) for says in step.says]
    partial = [(_without(says, step.must_say), step.must_say) for says in step.says] if step.must_say else []

    def search(context: CallContext, turns: Sequence[int]) -> list[_Hit]:
        hits = []
        for turn in turns:
            run = agent_span(context, by=step.where.by, turn=turn)
            best = _nearest(whole, run, step.similarity) or _nearest(partial, run, step.similarity)
            if best and run.places[best.start][0] == turn:
                hits.append(_hit(step, context, run, best.start, best.end))
        return hits

    return search


def _nearest(normalized_turns: Sequence[tuple[str, Sequence[str]]], run: AgentSpan, similarity: float) -> Span | None:
    words = run.normalized.words
    spans = [fuzzy_match(says, words, similarity=similarity, free=free) for says, free in normalized_turns]
    return max((span for span in spans if span), key=lambda span: span.alike, default=None)


def _without(says: str, parts: Sequence[str]) -> str:
    """The wording less the parts; the whole of it where hardly anything would be left."""
    words = normalize(says).spaced
    for part in parts:
        words = words.replace(normalize(part).spaced, "", 1)
    return words if len(words.split()) >= FEWEST_WORDS else says


def _hit(step: Step, context: CallContext, run: AgentSpan, start: int, end: int) -> _Hit:
    turn, word = run.places[start]
    return _Hit(
        turn, word, run.quotes(context, start, end), _lacking(step, agent_span(context, by=step.where.by, turn=turn))
    )


def _lacking(step: Step, run: AgentSpan) -> tuple[str, ...]:
    return tuple(
        part for part in step.must_say if fuzzy_match(part, run.normalized.words, similarity=step.similarity) is None
    )
