"""A night with fake models over real files, shared by the tests of the night and the flows.

As a script it runs one night, which can be killed on the way:
    python night_fakes.py RECORDINGS STORE [--die-at-write N] [--slow-s S]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sys
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline import ingest
from pipeline.enrich.findings import with_findings
from pipeline.enriched import Conduct, EnrichedCall, Interruption, Silence, TurnSentiment
from pipeline.errors import ScoreError
from pipeline.failure import Failure
from pipeline.night.engine import Engine, Stages
from pipeline.score import flag_rules
from pipeline.scorecard import Answer, Evidence, Scorecard, SectionScore
from pipeline.store import Store, schema_of
from pipeline.transcript import Transcript, Turn, Word


@dataclass(frozen=True)
class FakeModel:
    fingerprint: str


@dataclass(frozen=True)
class FakeRubric:
    id: str = "fake"
    version: str = "1"
    queues: tuple[str, ...] = ()

    @property
    def members(self):
        return (self,)

    def fitting(self, facts):
        return (self,) if not self.queues or facts.queue in self.queues else ()

    def judging(self, facts):
        return self.fitting(facts)


@dataclass(frozen=True)
class FakeRubrics:
    """Forms side by side."""

    members: tuple[FakeRubric, ...]
    id: str = "fakes"

    @property
    def version(self):
        return "+".join(f"{form.id}{form.version}" for form in self.members)

    def fitting(self, facts):
        return self.members

    def judging(self, facts):
        return self.members


@dataclass(frozen=True)
class FakeMeasure:
    """One topic, and the second call ever repeats the first."""

    fingerprint: str = "measure-1"

    def __call__(self, measuring):
        calls = measuring.connection.execute("select call_id, date from contacts order by date, call_id").fetchall()
        own = [(call_id, day) for call_id, day in calls if measuring.since is None or day >= measuring.since]
        belongs = [{"call_id": call_id, "date": day, "issue": 1, "topic_id": "t1"} for call_id, day in own]
        repeats = [
            {"call_id": call_id, "date": day, "method": "said"} for call_id, day in own if (call_id, day) in calls[1:2]
        ]
        topics = [{"topic_id": "t1", "name": "billing", "calls": len(calls)}] if calls else []
        return {
            "call_topics": as_table("call_topics", belongs, without=("part",)),
            "repeats": as_table("repeats", repeats, without=("part",)),
            "topics": as_table("topics", topics, without=("part", "date")),
        }


def as_table(table, rows, *, without=()):
    """Rows as a measure makes them."""
    fields = [field for field in schema_of(table) if field.name not in without]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def fake_transcribe(calls, slow_s=0.0):
    for recording, _ in calls:
        time.sleep(slow_s)
        if "silent" in recording.call_id:
            yield Failure(recording.uri, "hear", "nobody speaks", "Listen to it", recording.call_id, recording.date)
            continue
        said = f"hello {recording.sha256[:8]}"
        words = (Word("hello", 0.1, 0.3, 0.9), Word(recording.sha256[:8], 0.3, 0.5, 0.5))
        turns = (
            Turn(0, "agent", 0, 0.1, 0.5, said, words, confidence=0.7),
            Turn(1, "customer", 1, 0.5, 0.6, "my bill is wrong"),
            Turn(2, "customer", 1, 0.6, 0.6, "你好"),
        )
        yield Transcript(recording.call_id, "en", turns, recording.metadata, "audio", "fake", recording.duration_s)


def fake_enrich(transcripts, enrichment_models):
    conduct = Conduct(0.5, 120.0, 9.5, 0.1, (Silence(1.0, 5.0, "agent"),), (Interruption(1, 0.5, "customer", True),))
    return [
        with_findings(
            EnrichedCall(
                transcript=transcript,
                sentiments=tuple(TurnSentiment(0.2, 0.5, 0.3) for _ in transcript.turns),
                sentiment_by_third=("neutral", "neutral", "negative"),
                conduct=conduct,
                vectors=np.stack([_vector(turn.text) for turn in transcript.turns]),
                encoder=enrichment_models.fingerprint,
            )
        )
        for transcript in transcripts
    ]


def fake_score(calls, rubric, scoring_models):
    if len(calls) > 1 and any("unscorable" in call.transcript.call_id for call in calls):
        raise ScoreError("cannot be scored", source="batch")
    return [(_scorecard(call, rubric),) for call in calls]


def fake_stages(*, slow_s: float = 0.0, revision: str = "1") -> Stages:
    return Stages(
        read_recording=ingest.read_recording,
        read_transcripts=ingest.read_transcripts,
        transcribe=lambda calls, speech_models: fake_transcribe(calls, slow_s),
        enrich=fake_enrich,
        score=fake_score,
        flag=flag_rules.flag,
        revision=revision,
    )


def fake_engine(
    *, speech_models: str = "speech-1", enrichment_models: str = "enrichment-1", scoring_models: str = "scoring-1",
    rubric: FakeRubric | FakeRubrics | None = None, measure: FakeMeasure | None = None, stages: Stages | None = None,
) -> Engine:  # fmt: skip
    return Engine(
        FakeModel(speech_models),
        FakeModel(enrichment_models),
        FakeModel(scoring_models),
        rubric or FakeRubric(),
        measure,
        stages or fake_stages(),
    )


def write_wav(path: Path, *, seed: str = "", seconds: float = 0.6) -> Path:
    """Noise that depends on the name, so that no two recordings are the same."""
    digest = hashlib.sha256((seed or path.stem).encode()).digest()
    noise = np.random.default_rng(list(digest)).integers(-9_000, 9_000, int(8_000 * seconds))
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(noise.astype("<i2").tobytes())
    return path


def parquet_files(store: Path, *, but: tuple[str, ...] = ("runs",)) -> dict[str, bytes]:
    """The bytes of every finished file, by its path below the store."""
    found = sorted(path for path in store.rglob("*.parquet") if path.relative_to(store).parts[0] not in but)
    return {str(path.relative_to(store)): path.read_bytes() for path in found}


def _vector(text: str) -> np.ndarray:
    values = np.random.default_rng(list(text.encode())).normal(size=8).astype(np.float32)
    return values / np.linalg.norm(values)


def _scorecard(call: EnrichedCall, rubric: FakeRubric) -> Scorecard:
    """Depends on every bit of the vectors, so that it shows when they do not come back as they were."""
    transcript = call.transcript
    if "unscorable" in transcript.call_id:
        raise ScoreError("cannot be scored", source=transcript.call_id, remedy="Try another rubric")
    probability = float(np.abs(call.vectors).mean())
    first = transcript.turns[0]
    evidence = (Evidence(0, first.text[:5], first.start_s, first.end_s),)
    answers = (
        Answer("greeting", "yes", "yes", probability, 50.0, 50.0, evidence, (), "greets", "phrase"),
        Answer("churn_risk", "no", "no", 0.9, 0.0, 50.0, (), (1, 2), "nothing said", "phrase"),
    )
    sections = (SectionScore("all", 50.0, 100.0, 50.0),)
    return Scorecard(transcript.call_id, rubric.id, rubric.version, answers, sections, 50.0, (40.0, 60.0))


def _die_at_write(count: int) -> None:
    """Kill this process as a power cut would: half of the count-th file is written aside, and nothing is renamed."""
    from pipeline.store import parts

    place, written = parts._place, []

    def dying_place(filesystem, aside, path, *, content):
        written.append(path)
        if len(written) == count:
            Path(aside).write_bytes(content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        place(filesystem, aside, path, content=content)

    parts._place = dying_place


def main() -> None:
    from pipeline.night import shard
    from pipeline.night.night import run_night

    parser = argparse.ArgumentParser()
    parser.add_argument("recordings")
    parser.add_argument("store")
    parser.add_argument("--die-at-write", type=int, default=0)
    parser.add_argument("--slow-s", type=float, default=0.0)
    parser.add_argument("--forms", nargs="+", default=["fake"])
    arguments = parser.parse_args()
    shard.MAX_CALLS = 2
    if arguments.die_at_write:
        _die_at_write(arguments.die_at_write)
    rubric = FakeRubrics(tuple(FakeRubric(form) for form in arguments.forms))
    engine = fake_engine(measure=FakeMeasure(), stages=fake_stages(slow_s=arguments.slow_s), rubric=rubric)
    summary = run_night(arguments.recordings, store=Store(arguments.store), engine=engine)
    sys.stdout.write(f"{summary.calls_done} done, {summary.calls_failed} failed\n")


if __name__ == "__main__":
    main()
