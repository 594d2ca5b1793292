"""What is shipped fits together: the locks, the catalogue of weights and its notices, the sample calls."""

import csv
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(path.name for path in REQUIREMENTS.glob("*lock.txt"))
PINNED = re.compile(r"^([a-z0-9.-]+)==([^ ]+)", re.MULTILINE)
LICENCES = {"MIT", "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0"}


def dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [re.split(r"[<>=!~\[; ]", requirement)[0].lower() for requirement in project["dependencies"]]


def weights():
    return tomllib.loads((ROOT / "models/catalog.toml").read_text("utf-8"))["weight"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name):
    entries = re.split(r"^(?=[a-z0-9])", (REQUIREMENTS / name).read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_pins_every_dependency():
    pinned = {name for name, _ in PINNED.findall((REQUIREMENTS / "lock.txt").read_text("utf-8"))}
    assert set(dependencies()) - pinned == set()


def test_the_lock_drags_no_cuda_along():
    pinned = {name for name, _ in PINNED.findall((REQUIREMENTS / "lock.txt").read_text("utf-8"))}
    assert [name for name in pinned if name.startswith(("nvidia-", "cuda-", "triton"))] == []


def test_torch_is_locked_in_its_build_for_the_cpu_and_in_those_of_the_registry():
    cpu = re.findall(r"--hash=sha256:([0-9a-f]{64})", (REQUIREMENTS / "cpu.lock.txt").read_text("utf-8"))
    lock = (REQUIREMENTS / "lock.txt").read_text("utf-8")
    torch = re.search(r"^torch==2\.13\.0 .*\n((?:    --hash.*\n)+)", lock, re.MULTILINE)[1]
    assert [value in torch for value in cpu] == [True]
    assert torch.count("--hash=") > 1


def test_ctranslate2_gets_the_cublas_it_opens():
    assert dict(PINNED.findall((REQUIREMENTS / "cuda12.lock.txt").read_text("utf-8")))["nvidia-cublas-cu12"].startswith(
        "12."
    )


def test_every_carrier_of_weights_is_locked_at_its_version():
    lines = (REQUIREMENTS / "weights.in").read_text("utf-8").splitlines()
    carriers = {line for line in lines if line and not line.startswith("#")}
    locked = PINNED.findall((REQUIREMENTS / "weights.lock.txt").read_text("utf-8"))
    assert {f"{name}=={version}" for name, version in locked} == carriers


def test_every_weight_may_be_used_for_profit():
    assert {weight["name"]: weight["licence"] for weight in weights() if weight["licence"] not in LICENCES} == {}


def test_every_weight_has_its_notice():
    notices = (ROOT / "THIRD_PARTY.md").read_text("utf-8")
    assert [weight["name"] for weight in weights() if f"`{weight['name']}`" not in notices] == []


def test_every_direct_dependency_is_described():
    table = (ROOT / "docs/dependencies.md").read_text("utf-8")
    assert [name for name in dependencies() if f"`{name}`" not in table] == []


def test_the_sample_calls_their_metadata_and_their_labels_are_of_the_same_calls():
    with (ROOT / "examples/calls.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    labelled = (ROOT / "examples/labelled.jsonl").read_text("utf-8").splitlines()
    assert {row["file"] for row in rows} == {path.name for path in (ROOT / "examples/calls").iterdir()}
    assert {row["call_id"] for row in rows} == {json.loads(line)["call_id"] for line in labelled}


def test_the_sample_calls_are_few_and_small():
    sizes = [path.stat().st_size for path in (ROOT / "examples/calls").iterdir()]
    assert 8 <= len(sizes) <= 12
    assert sum(sizes) < 6_000_000


def test_a_customer_of_the_sample_calls_calls_twice():
    with (ROOT / "examples/calls.csv").open(newline="", encoding="utf-8") as stream:
        customers = [row["customer_id"] for row in csv.DictReader(stream)]
    assert sorted({customer for customer in customers if customers.count(customer) == 2}) == ["C1005", "C1008", "C3005"]
