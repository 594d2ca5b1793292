"""The project keeps the form that docs/design.md gives it: who may import whom, how long things get, what is named."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("everycall", "pipeline", "models", "rubrics", "flows", "bench")
# Rooms that a room may import beside itself.
LAW = {
    "everycall": set(ROOMS),
    "pipeline": set(),
    "models": {"pipeline"},
    "rubrics": set(),
    "flows": {"pipeline", "models"},
    "bench": set(ROOMS),
}
NOUNS = {
    "recording",
    "transcript",
    "enriched",
    "scorecard",
    "flag",
    "failure",
    "labelled",
    "ports",
    "errors",
    "fingerprint",
}
# The registry puts models into the verbs' hands, fitting a head measures it by the pipeline's kappa,
# and heads hear and spell Chinese as the rules do.
MODELS_BEYOND_NOUNS = {
    "models/registry.py": {"engine", "hear", "overall", "read", "rubric", "score"},
    "models/fitting/fit.py": {"agreement", "characters"},
    "models/fitting/misheard_chinese.py": {"sounds"},
    "models/turn_words.py": {"characters", "sounds"},
    "models/whisper_words.py": {"characters"},
    "models/profile.py": {"characters"},
}
WEB = {"fastapi", "starlette", "uvicorn", "flask", "aiohttp", "django"}
HEAVY = {"torch", "prefect", "pandas", "pyarrow", "duckdb", "spacy", "sklearn", "scipy", "av", "onnxruntime"}
VAGUE_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc)(_|$)")
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 60
# Addresses of this machine, of nobody (RFC 2606), and names of schemas that happen to look like addresses are no hosts.
NO_HOSTS = r"localhost|127\.0\.0\.1|\[::1\]|example\.(?:com|org|net)|json-schema\.org|www\.w3\.org|<|\{|…"
ADDRESS = re.compile(rf"\b(?:https?|ftp)://(?!(?:{NO_HOSTS}))[^\s)\"'`>]+")
MACHINE_PATH = re.compile(r"(?<![\w.~/$-])/(?:work|home|root|Users|opt|mnt|tmp|srv)/[\w.-]+")
# Inside a container the paths are the image's own.
PATHS_OF_THE_IMAGE = ("/opt/everycall", "/home/everycall")


def sources(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def imports(path):
    """Every module that a file names in an import, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops(path):
    return {module.partition(".")[0] for module in imports(path)}


def tracked(*suffixes):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    paths = [ROOT / name for name in listed.split("\0") if name.endswith(suffixes)]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_it_may(room):
    allowed = LAW[room] | {room}
    broken = {name_of(path): tops(path) & set(ROOMS) - allowed for path in sources(room)}
    assert {path: rooms for path, rooms in broken.items() if rooms} == {}


def test_only_flows_imports_prefect():
    others = sources(*(room for room in ROOMS if room not in {"flows", "bench"}))
    assert [name_of(path) for path in others if "prefect" in tops(path)] == []


def test_the_pipeline_knows_no_torch_and_no_web():
    forbidden = {"torch", "transformers", "ctranslate2", "faster_whisper", "prefect", *WEB}
    broken = {name_of(path): tops(path) & forbidden for path in sources("pipeline")}
    assert {path: modules for path, modules in broken.items() if modules} == {}


def test_models_know_of_the_pipeline_only_nouns_ports_and_errors():
    broken = {}
    for path in sources("models"):
        allowed = NOUNS | MODELS_BEYOND_NOUNS.get(name_of(path), set())
        parts = {module.split(".")[1] for module in imports(path) if module.startswith("pipeline.")}
        if parts - allowed:
            broken[name_of(path)] = parts - allowed
    assert broken == {}


def test_flows_reach_models_through_the_registry():
    modules = {module for path in sources("flows") for module in imports(path) if module.startswith("models.")}
    assert {module for module in modules if not module.startswith("models.registry")} == set()


def test_importing_the_pipeline_is_light():
    script = (
        "import sys, time; began = time.process_time(); import pipeline; seconds = time.process_time() - began;"
        f"print(seconds, *sorted(set(sys.modules) & {HEAVY!r}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, *loaded = done.stdout.split()
    assert float(seconds) < 0.3
    assert loaded == []


def test_the_nouns_and_ports_load_nothing_heavy():
    modules = ", ".join(f"pipeline.{noun}" for noun in sorted(NOUNS))
    script = f"import sys, {modules}; print(*sorted(set(sys.modules) & {HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_file_is_longer_than_a_reader_holds():
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in sources(*ROOMS, "tests")}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen():
    long = {}
    for path in sources(*ROOMS, "tests"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long[f"{name_of(path)}:{node.name}"] = lines
    assert long == {}


def test_no_module_is_named_for_nothing():
    parts = {part for path in sources(*ROOMS) for part in path.relative_to(ROOT).with_suffix("").parts}
    assert [part for part in sorted(parts) if VAGUE_NAMES.search(part)] == []


def test_the_library_never_prints():
    printing = []
    for path in sources("pipeline", "models", "flows"):
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
        if any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls):
            printing.append(name_of(path))
    assert printing == []


def test_the_top_level_is_the_one_of_the_design():
    held = {name.partition("/")[0] for name in (name_of(path) for path in tracked(""))}
    known = {
        *(
            "pipeline",
            "models",
            "rubrics",
            "flows",
            "everycall",
            "bench",
            "tests",
            "examples",
            "docs",
            "requirements",
        ),
        *(
            "pyproject.toml",
            "Dockerfile.gpu",
            "Makefile",
            "README.md",
            "CHANGELOG.md",
            "LICENSE",
            "NOTICE",
            "THIRD_PARTY.md",
        ),
        *(".ci", ".dockerignore", ".gitignore", ".gitattributes", ".pre-commit-config.yaml"),
    }
    assert held - known == set()


def test_files_name_no_machine_and_no_host():
    texts = tracked(
        ".py", ".md", ".toml", ".yaml", ".yml", ".json", ".txt", ".gpu", ".in", "Makefile", ".ci/run", "NOTICE"
    )
    found = {}
    for path in texts:
        text = path.read_text("utf-8")
        hits = {*ADDRESS.findall(text), *MACHINE_PATH.findall(text)} - {*PATHS_OF_THE_IMAGE}
        if hits and path != Path(__file__):
            found[name_of(path)] = sorted(hits)
    assert found == {}
