"""A store of five small calls, written through the store's own writers."""

from collections import defaultdict

import numpy as np
from measure_rows import measure_tables, shard_tables

from pipeline.enrich.findings import with_findings
from pipeline.enriched import Conduct, EnrichedCall, TurnSentiment
from pipeline.failure import Failure
from pipeline.flag import Flag
from pipeline.recording import CallMetadata
from pipeline.scorecard import Answer, Evidence, Scorecard
from pipeline.store import MEASURE_TABLES, SHARD_TABLES, Part, Store, write_part
from pipeline.store.parts import table_of
from pipeline.store.rows.calls import call_row
from pipeline.store.rows.failures import failure_rows
from pipeline.store.rows.flags import flag_rows
from pipeline.store.rows.scorecards import answer_rows, scorecard_row
from pipeline.store.rows.turns import turn_rows, vector_table
from pipeline.transcript import Transcript, Turn

DATE = "2026-03-02"
INJECTION = "<script>alert('x')</script> & my bill is wrong"
CHINESE = "我的宽带又断了"


def call(call_id, words, *, language="en", agent_id="A1", moods=("negative", "neutral", "neutral"), timed=True):
    """A greeting and one turn of the customer's, which starts 65 s into the call."""
    times = [(0.0, 3.0), (65.0, 70.0)] if timed else [(None, None)] * 2
    turns = (Turn(0, "agent", 0, *times[0], "hello"), Turn(1, "customer", 1, *times[1], words))
    metadata = CallMetadata(agent_id=agent_id, customer_id="K1", started_at=f"{DATE}T09:00:00", queue="billing")
    transcript = Transcript(
        call_id, language, turns, metadata, "audio", duration_s=90.0 if timed else None, fingerprint="h"
    )
    sentiments = (TurnSentiment(0.1, 0.8, 0.1), TurnSentiment(0.9, 0.1, 0.0))
    return EnrichedCall(transcript, sentiments, moods, Conduct(), np.eye(2, 4, dtype=np.float32), "fake", "r")


def scorecard(read, total, *, empathy="no", auto_failed=(), form="support.en"):
    """Empathy counts ten points and rests on the customer's words; a recording notice was looked for in vain."""
    spoken = read.transcript.turns[1]
    evidence = (Evidence(1, spoken.text, spoken.start_s, spoken.end_s),)
    answers = (
        Answer("empathy", empathy, "no", 0.8, 10.0 * (empathy == "yes"), 10.0, evidence, method="meaning"),
        Answer("recording_notice", "no", "no", 0.9, 0.0, 5.0, (), (0, 1), "", "phrase"),
        Answer("hold_etiquette", "na", "na", 0.99, 0.0, 0.0, (), (), "there was no hold", "meaning"),
    )
    low, high = max(0.0, total - 5), min(100.0, total + 5)
    card = Scorecard(read.transcript.call_id, form, "1", answers, (), total, (low, high), auto_failed, fingerprint="s")
    return card, evidence


def add_form(store):
    """A second form, which scored c1 and c3 in a later part and flags c1."""
    part, rows = Part(DATE, 2, "def"), defaultdict(list)
    for read, total in ((call("c1", "my bill is wrong again"), 90.0), (call("c3", "thanks for the refund"), 20.0)):
        card, evidence = scorecard(read, total, form="selling")
        rows["scorecards"].append(scorecard_row(card, turns_part="g0001-abc"))
        rows["answers"] += answer_rows(card)
        if card.call_id == "c1":
            flags = [Flag("c1", "unsure", "low", "A person must answer `offer`", evidence, 60.0, 10.0)]
            rows["flags"] += flag_rows(flags, rubric_id="selling")
    tables = {name: table_of(name, found, part=part.name, date=DATE) for name, found in rows.items()}
    write_part(store, part, tables, order=SHARD_TABLES)
    return store


