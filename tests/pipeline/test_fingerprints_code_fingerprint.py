import shutil
import sys
import tomllib
from pathlib import Path

import pytest

import models
import pipeline
from models.fakes.encoder import HashingEncoder
from models.fakes.sentiment import WordSentiment
from pipeline.enrich import EnrichmentModels
from pipeline.fingerprints.code_fingerprint import (
    code_fingerprint,
    data_files,
    model_fingerprint,
    source_files,
    sources_fingerprint,
)

ROOT = Path(pipeline.__file__).parents[1]
ENRICH = ("pipeline.enrich.enrich",)
SCORE = ("pipeline.score.score", "pipeline.score.flag_rules")
ANALYTICS = ("pipeline.analytics.measures", "pipeline.analytics.update")
HEADS = ("models.heads",)
STAGES = {"enrich": ENRICH, "score": SCORE, "analytics": ANALYTICS, "heads": HEADS}
SYNTAX = Path(__file__).parents[1] / "data" / "fingerprints" / "rules.txt"
# Transcripts have golden outputs instead (`test_transcribe_golden`). `named.yaml` and `phrases` become part of a form
# and of its version. The linter and the catalogue of weights make no rows. Translations are worded again when shown,
# from `reason_code`; a new one does not score every call again.
ELSEWHERE = {
    "role_cues.toml",
    "prompt_cues.toml",
    "named.yaml",
    "lint_words.toml",
    "catalog.toml",
    "zh_Hans.po",
    "zh_Hans.mo",
}
NO_STAGE = {"phrases", "fitted", "training"}


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the sources in which tests may change a file, and put it back."""
    folder = tmp_path_factory.mktemp("sources")
    for package in ("pipeline", "models"):
        ignored = shutil.ignore_patterns("__pycache__", "training", "fitted")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    return folder


@pytest.fixture
def edit(copied):
    originals = {}

    def change(path, old, new):
        file = copied / path
        text = originals.setdefault(file, file.read_text("utf-8"))
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    yield change
    for file, text in originals.items():
        file.write_text(text, "utf-8")


def found(folder, modules):
    return sources_fingerprint(modules, folders={"pipeline": folder, "models": folder})


def changed_stages(folder):
    return {name for name, modules in STAGES.items() if found(folder, modules) != found(ROOT, modules)}


def one_module(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "rules.py").write_text(text, "utf-8")
    return sources_fingerprint(["rules"], folders={"rules": folder})


@pytest.mark.parametrize(
    ("path", "old", "new", "stages"),
    [
        ("pipeline/enrich/commitment_patterns_english.py", "reimburs", "rebat", {"enrich"}),
        ("pipeline/enrich/issues.py", "ISSUE_TURNS = 6", "ISSUE_TURNS = 5", {"enrich", "analytics"}),
        ("pipeline/enrich/conduct.py", "SILENCE_S = 3.0", "SILENCE_S = 2.5", {"enrich", "score"}),
        ("pipeline/text/itn.py", '"hundred"', '"gross"', {"enrich"}),
        ("pipeline/score/detectors/phrase.py", "return Moment(", "return not Moment(", {"score"}),
        ("pipeline/score/flag_rules.py", "low_total: float = 60.0", "low_total: float = 70.0", {"score"}),
        ("pipeline/analytics/update.py", "SETTLING_DAYS = 35", "SETTLING_DAYS = 30", {"analytics"}),
        ("models/turn_words.py", "LONGEST_GRAM = 4", "LONGEST_GRAM = 3", {"heads"}),
    ],
)
def test_a_changed_rule_changes_the_stages_that_use_it(copied, edit, path, old, new, stages):
    edit(path, old, new)
    assert changed_stages(copied) == stages


@pytest.mark.parametrize(
    ("path", "old", "stages"),
    [
        ("pipeline/analytics/topics/empty_words.toml", "afternoon", {"analytics"}),
        ("models/cues.toml", "hold the line", {"heads"}),
    ],
)
def test_changed_data_changes_the_stages_that_read_it(copied, edit, path, old, stages):
    edit(path, old, "changed")
    assert changed_stages(copied) == stages


def test_comments_in_data_change_nothing(copied, edit):
    edit("models/cues.toml", "\naccount = [", "\n# A comment.\naccount = [")
    assert tomllib.loads((copied / "models/cues.toml").read_text("utf-8"))
    assert changed_stages(copied) == set()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pipeline/enrich/promises.py", "from __future__", "# A comment.\n\nfrom __future__"),
        ("pipeline/enrich/issues.py", "Most calls have one issue.", "One issue a call."),
        ("pipeline/enrich/conduct.py", "\n\n\n", "\n\n\n\n"),
        ("pipeline/score/flag_rules.py", "rule in asked:", "rule in (\n        asked\n    ):"),
        ("pipeline/transcribe/turns.py", "return ", "return not "),
        ("pipeline/rubric/lint.py", "return ", "return not "),
        ("models/whisper.py", "return ", "return not "),
        ("models/catalog.toml", '"', '"x'),
    ],
)
def test_words_layout_and_other_rooms_change_nothing(copied, edit, path, old, new):
    edit(path, old, new)
    assert changed_stages(copied) == set()


PLAIN = """
def total(values):
    return f"{sum(values):.1f} of {len(values)!r}"
