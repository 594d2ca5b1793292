"""Documentation is held to the code: its commands exist and run, its tables and settings are the real ones."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from everycall.cli import app
from models.profile import Profile
from pipeline.store.schemas import TABLES, schema_of

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "rubrics" / "README.md"]
COMMAND = re.compile(r"^\$ (everycall .+)$|`(everycall [a-z]+[^`]*)`", re.MULTILINE)
MAIN = typer.main.get_command(app)
COMMANDS = MAIN.commands  # type: ignore[attr-defined]


def commands_of(page):
    return [first or second for first, second in COMMAND.findall(page.read_text("utf-8"))]


def section(page, heading):
    return page.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_and_option_in_it_exists(page):
    for line in commands_of(page):
        words = shlex.split(line)
        assert words[1] in COMMANDS or words[1].startswith("-") or words[1] == "COMMAND", line
        command = COMMANDS.get(words[1], MAIN)
        within = getattr(command, "commands", {}) if command is not MAIN else {}
        assert len(words) < 3 or not within or words[2] in within or words[2].startswith("-"), line
        known = {option for each in within.get(words[2] if words[2:] else "", command).params for option in each.opts}
        assert {word for word in words[2:] if word.startswith("--")} <= known | {"--help"}, line


def test_every_command_is_in_the_documentation():
    text = " ".join(command for page in PAGES for command in commands_of(page))
    names = [*COMMANDS, *(f"{name} {each}" for name in COMMANDS for each in getattr(COMMANDS[name], "commands", ()))]
    assert [name for name in names if f"everycall {name}" not in text] == []


def test_every_table_and_column_is_documented_and_no_other():
    page = (ROOT / "docs" / "tables.md").read_text("utf-8")
    for table in TABLES:
        documented = re.findall(r"^\| `(\w+)` \|", section(page, table), re.MULTILINE)
        assert documented == schema_of(table).names, table
    assert len(re.findall(r"^## ", page, re.MULTILINE)) == len(TABLES)


def test_every_setting_of_a_profile_is_documented_as_it_is():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name, field in Profile.model_fields.items():
        described = re.escape(f"| `{name}` | `{field.default}` |")
        assert re.search(described, page), name


def test_the_readme_s_own_figures_are_all_filled_in():
    assert "@@" not in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_the_readme_s_commands_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recordings").symlink_to(ROOT / "examples" / "labelled.jsonl")
    (tmp_path / "recordings").rename(tmp_path / "recordings.jsonl")
    (tmp_path / "calls.csv").write_text("file\n", "utf-8")
    made = CliRunner().invoke(app, ["run", "recordings.jsonl", "--store", "demo/store"])
    assert made.exit_code == 0, made.output
    lines = re.findall(r"^\$ (everycall .+)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(lines) >= 3
    for line in lines:
        words = ["recordings.jsonl" if word == "recordings" else word for word in shlex.split(line)[1:]]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, f"{line}\n{result.output}"
