from dataclasses import replace

import numpy as np
import pytest

from bench.recognised_agreement import agreement, coverage, stored_cards, table
from pipeline.enriched import Conduct, EnrichedCall
from pipeline.evaluate.labelled import LabelledCall
from pipeline.recording import CallMetadata
from pipeline.scorecard import Answer, Scorecard
from pipeline.store import SHARD_TABLES, Part, Store, write_part
from pipeline.store.parts import table_of
from pipeline.store.rows.calls import call_row
from pipeline.store.rows.scorecards import answer_rows, scorecard_row
from pipeline.transcript import Transcript

FORM = """\
id: small
title: Small
languages: [en]
sections:
  - id: s
    title: S
    weight: 1
    questions:
      - id: empathy
        text: Was the agent kind?
        help: {text: Kind.}
        kind: yes_no
        yes_when: {kind: phrase, phrases: [sorry]}
      - id: offer_help
        text: Did the agent offer help?
        help: {text: Help.}
        kind: yes_no
        yes_when: {kind: phrase, phrases: [help]}
"""
DATE = "2026-03-02"


@pytest.fixture
def rubric(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(FORM, "utf-8")
    return str(path)


def card(call_id, empathy, interval, *, rubric_id="small"):
    answers = (
        Answer("empathy", empathy, empathy, 0.8, 50.0 * (empathy == "yes"), 50.0),
        Answer("offer_help", "yes", "yes", 0.9, 50.0, 50.0),
    )
    total = sum(answer.points for answer in answers)
    return Scorecard(call_id, rubric_id, "1", answers, (), total, interval, fingerprint="s")


def recognised_call(call_id):
    transcript = Transcript(call_id, "en", (), CallMetadata(started_at=f"{DATE}T09:00:00"), source="audio")
    moods = ("neutral", "neutral", "neutral")
    return EnrichedCall(transcript, (), moods, Conduct(), np.zeros((0, 4), np.float32), "fake", "r")


def labelled(call_id, empathy):
    transcript = Transcript(call_id, "en", (), CallMetadata(), source="jsonl")
    return LabelledCall(transcript, labels={"empathy": empathy, "offer_help": "yes"}, evidence={"empathy": (3,)})


CALLS = [labelled("c1", "yes"), labelled("c2", "no"), labelled("c3", "yes")]
RECOGNISED = {"c1": card("c1", "no", (40.0, 60.0)), "c2": card("c2", "no", (50.0, 90.0))}
TRUE = {"c1": card("c1", "no", None), "c2": card("c2", "yes", None), "c3": card("c3", "yes", None)}


def stored(folder, cards):
    store, part = Store(str(folder / "store")), Part(DATE, 1, "abc")
    calls = {each.call_id: recognised_call(each.call_id) for each in cards}
    rows = {
        "calls": [
            call_row(each, recording=None, uri=f"{call_id}.wav", input_hash=call_id, turns_part=part.name)
            for call_id, each in calls.items()
        ],
        "scorecards": [scorecard_row(each, turns_part=part.name) for each in cards],
        "answers": [row for each in cards for row in answer_rows(each)],
    }
    tables = {name: table_of(name, found, part=part.name, date=DATE) for name, found in rows.items()}
    write_part(store, part, tables, order=SHARD_TABLES)
    return store


def test_the_stored_cards_of_the_form_are_read(tmp_path, rubric):
    other = card("c1", "yes", None, rubric_id="another")
    found = stored_cards(stored(tmp_path, [other, *RECOGNISED.values()]), CALLS, rubric=rubric)
    assert {call_id: (each.rubric_id, each.total, each.interval) for call_id, each in found.items()} == {
        "c1": ("small", 50.0, (40.0, 60.0)),
        "c2": ("small", 50.0, (50.0, 90.0)),
    }


def test_coverage_counts_true_and_labelled_totals(rubric):
    covered = coverage(RECOGNISED, TRUE, CALLS, rubric=rubric)["en"]
    assert (covered.calls, covered.true_total, covered.labelled_total, covered.width) == (2, 0.5, 0.5, 30.0)


def test_a_language_without_recognised_calls_is_left_out(rubric):
    assert coverage({}, TRUE, CALLS, rubric=rubric) == {}


def test_agreement_ignores_evidence_and_calls_that_were_not_recognised():
    found = agreement(RECOGNISED, CALLS)
    assert (found.calls, found.labels["empathy"].agreement) == (2, 0.5)
    assert found.labels["empathy"].evidence_hit != found.labels["empathy"].evidence_hit


def test_the_table_has_a_line_per_label_and_the_difference_of_the_macro_kappas():
    three = {**RECOGNISED, "c3": card("c3", "yes", None)}
    lines = table(agreement(three, CALLS), agreement({**three, "c1": replace(TRUE["c3"], call_id="c1")}, CALLS))
    assert [line.split()[0] for line in lines] == ["label", "offer_help", "empathy", "macro"]
    assert lines[-1].split() == ["macro", "3", "1.000", "0.400", "-0.600"]
