"""`script`: find each step, check the order of the steps, and report what is wrong with each."""

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
from pipeline.score.detectors.compiled_detector import CompiledDetector
from pipeline.score.detectors.meaning import meaning
from pipeline.score.detectors.moments import EVIDENT
from pipeline.score.detectors.order import poisson_binomial
from pipeline.score.detectors.phrase import turn_matcher
from pipeline.score.words.fuzzy_match import Span, fuzzy_match
from pipeline.score.words.normalized_text import normalize
from pipeline.scorecard import Evidence
from pipeline.transcript import Language

SAID, FAILED = 0.95, 0.05
# A back-channel of the listener, such as "mm" or "yes, okay", has at most this many words.
BACK_CHANNEL_WORDS = 3
FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class _Hit:
    """One place where a step is said: its turn, its first word, and the mandatory parts that it lacks."""

    turn: int
    word: int
    evidence: tuple[Evidence, ...]
    lacks: tuple[str, ...]

    @property
    def at(self) -> tuple[int, int]:
        return self.turn, self.word


_Search = Callable[[CallContext, Sequence[int]], list[_Hit]]


def script(spec: Script, *, encoder: TextEncoder | None, language: Language) -> CompiledDetector:
    """Compile the detector of one script. Raises RubricError for an invalid pattern or a missing encoder."""
    searches = [_search(step, encoder=encoder, language=language) for step in spec.steps]

    def detect(context: CallContext) -> Detection:
        steps = [step for step in _step_results(spec, context, searches) if spec.step in (None, step.id)]
        said = [step for step in steps if step.state == "said"]
        wanted = [step for step in spec.steps if spec.step in (None, step.id)]
        return Detection(
            probability=_share_within([step.state == "said" for step in steps], spec.at_least, spec.at_most),
            evidence=tuple(quote for step in said for quote in step.evidence),
            counter_evidence=tuple(quote for step in steps if step.state != "said" for quote in step.evidence),
            searched=tuple(sorted({turn for step in wanted for turn in context.turns(step.where)})),
            reason=followed(context, steps),
            moments=tuple(Moment(quote.turn, SAID, (quote,)) for step in said for quote in step.evidence[:1]),
            steps=tuple(steps),
        )

    return detect


def _share_within(said: Sequence[bool], least: float, most: float) -> float:
    """The probability that the share of steps said is within bounds."""
    distribution = poisson_binomial([SAID if one else FAILED for one in said])
    low, high = least * len(said) - 1e-9, most * len(said) + 1e-9
    return min(1.0, sum(p for count, p in enumerate(distribution) if low <= count <= high))


def _step_results(spec: Script, context: CallContext, searches: Sequence[_Search]) -> list[StepFound]:
    """For each step, whether it is said in its place, or else what is wrong."""
    hits, elsewhere = [], []
    for step, search in zip(spec.steps, searches, strict=True):
        inside = context.turns(step.where)
        outside = [turn for turn in context.turns(Place(by=step.where.by)) if turn not in inside]
        hits.append(search(context, inside))
        elsewhere.append(search(context, outside) if not hits[-1] and outside else [])
    complete = [_most_complete(of_step) for of_step in hits]
    chosen = _in_order(complete) if spec.in_order else [of_step[:1] for of_step in complete]
    at = {step.id: hit[0].at for step, hit in zip(spec.steps, chosen, strict=True) if hit}
    neighbours = [
        (spec.steps[:number], spec.steps[number + 1 :]) if spec.in_order else ((), ()) for number in range(len(hits))
    ]
    results = [
        _step_result(step, chosen=hit, hits=all_hits, elsewhere=other, at=at, earlier=earlier, later=later)
        for step, hit, all_hits, other, (earlier, later) in zip(
            spec.steps, chosen, hits, elsewhere, neighbours, strict=True
        )
    ]
    titles = {step.id: step.title or step.id for step in spec.steps}
    return [replace(step, overtaken=tuple(titles[name] for name in step.overtaken)) for step in results]


