"""The project keeps the form that docs/design.md gives it: who may import whom, how long things get, what is named."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bench.rooms import NOUNS as NOUN_ROOM
from bench.rooms import read_rooms

ROOT = Path(__file__).parent.parent
PACKAGES = ("everycall", "pipeline", "models", "rubrics", "flows", "bench")
# What the adapters may know of the pipeline. The registry puts models into the stages' hands, and fitting measures with
# what production measures with.
NOUNS = {path.stem for path in (ROOT / "pipeline").glob("*.py")} - {"__init__"}
MODELS_BEYOND_NOUNS = {"models/registry.py": {"analytics", "enrich", "night", "rubric", "score", "transcribe"}}
FITTING_BEYOND_NOUNS = {"evaluate", "rubric", "score"}
# Whisper's English text normaliser, by which word errors are counted everywhere, is in transformers.
PIPELINE_BEYOND_LAW = {"pipeline/evaluate/word_errors.py": {"transformers"}}
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


def lint_imports(folder):
    """The layers of `pyproject.toml` held against the packages of a folder."""
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)


def tracked(*suffixes):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    paths = [ROOT / name for name in listed.split("\0") if name.endswith(suffixes)]
    return [path for path in paths if path.is_file()]


def test_rooms_import_only_rooms_below_them():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_an_import_against_the_order_of_rooms_is_found(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("bench", "everycall", "flows", "models", "pipeline"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "pipeline/enrich/hold.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef late() -> None:\n    import pipeline.score.answer_points\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert "pipeline.enrich is not allowed to import pipeline.score" in done.stdout


def test_the_design_lists_every_room_below_those_that_it_imports():
    rooms, arrows = read_rooms()
    text = (ROOT / "docs/design.md").read_text("utf-8")
    listed = re.findall(r"^\| `([\w./*]+?)/?` \|", text.partition("## Rooms")[2].partition("## Nouns")[0], re.MULTILINE)
    place = {name.replace("/", "."): number for number, name in enumerate(listed)}
    place[NOUN_ROOM] = place.pop("pipeline.*.py")
    assert {room.name for room in rooms} - set(place) == set()
    wrong = [(room, other) for room, others in arrows.items() for other in others if place[other] > place[room]]
    assert wrong == []


def test_only_flows_imports_prefect():
    others = sources(*(room for room in PACKAGES if room not in {"flows", "bench"}))
    assert [name_of(path) for path in others if "prefect" in tops(path)] == []


def test_the_pipeline_knows_no_torch_and_no_web():
    forbidden = {"torch", "transformers", "ctranslate2", "faster_whisper", "prefect", *WEB}
    broken = {
        name_of(path): tops(path) & forbidden - PIPELINE_BEYOND_LAW.get(name_of(path), set())
        for path in sources("pipeline")
    }
    assert {path: modules for path, modules in broken.items() if modules} == {}


def test_models_know_of_the_pipeline_only_nouns_ports_and_errors():
    broken = {}
    for path in sources("models"):
        allowed = NOUNS | {"fingerprints", "text"} | MODELS_BEYOND_NOUNS.get(name_of(path), set())
        if "fitting" in path.parts:
            allowed |= FITTING_BEYOND_NOUNS
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
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in sources(*PACKAGES, "tests")}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen():
    long = {}
    for path in sources(*PACKAGES, "tests"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long[f"{name_of(path)}:{node.name}"] = lines
    assert long == {}


def test_no_module_is_named_for_nothing():
    parts = {part for path in sources(*PACKAGES) for part in path.relative_to(ROOT).with_suffix("").parts}
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
