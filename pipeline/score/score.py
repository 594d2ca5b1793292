"""The verb: enriched calls in, scorecards out. The same call, rubric and judges give the same card, always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.characters import ChineseScript, in_script, script_of
from pipeline.enriched import EnrichedCall
from pipeline.fingerprint import fingerprint
from pipeline.leg import legs_of
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.rubric import Rubric
from pipeline.rubric.used_for import CallFacts, facts_of
from pipeline.score.arithmetic import tally
from pipeline.score.asking import Asking, askings
from pipeline.score.case import Case
from pipeline.score.interval import interval
from pipeline.score.judges import Judges
from pipeline.score.leg_case import in_call, leg_case
from pipeline.score.ruling import Ruling, rule
from pipeline.scorecard import Answer, Scorecard
from pipeline.transcript import Language

# Raise when the code of a detector or of the arithmetic changes an answer: scorecards are then made again.
REVISION = 4


@dataclass(frozen=True, slots=True)
class Scorer:
    """A rubric with its detectors built for one language: what is done once for many calls."""

    rubric: Rubric
    judges: Judges
    askings: tuple[Asking, ...]

    def rulings(self, case: Case, *, whole: Case | None = None) -> tuple[Ruling, ...]:
        """Every question answered, in the form's order; those about the call on the `whole` of it where given."""
        rulings: dict[str, Ruling] = {}
        for asking in self.askings:
            of = whole if whole is not None and asking.question.about == "call" else case
            rulings[asking.question.id] = in_call(rule(asking, of, earlier=rulings), of)
        return tuple(rulings.values())

    def score(self, call: EnrichedCall) -> Scorecard:
        """The scorecard of one call, whoever holds it."""
        return self._card(call, self.rulings(Case(call=call, judges=self.judges)))

    def score_legs(self, call: EnrichedCall) -> tuple[Scorecard, ...]:
        """A scorecard for the agent of each leg. Raises ScoreError where the metadata's agents cannot be read."""
        whole, legs = Case(call=call, judges=self.judges), legs_of(call.transcript)
        if len(legs) == 1:
            return (replace(self._card(call, self.rulings(whole)), agent_id=legs[0].agent_id),)
        return tuple(
            replace(
                self._card(call, self.rulings(leg_case(call, leg, judges=self.judges), whole=whole)),
                leg=leg.leg,
                agent_id=leg.agent_id,
            )
            for leg in legs
        )

    def _card(self, call: EnrichedCall, rulings: tuple[Ruling, ...]) -> Scorecard:
        script = script_of(turn.text for turn in call.transcript.turns)
        answers = tuple(_spelt(ruling.answer, script) for ruling in rulings)
        result = tally(self.rubric, answers)
        level = self.judges.reliability.level
        return Scorecard(
            call_id=call.transcript.call_id,
            rubric_id=self.rubric.id,
            rubric_version=self.rubric.version,
            answers=answers,
            sections=result.sections,
            total=result.total,
            interval=interval(self.rubric, rulings, level=level) if result.total is not None else None,
            auto_failed=result.auto_failed,
            fingerprint=score_fingerprint(call, rubric=self.rubric, judges=self.judges),
            agent_id=call.transcript.metadata.agent_id,
        )


def score(
    calls: Sequence[EnrichedCall],
    *,
    rubric: Rubric | RubricFamily,
    judges: Judges,
    topics: Mapping[str, str] | None = None,
) -> list[Scorecard]:
    """One scorecard a call, in the same order, each by the first form that fits it. Raises RubricError.

    `topics` maps call ids to topics, for forms that ask for them; a call that is not there has its metadata's.
    """
    family, scorers = _family(rubric), Scorers(judges)
    return [scorers.of(family.for_call(_facts(call, topics)), call).score(call) for call in calls]


def score_by_leg(
    calls: Sequence[EnrichedCall], *, rubric: Rubric | RubricFamily, judges: Judges
) -> list[tuple[Scorecard, ...]]:
    """As `score`, with a scorecard for each leg of a call. Raises RubricError or ScoreError."""
    family, scorers = _family(rubric), Scorers(judges)
    return [scorers.of(family.for_call(_facts(call, None)), call).score_legs(call) for call in calls]


def score_by_every_form(
    calls: Sequence[EnrichedCall],
    *,
    rubric: Rubric | RubricFamily,
    judges: Judges,
    topics: Mapping[str, str] | None = None,
) -> list[tuple[Scorecard, ...]]:
    """For each call a scorecard by every form that fits it, the most special first; none where no form does."""
    family, scorers = _family(rubric), Scorers(judges)
    return [
        tuple(scorers.of(form, call).score(call) for form in family.fitting(_facts(call, topics))) for call in calls
    ]


def scorer(rubric: Rubric | RubricFamily, *, judges: Judges, language: Language) -> Scorer:
    """The form for calls in one language, ready to score. Raises RubricError when it asks for what is not there."""
    form = _family(rubric).for_language(language)
    return Scorer(rubric=form, judges=judges, askings=askings(form, judges=judges, language=language))


class Scorers:
    """The scorers of a batch, each built when the first call needs it."""

    def __init__(self, judges: Judges) -> None:
        self._judges = judges
        self._built: dict[tuple[str, str, Language], Scorer] = {}

    def of(self, form: Rubric, call: EnrichedCall) -> Scorer:
        """The scorer of a form for the call's language."""
        language = call.transcript.language
        key = (form.id, form.version, language)
        if key not in self._built:
            self._built[key] = scorer(form, judges=self._judges, language=language)
        return self._built[key]


def _spelt(answer: Answer, script: ChineseScript) -> Answer:
    """The answer with its reason in the script of the call."""
    return replace(answer, reason=in_script(answer.reason, script)) if script == "traditional" else answer


def _family(rubric: Rubric | RubricFamily) -> RubricFamily:
    return RubricFamily(rubric.id, (rubric,)) if isinstance(rubric, Rubric) else rubric


def _facts(call: EnrichedCall, topics: Mapping[str, str] | None) -> CallFacts:
    return facts_of(call.transcript, topic=(topics or {}).get(call.transcript.call_id, ""))


def score_fingerprint(call: EnrichedCall, *, rubric: Rubric, judges: Judges) -> str:
    """Changes when the call as it was read, the form, a judge or this code does."""
    return fingerprint(REVISION, call.fingerprint, rubric.id, rubric.version, judges.fingerprint)
