import json
import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from everycall import __version__
from everycall.cli import app
from everycall.cli.app import exit_code
from everycall.cli.night_options import NightOptions
from pipeline.errors import ConfigError, RubricError, StoreError, WeightError
from pipeline.night.summary import NightSummary

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTHING_DONE = NightSummary(0, 0, 0, 0, 0, 0, 0, 0, 0.0, 1.0, None)
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_the_commands_are_these():
    assert COMMANDS == [
        "check-asr", "doctor", "evaluate", "evaluate-topics", "fit", "measure", "models", "nightly", "promises",
        "report", "rubric", "run", "score", "serve", "show", "sql", "surveys", "topics",
    ]  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_of_itself(name, everycall):
    assert re.search(rf"Example: everycall {name}\b", " ".join(everycall(name, "--help").split()))


def test_version(everycall):
    assert everycall("--version").strip() == __version__


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigError("x"), 2), (RubricError("x"), 2), (WeightError("x"), 3), (StoreError("x"), 4)],
)
def test_exit_codes_are_as_documented(error, code, everycall):
    assert exit_code(error) == code
    assert f"{code} " in everycall("--help")


def test_an_address_that_does_not_exist_is_one_line_with_a_remedy(everycall, tmp_path):
    output = everycall("run", tmp_path / "nowhere", "--store", tmp_path / "store", exits=2)
    assert "does not exist" in output
    assert "Name a folder" in output
    assert "Traceback" not in output


def test_an_unknown_profile_is_refused_by_name(everycall, tmp_path):
    assert "there is no profile huge" in everycall("score", "--store", tmp_path, "--profile", "huge", exits=2)


@pytest.mark.slow
def test_a_second_run_does_nothing(everycall, scored_store):
    output = everycall("run", EXAMPLES / "labelled.jsonl", "--store", scored_store)
    assert re.search(r"done now\s+0\b", output)
    assert re.search(r"up to date already\s+11\b", output)


@pytest.mark.slow
def test_strict_turns_a_failure_into_exit_code_1(everycall, tmp_path):
    (tmp_path / "calls.jsonl").write_text("{not json\n")
    output = everycall("run", tmp_path / "calls.jsonl", "--store", tmp_path / "store", "--strict", exits=1)
    assert "calls.jsonl:1: not JSON" in output


@pytest.mark.slow
def test_show_prints_answers_with_their_words(everycall, scored_store):
    output = " ".join(everycall("show", "enA-010", "--store", scored_store).split())
    assert "greeting_identify" in output
    assert "calls on this number are taped" in output


@pytest.mark.slow
def test_show_of_an_unknown_call_names_it(everycall, scored_store):
    assert "nobody" in everycall("show", "nobody", "--store", scored_store, exits=2)


@pytest.mark.slow
def test_sql_prints_csv(everycall, scored_store):
    query = "select language, count(*) as calls from calls group by 1 order by 1"
    assert everycall("sql", query, "--store", scored_store, "--csv") == "language,calls\nen,6\nzh,5\n"


@pytest.mark.slow
def test_a_wrong_query_is_one_line(everycall, scored_store):
    assert "the query cannot be run" in everycall("sql", "selec 1", "--store", scored_store, exits=2)


