"""The engine: one night's models, rubric and stages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.enriched import EnrichedCall
from pipeline.failure import Failure
from pipeline.fingerprints.code_fingerprint import code_fingerprint
from pipeline.fingerprints.fingerprint import StageFingerprints, fingerprint, metadata_fingerprint
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
    """The stages as functions. Tests substitute their own.

    `score` returns a scorecard for each leg of a call. `run_classifiers` runs the fitted heads once for each call,
    before any form needs them. `revision` identifies the code of scoring and flagging.
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
    """Everything that a night works with. `measure` runs over all calls at the end; None computes no measures."""

    speech_models: Fingerprinted
    enrichment_models: Fingerprinted
    scoring_models: Fingerprinted
    rubric: Forms
    measure: RunAnalytics | None = None
    stages: Stages = field(default_factory=lambda: default_stages())

    def fingerprints(self, *, transcript: str, metadata: CallMetadata) -> StageFingerprints:
        """The fingerprints that a call's rows must carry, given the fingerprint of its transcript."""
        enriched = fingerprint("read", transcript, self.enrichment_models.fingerprint)
        score_input = fingerprint("judged", enriched, metadata_fingerprint(metadata))
        score = self.scorecard_fingerprint(self.rubric, score_input=score_input)
        return StageFingerprints(transcript, enriched, score, score_input)

    def scorecard_fingerprint(self, form: Form, *, score_input: str) -> str:
        """The fingerprint that a scorecard by this form must carry."""
        return fingerprint(
            "score", score_input, form.id, form.version, self.scoring_models.fingerprint, self.stages.revision
        )

    def transcript_fingerprint(self, *, input_hash: str, metadata: CallMetadata, written: bool) -> str:
        """The fingerprint of a call's transcript. A written transcript does not depend on the speech models."""
        if written:
            return fingerprint("written", input_hash)
        return fingerprint(
            "hear", input_hash, metadata.language, metadata.agent_channel, self.speech_models.fingerprint
        )


def default_stages(*, max_call_s: float = LONGEST_CALL_S) -> Stages:
    """The stages that the rooms implement. Recordings longer than `max_call_s` are rejected.

    Imports happen here, so that planning and tests do not load the rooms.
    """
    from pipeline import ingest
    from pipeline.enrich.enrich import enrich
    from pipeline.score.context.classifier_outputs import with_classifier_outputs
    from pipeline.score.flag_rules import flag
    from pipeline.score.score import score_by_leg
    from pipeline.transcribe.transcribe import transcribe

    limits = ingest.AudioLimits(max_duration_s=max_call_s)
    return Stages(
        read_recording=lambda source: ingest.read_recording(source, limits=limits),
        read_transcripts=ingest.read_transcripts,
        transcribe=lambda calls, speech_models: transcribe(calls, speech_models=speech_models),
        enrich=lambda transcripts, enrichment_models: enrich(transcripts, enrichment_models=enrichment_models),
        score=lambda calls, rubric, scoring_models: score_by_leg(calls, rubric=rubric, scoring_models=scoring_models),
        flag=flag,
        run_classifiers=lambda calls, scoring_models: [
            with_classifier_outputs(call, scoring_models.heads) for call in calls
        ],
        revision=code_fingerprint("pipeline.score.score", "pipeline.score.flag_rules"),
    )
