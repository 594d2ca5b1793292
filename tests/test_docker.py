"""Dockerfile.gpu, without a Docker engine: what it declares, and its install steps run in a scratch folder."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOME = "/opt/everycall"
PYTHON_OF_THE_IMAGE = "3.12"
UV = Path(sys.executable).with_name("uv")


def instructions():
    """The Dockerfile as (word, argument), continuation lines joined and comments left out."""
    lines = [line for line in (ROOT / "Dockerfile.gpu").read_text("utf-8").splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def arguments(word):
    return [argument for name, argument in instructions() if name == word]


def final_stage():
    steps = instructions()
    last = max(index for index, (word, _) in enumerate(steps) if word == "FROM")
    return steps[last:]


def commands():
    """The commands of all RUN steps, in order, without their `&&`."""
    return [shlex.split(command) for step in arguments("RUN") for command in step.split("&&")]


def lock_installs():
    return [command for command in commands() if "pip" in command and "-r" in command]


def environment():
    pairs = [pair for word, argument in final_stage() if word == "ENV" for pair in shlex.split(argument)]
    return dict(pair.split("=", 1) for pair in pairs)


def test_the_base_is_a_cuda_12_runtime_with_cudnn_from_the_default_registry():
    first = arguments("FROM")[0]
    assert re.fullmatch(r"nvidia/cuda:12\.\d+\.\d+-cudnn-runtime-ubuntu24\.04 AS base", first)
    assert {argument.split()[0] for argument in arguments("FROM")[1:]} == {"base"}


def test_it_runs_as_an_ordinary_user():
    users = [argument for word, argument in final_stage() if word == "USER"]
    assert users[-1:] == ["everycall"]
    assert any(command[0] == "useradd" and command[-1] == "everycall" for command in commands())


def test_nothing_reports_home_and_no_hub_is_asked():
    declared = environment()
    assert declared["DO_NOT_TRACK"] == "1"
    assert declared["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert declared["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert declared["HF_HUB_OFFLINE"] == "1"


def test_weights_and_state_lie_in_volumes_that_the_user_may_write():
    volumes = {volume for argument in arguments("VOLUME") for volume in json.loads(argument)}
    owned = {path for command in commands() if command[0] == "chown" for path in command[2:]}
    declared = environment()
    assert volumes == {"/weights", "/state"} == owned
    assert declared["EVERYCALL_WEIGHTS"] == "/weights"
    assert declared["EVERYCALL_CACHE"].startswith("/weights/")
    assert declared["PREFECT_HOME"].startswith("/state/")


def test_its_health_is_what_the_doctor_says():
    check = arguments("HEALTHCHECK")[0]
    assert json.loads(check[check.index("CMD") + 3 :]) == ["everycall", "doctor", "--device", "cuda"]
    assert json.loads(arguments("ENTRYPOINT")[0]) == ["everycall"]


def test_only_locks_decide_what_is_installed():
    files = [command[command.index("-r") + 1] for command in lock_installs()]
    assert sorted(files) == [f"requirements/{name}lock.txt" for name in ("cuda.", "")]
    assert all("--require-hashes" in command and "--no-deps" in command for command in lock_installs())


def test_what_is_copied_exists_and_reaches_the_builder():
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {path for argument in arguments("COPY") if "--from" not in argument for path in argument.split()[:-1]}
    assert {path for path in copied - {"."} if not (ROOT / path).exists()} == set()
    assert copied - {"."} <= sent


def in_scratch(command, scratch):
    """A command of the image as it can run here: this Python, the scratch folder, and its own virtual environment."""
    here = [word.replace(HOME, str(scratch)) for word in command]
    return [sys.executable if word == f"python{PYTHON_OF_THE_IMAGE}" else word for word in here]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """The folder of the image after its COPY steps: what git tracks and .dockerignore lets through."""
    folder = tmp_path_factory.mktemp("image")
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    listed = ["git", "ls-files", "-z", "--", *sent]
    tracked = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
def test_the_install_steps_make_an_environment_that_runs_everycall(scratch):
    """Every step is run but apt's and useradd; the packages of the locks are not fetched again but lent by this one."""
    (venv,) = [command for command in commands() if command[1:3] == ["-m", "venv"]]
    subprocess.run(in_scratch(venv, scratch), check=True)
    lend_packages(to=scratch / "venv")
    rest = [command for command in commands() if command[0].startswith("venv/") and command not in lock_installs()]
    assert len(rest) == 2
    for command in rest:
        subprocess.run(command, cwd=scratch, check=True, stdout=subprocess.PIPE)
    run = [str(scratch / "venv/bin/everycall"), "--version"]
    assert re.match(r"\d+\.\d+\.\d+", subprocess.run(run, cwd="/", capture_output=True, text=True, check=True).stdout)


def lend_packages(*, to):
    """Lets a virtual environment see the packages of this one, though not this checkout of Everycall."""
    (site,) = to.glob("lib/python*/site-packages")
    for seeded in site.glob("setuptools*"):
        shutil.rmtree(seeded)
    lender = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    for entry in lender.iterdir():
        if "everycall" not in entry.name and not (site / entry.name).exists():
            (site / entry.name).symlink_to(entry)


@pytest.mark.slow
def test_the_installed_package_holds_every_file_of_the_rooms(scratch, tmp_path):
    install = next(command for command in commands() if "--no-build-isolation" in command)
    there = ["--target", str(tmp_path), "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, *install[1:], *there], cwd=scratch, check=True)
    rooms = ("everycall", "pipeline", "models", "rubrics", "flows")
    files = [path.relative_to(scratch) for room in rooms for path in (scratch / room).rglob("*") if path.is_file()]
    needed = [path for path in files if path.suffix != ".md" and "__pycache__" not in path.parts]
    assert [str(path) for path in needed if not (tmp_path / path).exists()] == []


@pytest.mark.slow
@pytest.mark.parametrize("lock", ["cuda.lock.txt", "lock.txt"])
def test_the_locks_can_be_installed_on_the_image_s_python(lock, tmp_path):
    """Resolves as the image would (its Python, its system) and finds a file with a locked hash for each package."""
    machine = ["--python-version", PYTHON_OF_THE_IMAGE, "--python-platform", "x86_64-manylinux_2_39"]
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--target", str(tmp_path)]
    command = [UV, "pip", "install", "--dry-run", *machine, *options, "-r", ROOT / "requirements" / lock]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if re.search(r"dns error|error sending request|[Cc]onnect", done.stderr):
        pytest.skip("no package registry answers")
    assert done.returncode == 0, done.stderr