@pytest.mark.slow
def test_the_report_is_one_page_without_network(everycall, scored_store, tmp_path):
    everycall("report", "--store", scored_store, "--out", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert not re.search(r"(src|href)=[\"']https?:", page)


@pytest.mark.slow
def test_score_from_a_day_leaves_earlier_calls_alone(everycall, scored_store, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(scored_store, store)
    output = everycall("score", "--store", store, "--rubric", "sales.zh", "--from", "2026-10-25")
    assert re.search(r"calls found\s+1\b", output)
    assert re.search(r"done now\s+1\b", output)


@pytest.mark.slow
def test_several_forms_are_told_apart(everycall, scored_store, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(scored_store, store)
    output = everycall("score", "--store", store, "--rubric", "support", "--rubric", "sales,complaints.en")
    assert re.search(r"calls found\s+11\b", output)
    assert re.search(r"form\s+agent", output)
    query = "select form, count(*) as n from (select split_part(rubric_id, '.', 1) as form from scorecards) group by 1"
    counted = everycall("sql", f"{query} order by 1", "--store", store, "--csv")
    assert counted == "form,n\ncomplaints,6\nsales,11\nsupport,11\n"
    assert re.search(r"scorecards\s+17\b", output)


@pytest.mark.parametrize("name", ["run", "nightly", "serve"])
def test_the_ways_of_running_a_night_take_the_same_options(name):
    taken = {each.name for each in typer.main.get_command(app).commands[name].params}  # type: ignore[attr-defined]
    assert {each.name for each in fields(NightOptions)} <= taken


def test_forms_given_one_by_one_or_with_commas_reach_the_flow_as_one_parameter(everycall, monkeypatch, tmp_path):
    given = {}
    monkeypatch.setattr("flows.start.run_nightly", lambda **parameters: given.update(parameters) or NOTHING_DONE)
    everycall("nightly", tmp_path, "--store", tmp_path / "store", "--rubric", "support", "--rubric", "sales,a.yaml")
    assert (given["rubric"], given["recordings"], given["device"]) == ("support,sales,a.yaml", str(tmp_path), "auto")


def test_names_to_expect_and_the_script_reach_the_flow(everycall, monkeypatch, tmp_path):
    given = {}
    monkeypatch.setattr("flows.start.run_nightly", lambda **parameters: given.update(parameters) or NOTHING_DONE)
    everycall(
        "nightly", tmp_path, "--store", tmp_path / "store", "--hotwords", "names.txt", "--chinese-script", "traditional"
    )
    assert (given["hotwords"], given["chinese_script"]) == ("names.txt", "traditional")


def test_names_that_cannot_be_read_stop_a_night_before_it_begins(everycall, tmp_path):
    output = everycall("run", tmp_path, "--store", tmp_path / "store", "--hotwords", tmp_path / "none.txt", exits=2)
    assert "none.txt cannot be read" in " ".join(output.split())


def test_an_unknown_script_is_refused(everycall, tmp_path):
    output = everycall("run", tmp_path, "--store", tmp_path / "store", "--chinese-script", "kanji", exits=2)
    assert "wrong at `chinese_script`" in " ".join(output.split())


def test_score_may_run_as_a_flow(everycall, monkeypatch, tmp_path):
    given = {}
    monkeypatch.setattr("flows.start.run_rescore", lambda **parameters: given.update(parameters) or NOTHING_DONE)
    everycall("score", "--store", tmp_path / "store", "--rubric", "sales", "--from", "2026-11-01", "--flow")
    assert (given["rubric"], given["since"], given["workers"]) == ("sales", "2026-11-01", 1)


@pytest.mark.slow
def test_evaluate_writes_the_figures_that_it_prints(everycall, tmp_path):
    output = everycall("evaluate", EXAMPLES / "labelled.jsonl", "--json", tmp_path / "agreement.json")
    figures = json.loads((tmp_path / "agreement.json").read_text())
    assert set(figures) == {"macro_kappa", "calls", "labels"}
    assert figures["calls"] == 11
    assert len(figures["labels"]) == 16
    assert set(figures["labels"]["outcome"]) == {
        "n", "agreement", "kappa", "kappa_low", "kappa_high", "evidence_hit", "unsure", "agreement_sure",
    }  # fmt: skip
    assert f"macro kappa {figures['macro_kappa']:.3f} over 11 calls" in output


def test_models_lists_licences_and_hashes(everycall):
    output = everycall("models", "whisper-base")
    assert "MIT" in output
    assert "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9" in output


@pytest.mark.slow
def test_models_verifies_hashes(everycall):
    assert re.search(r"whisper-tiny-en\s+verified\s+package", everycall("models", "whisper-tiny-en", "--verify"))


@pytest.mark.slow
def test_doctor_finds_everything(everycall):
    output = everycall("doctor", "--device", "cpu")
    assert "hashes match" in output
    assert "CPU, int8" in output
