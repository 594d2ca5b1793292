"""The engine: the models and the rubric of one night, and the verbs that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.enriched import EnrichedCall
from pipeline.failure import Failure
from pipeline.fingerprint import StageFingerprints, fingerprint, metadata_fingerprint
from pipeline.flag import Flag
from pipeline.ports import Fingerprinted, Form, Forms
from pipeline.recording import Audio, CallMetadata, Recording
from pipeline.scorecard import Scorecard
from pipeline.transcript import Transcript

if TYPE_CHECKING:
    from pipeline.analytics.measure.analytics_run import RunAnalytics
    from pipeline.ingest import Source

LONGEST_CALL_S = 7_200.0


@dataclass(frozen=True, slots=True)
class Stages:
    """The way of a call as functions; the seam where tests put their own.

    `score` gives a scorecard for each leg of a call. `see` lets the judges' fitted heads look at each call once, before
    any form asks. `revision` changes with the code or the settings of score and flag, which no model's fingerprint
    knows.
    """

    read_recording: Callable[[Source], tuple[Recording, Audio]]
    read_transcripts: Callable[[Source], Sequence[Transcript | Failure]]
    transcribe: Callable[[Iterable[tuple[Recording, Audio]], Any], Iterator[Transcript | Failure]]
    enrich: Callable[[Sequence[Transcript], Any], Sequence[EnrichedCall]]
    score: Callable[[Sequence[EnrichedCall], Any, Any], Sequence[Sequence[Scorecard]]]
    flag: Callable[[EnrichedCall, Scorecard], Sequence[Flag]]
    run_classifiers: Callable[[Sequence[EnrichedCall], Any], Sequence[EnrichedCall]] = lambda calls, _: calls
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """What a night works with. `measure` looks over all calls at the end; without one there are no topics."""

    speech_models: Fingerprinted
    enrichment_models: Fingerprinted
    scoring_models: Fingerprinted
    rubric: Forms
    measure: RunAnalytics | None = None
    stages: Stages = field(default_factory=lambda: default_stages())

    def fingerprints(self, *, heard: str, metadata: CallMetadata) -> StageFingerprints:
        """What the rows of a call must carry to be up to date, given the fingerprint of its transcript."""
        read = fingerprint("read", heard, self.enrichment_models.fingerprint)
        judged = fingerprint("judged", read, metadata_fingerprint(metadata))
        return StageFingerprints(heard, read, self.scorecard_fingerprint(self.rubric, judged=judged), judged)

    def scorecard_fingerprint(self, form: Form, *, judged: str) -> str:
        """What a scorecard by this form must carry to be up to date, given what is judged."""
        return fingerprint(
            "score", judged, form.id, form.version, self.scoring_models.fingerprint, self.stages.revision
        )

    def transcript_fingerprint(self, *, input_hash: str, metadata: CallMetadata, written: bool) -> str:
        """The fingerprint of a call's transcript; one that came in writing owes nothing to the ears."""
        if written:
            return fingerprint("written", input_hash)
        return fingerprint(
            "hear", input_hash, metadata.language, metadata.agent_channel, self.speech_models.fingerprint
        )


def default_stages(*, max_call_s: float = LONGEST_CALL_S) -> Stages:
    """The verbs of the rooms; a recording longer than `max_call_s` is refused.

    Imported here, so that planning and tests need none of them.
    """
    from pipeline import ingest
    from pipeline.enrich.enrich import enrich
    from pipeline.score import flag_rules
    from pipeline.score.context.classifier_outputs import with_classifier_outputs
    from pipeline.score.score import REVISION, score_by_leg
    from pipeline.transcribe.transcribe import transcribe

    limits = ingest.AudioLimits(max_duration_s=max_call_s)
    return Stages(
        read_recording=lambda source: ingest.read_recording(source, limits=limits),
        read_transcripts=ingest.read_transcripts,
        transcribe=lambda calls, speech_models: transcribe(calls, speech_models=speech_models),
        enrich=lambda transcripts, enrichment_models: enrich(transcripts, enrichment_models=enrichment_models),
        score=lambda calls, rubric, scoring_models: score_by_leg(calls, rubric=rubric, scoring_models=scoring_models),
        flag=flag_rules.flag,
        run_classifiers=lambda calls, scoring_models: [
            with_classifier_outputs(call, scoring_models.heads) for call in calls
        ],
        revision=fingerprint(REVISION, flag_rules.FlagRules().fingerprint),
    )
