"""A night of a newer version on an older store: nothing is transcribed again, what changed is made again."""

from dataclasses import replace

import pytest
from night_fakes import FakeMeasure, fake_engine, fake_stages, write_wav

from models.fakes.encoder import HashingEncoder
from models.fakes.sentiment import WordSentiment
from pipeline.enrich import EnrichmentModels, enrich
from pipeline.night.night import rescore, run_night
from pipeline.store import Store, read


@pytest.fixture
def recordings(tmp_path):
    for name in ("2026-11-20_a", "2026-11-20_b", "2026-11-21_c"):
        write_wav(tmp_path / "recordings" / f"{name}.wav")
    return str(tmp_path / "recordings")


@pytest.fixture
def store(tmp_path, recordings):
    store = Store(str(tmp_path / "store"))
    run_night(recordings, store=store, engine=fake_engine(measure=FakeMeasure()))
    return store


def counting(made, **options):
    """An engine that cannot transcribe, and notes which calls go through which stage."""
    plain = fake_stages(revision=options.pop("revision", "1"))

    def enriching(transcripts, models):
        made["enriched"] += [transcript.call_id for transcript in transcripts]
        return plain.enrich(transcripts, models)

    def scoring(calls, rubric, models):
        made["scored"] += [call.transcript.call_id for call in calls]
        return plain.score(calls, rubric, models)

    stages = replace(plain, read_recording=None, transcribe=None, enrich=enriching, score=scoring)
    return fake_engine(stages=stages, **options)


def night(recordings, store, **options):
    """How many of the stored calls a later night enriches and scores."""
    made = {"enriched": [], "scored": []}
    summary = run_night(recordings, store=store, engine=counting(made, **options))
    assert (summary.calls_failed, summary.audio_s) == (0, 0.0)
    return {stage: len(set(names)) for stage, names in made.items()}


def test_other_enrichment_code_enriches_and_scores_again(recordings, store):
    done = night(recordings, store, enrichment_models="enrichment-2")
    assert done == {"enriched": 3, "scored": 3}


def test_other_scoring_code_only_scores_again(recordings, store):
    assert night(recordings, store, revision="2") == {"enriched": 0, "scored": 3}


def test_other_code_everywhere_transcribes_nothing(recordings, store):
    before = read(store, "turns").drop_columns(["part"])
    measure = FakeMeasure("measure-2")
    done = night(recordings, store, enrichment_models="enrichment-2", revision="2", measure=measure)
    assert done == {"enriched": 3, "scored": 3}
    assert read(store, "turns").drop_columns(["part"]) == before
    assert night(recordings, store, enrichment_models="enrichment-2", revision="2", measure=measure) == {
        "enriched": 0,
        "scored": 0,
    }


def test_other_analytics_code_measures_again_and_scores_nothing(recordings, store):
    first = set(read(store, "topics").column("part").to_pylist())
    assert night(recordings, store, measure=FakeMeasure("measure-2")) == {"enriched": 0, "scored": 0}
    assert first.isdisjoint(read(store, "topics").column("part").to_pylist())


def test_a_changed_rule_of_enriching_reaches_the_tables(recordings, store, monkeypatch):
    """With the real stage: promises and issues are rows of the calls as they were enriched last."""
    models = EnrichmentModels(HashingEncoder(), WordSentiment())
    stages = replace(fake_stages(), transcribe=None, enrich=lambda calls, own: enrich(calls, enrichment_models=own))
    engine = replace(fake_engine(stages=stages), enrichment_models=models)
    run_night(recordings, store=store, engine=engine)
    assert read(store, "issues").num_rows == 3
    monkeypatch.setattr("pipeline.enrich.findings.find_issues", lambda call: [])
    assert rescore(store, engine=engine).shards == 0
    changed = replace(engine, enrichment_models=replace(models, encoder=HashingEncoder(fingerprint="changed")))
    assert rescore(store, engine=changed).calls_done == 3
    assert read(store, "issues").num_rows == 0