def _step_result(
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


def _most_complete(hits: Sequence[_Hit]) -> list[_Hit]:
    """The hits that lack the fewest mandatory parts, in order."""
    least = min((len(hit.lacks) for hit in hits), default=0)
    return sorted((hit for hit in hits if len(hit.lacks) == least), key=lambda hit: hit.at)


def _in_order(steps: Sequence[Sequence[_Hit]]) -> list[list[_Hit]]:
    """Choose at most one hit per step, so that as many steps as possible are in order."""
    # Dynamic programming: for each number of steps in order, keep the chain of hits that ends earliest.
    chains: dict[int, list[tuple[int, _Hit]]] = {0: []}
    for number, hits in enumerate(steps):
        longer = dict(chains)
        for count, chain in chains.items():
            last = chain[-1][1].at if chain else (-1, -1)
            following = next((hit for hit in hits if hit.at > last), None)
            other = longer.get(count + 1)
            if following and (other is None or following.at < other[-1][1].at):
                longer[count + 1] = [*chain, (number, following)]
        chains = longer
    best = dict(chains[max(chains)])
    return [[best[number]] if number in best else [] for number in range(len(steps))]


def _search(step: Step, *, encoder: TextEncoder | None, language: Language) -> _Search:
    match step.match:
        case "near":
            return _by_similar_words(step)
        case "meaning":
            return _by_meaning(step, encoder)
        case _:
            return _by_words(step, language)


def _by_meaning(step: Step, encoder: TextEncoder | None) -> _Search:
    """Search for turns close in meaning to an example."""
    where = Place(by=step.where.by)
    detect = meaning(Meaning(kind="meaning", examples=step.says, where=where, middle=step.cosine), encoder=encoder)

    def search(context: CallContext, turns: Sequence[int]) -> list[_Hit]:
        moments = detect(context).moments
        return [
            _Hit(moment.turn, 0, moment.evidence, _lacking(step, context, moment.turn))
            for moment in moments
            if moment.turn in turns and moment.probability >= EVIDENT
        ]

    return search


def _by_words(step: Step, language: Language) -> _Search:
    """Search for fixed words or a pattern in each turn, or else across a back-channel of the listener."""
    spec = Phrase(kind="phrase", match=step.match, phrases=step.says, quoted="count")  # type: ignore[arg-type]
    find = turn_matcher(spec, language=language)

    def search(context: CallContext, turns: Sequence[int]) -> list[_Hit]:
        hits: list[_Hit] = []
        for turn in turns:
            span = agent_span(context, by=step.where.by, turn=turn, most_between=BACK_CHANNEL_WORDS)
            words = context.normalized_turns[turn]
            matches = find(words, context.transcript.turns[turn].text)
            if not matches and len(span.positions) > len(words.words):
                crossing = find(span.normalized, "")
                matches = [match for match in crossing if match.start < len(words.words) < match.end]
            hits.extend(_hit(step, context, span, match.start, match.end) for match in matches[:1])
        return hits

    return search


def _by_similar_words(step: Step) -> _Search:
    """Search for similar words over a few turns. A hit may lack mandatory parts, which it then names."""
    for says in (*step.says, *step.must_say):
        if not normalize(says).words:
            raise RubricError(f"step {step.id}: the wording {says!r} has no words", remedy="Give it at least one word.")
    whole = [(says, ()) for says in step.says]
    partial = [(_without(says, step.must_say), step.must_say) for says in step.says] if step.must_say else []

    def search(context: CallContext, turns: Sequence[int]) -> list[_Hit]:
        hits = []
        for turn in turns:
            span = agent_span(context, by=step.where.by, turn=turn)
            best = _most_similar(whole, span, step.similarity) or _most_similar(partial, span, step.similarity)
            if best and span.positions[best.start][0] == turn:
                hits.append(_hit(step, context, span, best.start, best.end))
        return hits

    return search


def _most_similar(wordings: Sequence[tuple[str, Sequence[str]]], span: AgentSpan, similarity: float) -> Span | None:
    """The best match of any (wording, free parts)."""
    words = span.normalized.words
    matches = [fuzzy_match(says, words, similarity=similarity, free=free) for says, free in wordings]
    return max((match for match in matches if match), key=lambda match: match.similarity, default=None)


def _without(says: str, parts: Sequence[str]) -> str:
    """The wording without the parts, or the whole wording if fewer than `FEWEST_WORDS` words would remain."""
    words = normalize(says).spaced
    for part in parts:
        words = words.replace(normalize(part).spaced, "", 1)
    return words if len(words.split()) >= FEWEST_WORDS else says


def _hit(step: Step, context: CallContext, span: AgentSpan, start: int, end: int) -> _Hit:
    turn, word = span.positions[start]
    return _Hit(turn, word, span.quotes(context, start, end), _lacking(step, context, turn))


def _lacking(step: Step, context: CallContext, turn: int) -> tuple[str, ...]:
    """The mandatory parts that are not said in the span from this turn on."""
    words = agent_span(context, by=step.where.by, turn=turn).normalized.words
    return tuple(part for part in step.must_say if fuzzy_match(part, words, similarity=step.similarity) is None)
