"""A store of small written calls, scored by a form whose questions are answered by phrases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from night_fakes import FakeModel, fake_enrich
from rubric_forms import form, yes_no
from score_contexts import scoring_models

from pipeline import ingest
from pipeline.ingest.metadata import metadata_source
from pipeline.night.engine import Engine, Stages
from pipeline.night.night import run_night
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.rubric import Rubric
from pipeline.score import flag_rules, score_by_leg
from pipeline.store import Store

SAYINGS = {"c1": ("A", "thanks sorry"), "c2": ("A", "thanks"), "c3": ("B", "sorry"), "c4": ("B", "hm")}

QUEUES = {"A": "first", "B": "second"}


def says(name: str, **more: Any) -> dict[str, Any]:
    """A question that is answered yes where its own name is said."""
    return yes_no(name, **({"yes_when": {"kind": "phrase", "phrases": [name], "found": 1, "absent": 0}} | more))


def family(*questions: dict[str, Any], **more: Any) -> RubricFamily:
    made: Rubric = form(list(questions), **more)
    return RubricFamily(made.id, (made,))


def scored(folder: Path, rubric: RubricFamily) -> Store:
    """A store with four calls by two agents, scored by the form."""
    lines = [
        json.dumps(
            {
                "call_id": call_id,
                "language": "en",
                "agent_id": agent,
                "queue": QUEUES[agent],
                "turns": [{"role": "agent", "text": text}],
            }
        )
        for call_id, (agent, text) in SAYINGS.items()
    ]
    (folder / "calls.jsonl").write_text("\n".join(lines), "utf-8")
    stages = Stages(
        read_recording=ingest.read_recording,
        read_transcripts=ingest.read_transcripts,
        transcribe=lambda calls, speech_models: iter(()),
        enrich=fake_enrich,
        score=lambda calls, rubric, scoring_models: score_by_leg(calls, rubric=rubric, scoring_models=scoring_models),
        flag=flag_rules.flag,
    )
    engine = Engine(
        speech_models=FakeModel("e"),
        enrichment_models=FakeModel("r"),
        scoring_models=scoring_models(),
        rubric=rubric,
        stages=stages,
    )
    store = Store(str(folder / "store"))
    run_night(str(folder / "calls.jsonl"), store=store, engine=engine, metadata=metadata_source(None, None))
    return store