"""


@pytest.mark.parametrize(
    "same",
    [
        '"""Adds up."""\n' + PLAIN,
        PLAIN.replace("    return", '    """The sum."""\n    # A comment.\n    return'),
        PLAIN.replace('f"', "f'").replace('}"', "}'"),
        PLAIN.replace(
            'f"{sum(values):.1f} of {len(values)!r}"', '(\n        f"{sum(values):.1f}" f" of {len(values)!r}"\n    )'
        ),
        PLAIN.replace("(values)", "(values,)", 1).replace("(values,)", "(\n    values,\n)", 1),
        PLAIN.replace("    return", "  return"),
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import decimal\n" + PLAIN,
    ],
)
def test_the_same_code_written_otherwise_is_the_same(tmp_path, same):
    plain = PLAIN if "TYPE_CHECKING" not in same else "from typing import TYPE_CHECKING\n" + PLAIN
    assert one_module(tmp_path / "a", same) == one_module(tmp_path / "b", plain)


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace(".1f", ".2f"),
        PLAIN.replace(" of ", " in "),
        PLAIN.replace("!r", ""),
        PLAIN.replace("sum(values)", "sum([values])"),
        PLAIN.replace("(values):\n", "(values, /):\n"),
        PLAIN + "\nLIMIT = 1\n",
        PLAIN + "\nLIMIT = None\n",
        PLAIN + "\nLIMIT = '1'\n",
        PLAIN + "\nLIMIT = True\n",
    ],
)
def test_other_code_is_another(tmp_path, other):
    others = {one_module(tmp_path / "a", other), one_module(tmp_path / "b", PLAIN)}
    assert len(others) == 2


def test_a_moved_line_is_another_rule(tmp_path):
    inside = "def f(x):\n    if x:\n        x = 1\n        x = 2\n    return x\n"
    outside = "def f(x):\n    if x:\n        x = 1\n    x = 2\n    return x\n"
    assert one_module(tmp_path / "a", inside) != one_module(tmp_path / "b", outside)


def test_every_python_version_gives_the_same_fingerprint(tmp_path):
    """Python 3.11, 3.12, 3.13 and 3.14 all computed this value."""
    assert one_module(tmp_path / "a", SYNTAX.read_text("utf-8")) == "e216468aaeed053b"


def test_a_missing_module_counts_by_its_name():
    assert sources_fingerprint(["elsewhere"], folders={}) != sources_fingerprint(["nowhere"], folders={})


def test_a_model_counts_with_the_code_of_its_adapter():
    assert model_fingerprint(HashingEncoder()) != model_fingerprint(WordSentiment())
    assert model_fingerprint(HashingEncoder()).startswith("hashing-encoder:")
    assert model_fingerprint(HashingEncoder()).endswith(code_fingerprint("models.fakes.encoder"))


def test_other_weights_and_other_code_are_other_enrichment_models(monkeypatch):
    plain = EnrichmentModels(HashingEncoder(), WordSentiment()).fingerprint
    assert EnrichmentModels(HashingEncoder(fingerprint="other"), WordSentiment()).fingerprint != plain
    monkeypatch.setattr(sys.modules["pipeline.enrich.enrich"], "code_fingerprint", lambda *modules: "changed")
    assert EnrichmentModels(HashingEncoder(), WordSentiment()).fingerprint != plain


def test_every_data_file_of_a_stage_counts():
    """A new data file must be part of a stage's fingerprint, or be listed above."""
    folders = {"pipeline": ROOT, "models": ROOT}
    counted = {
        path for own in STAGES.values() for path in data_files(dict(source_files(own, folders=folders)).values())
    }
    there = {
        path
        for package in ("pipeline", "models")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".typed") and path.parent.name not in NO_STAGE
    }
    assert {path.name for path in there - counted} == ELSEWHERE


def test_models_are_found_beside_the_pipeline():
    assert Path(models.__file__).parents[1] == ROOT
    assert found(ROOT, HEADS) == code_fingerprint(*HEADS)