def write_store(path, *, written="where is my parcel", measured=False, **changed):
    """c1 to c3 of agent A1, c4 in Chinese of A2, c5 a `written` one without times; c2 repeats c1.

    With `measured` the store has the measures over all calls too, their figures `changed`.
    """
    store = Store(str(path))
    reads = [
        call("c1", "my bill is wrong again"),
        call("c2", INJECTION, moods=("negative", "negative", "negative")),
        call("c3", "thanks for the refund", moods=("neutral", "neutral", "positive")),
        call("c4", CHINESE, language="zh", agent_id="A2", moods=("negative", "neutral", "negative")),
        call("c5", written, agent_id="", timed=False, moods=("neutral", "neutral", "neutral")),
    ]
    totals = {"c1": 40.0, "c2": 10.0, "c3": 100.0, "c4": 70.0}
    part, rows = Part(DATE, 1, "abc"), defaultdict(list)
    for read in reads:
        call_id = read.transcript.call_id
        rows["calls"].append(
            call_row(read, recording=None, uri=f"{call_id}.wav", input_hash=call_id, turns_part=part.name)
        )
        rows["turns"] += turn_rows(with_findings(read))
        if call_id in totals:
            empathy = {"c3": "yes", "c4": "unsure"}.get(call_id, "no")
            card, evidence = scorecard(
                read, totals[call_id], empathy=empathy, auto_failed=("empathy",) if call_id == "c2" else ()
            )
            rows["scorecards"].append(scorecard_row(card, turns_part=part.name))
            rows["answers"] += answer_rows(card)
            rows["flags"] += flag_rows(_flags(call_id, evidence), rubric_id=card.rubric_id)
    if measured:
        rows |= shard_tables(INJECTION)
    broken = Failure("in/<b>broken</b>.wav", "ingest", "there is no audio", "Export it again")
    rows["failures"] += failure_rows([broken], item="broken")
    tables = {name: table_of(name, found, part=part.name, date=DATE) for name, found in rows.items()}
    tables["turn_vectors"] = vector_table(reads, part=part.name, date=DATE)
    write_part(store, part, tables, order=SHARD_TABLES)
    _write_measures(store, measure_tables(**changed) if measured else {})
    return store


def _flags(call_id, evidence):
    if call_id == "c2":
        failed = "The form failed as a whole: `empathy` was answered `no`"
        return [
            Flag(call_id, "auto_fail", "critical", failed, evidence, 60.0, 80.0),
            Flag(call_id, "low_score", "high", "The score is 10", evidence, 60.0, 50.0),
        ]
    if call_id == "c4":
        return [Flag(call_id, "negative_end", "medium", "The mood turned negative", evidence, 60.0, 90.0)]
    return []


def _write_measures(store, measured):
    part = Part(DATE, 1, "m")
    topics = [
        {
            "topic_id": "t-1",
            "name": "Bill · charge",
            "language": "en",
            "status": "found",
            "calls": 2,
            "examples": ["c1", "c2"],
        },
        {"topic_id": "t-2", "name": "宽带", "language": "zh", "status": "found", "calls": 1, "examples": ["c4"]},
    ]
    belongs = {"c1": "t-1", "c2": "t-1", "c3": "other", "c4": "t-2", "c5": "other"}
    call_topics = [
        {"call_id": call_id, "issue": 1, "topic_id": topic, "similarity": 0.5, "turn": 1}
        for call_id, topic in belongs.items()
    ]
    matched = {
        "method": "matched",
        "customer_id": "K1",
        "earlier_call_id": "c1",
        "days_between": 2.5,
        "similarity": 0.4,
    }
    repeats = [
        {"call_id": "c2", **matched},
        {"call_id": "c2", "method": "said", "customer_id": "K1", "earlier_call_id": ""},
        {"call_id": "c4", "method": "said", "customer_id": "K2", "earlier_call_id": ""},
    ]
    rows = {"topics": topics, "call_topics": call_topics, "repeats": repeats, **measured}
    tables = {name: table_of(name, found, part=part.name, date=DATE) for name, found in rows.items()}
    write_part(store, part, tables, order=MEASURE_TABLES)
