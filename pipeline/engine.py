"""The engine: the models and the rubric of one night, and the verbs that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.enriched import EnrichedCall
from pipeline.failure import Failure
from pipeline.fingerprint import VerbFingerprints, fingerprint, metadata_fingerprint
from pipeline.flag import Flag
from pipeline.recording import Audio, CallMetadata, Recording
from pipeline.scorecard import Scorecard
from pipeline.transcript import Transcript

if TYPE_CHECKING:
    from pipeline.ingest import Source
    from pipeline.measures import Measure
    from pipeline.rubric.used_for import CallFacts

LONGEST_CALL_S = 7_200.0


class Fingerprinted(Protocol):
    """A bundle of models and settings; the verb that it belongs to knows what is inside."""

    @property
    def fingerprint(self) -> str:
        """Changes when a model or a setting does."""


class Form(Protocol):
    """A rubric, as far as the night must know it."""

    @property
    def id(self) -> str:
        """The form's name."""

    @property
    def version(self) -> str:
        """Changes with the form's content."""


class Forms(Form, Protocol):
    """All rubrics of a night: a family of them, or several families side by side."""

    @property
    def members(self) -> Sequence[Form]:
        """Every form, whichever calls it is for."""

    def fitting(self, facts: CallFacts) -> Sequence[Form]:
        """The forms that such a call may be judged by."""

    def judging(self, facts: CallFacts) -> Sequence[Form]:
        """Those of them that do judge it. Raises RubricError when there is none."""


@dataclass(frozen=True, slots=True)
class Verbs:
    """The way of a call as functions; the seam where tests put their own.

    `score` gives a scorecard for each leg of a call. `see` lets the judges' fitted heads look at each call once, before
    any form asks. `revision` changes with the code or the settings of score and flag, which no model's fingerprint
    knows.
    """

    read_recording: Callable[[Source], tuple[Recording, Audio]]
    read_transcripts: Callable[[Source], Sequence[Transcript | Failure]]
    hear: Callable[[Iterable[tuple[Recording, Audio]], Any], Iterator[Transcript | Failure]]
    read: Callable[[Sequence[Transcript], Any], Sequence[EnrichedCall]]
    score: Callable[[Sequence[EnrichedCall], Any, Any], Sequence[Sequence[Scorecard]]]
    flag: Callable[[EnrichedCall, Scorecard], Sequence[Flag]]
    see: Callable[[Sequence[EnrichedCall], Any], Sequence[EnrichedCall]] = lambda calls, _: calls
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """What a night works with. `measure` looks over all calls at the end; without one there are no topics."""

    ears: Fingerprinted
    reader: Fingerprinted
    judges: Fingerprinted
    rubric: Forms
    measure: Measure | None = None
    verbs: Verbs = field(default_factory=lambda: real_verbs())

    def fingerprints(self, *, heard: str, metadata: CallMetadata) -> VerbFingerprints:
        """What the rows of a call must carry to be up to date, given the fingerprint of its transcript."""
        read = fingerprint("read", heard, self.reader.fingerprint)
        judged = fingerprint("judged", read, metadata_fingerprint(metadata))
        return VerbFingerprints(heard, read, self.scorecard_fingerprint(self.rubric, judged=judged), judged)

    def scorecard_fingerprint(self, form: Form, *, judged: str) -> str:
        """What a scorecard by this form must carry to be up to date, given what is judged."""
        return fingerprint("score", judged, form.id, form.version, self.judges.fingerprint, self.verbs.revision)

    def heard_fingerprint(self, *, input_hash: str, metadata: CallMetadata, written: bool) -> str:
        """The fingerprint of a call's transcript; one that came in writing owes nothing to the ears."""
        if written:
            return fingerprint("written", input_hash)
        return fingerprint("hear", input_hash, metadata.language, metadata.agent_channel, self.ears.fingerprint)


def rubric_ids(rubric: Forms) -> tuple[str, ...]:
    """The names under which the scorecards of these forms stand."""
    return tuple(member.id for member in rubric.members)


def real_verbs(*, max_call_s: float = LONGEST_CALL_S) -> Verbs:
    """The verbs of the rooms; a recording longer than `max_call_s` is refused.

    Imported here, so that planning and tests need none of them.
    """
    from pipeline import flags, ingest
    from pipeline.head_view import with_head_view
    from pipeline.hear.hear import hear
    from pipeline.read.read import read
    from pipeline.score.score import REVISION, score_by_leg

    limits = ingest.AudioLimits(max_duration_s=max_call_s)
    return Verbs(
        read_recording=lambda source: ingest.read_recording(source, limits=limits),
        read_transcripts=ingest.read_transcripts,
        hear=lambda calls, ears: hear(calls, ears=ears),
        read=lambda transcripts, reader: read(transcripts, reader=reader),
        score=lambda calls, rubric, judges: score_by_leg(calls, rubric=rubric, judges=judges),
        flag=flags.flag,
        see=lambda calls, judges: [with_head_view(call, judges.heads) for call in calls],
        revision=fingerprint(REVISION, flags.FlagRules().fingerprint),
    )
