"""What is shipped fits together: the locks, the catalogue of weights and its notices, the sample calls."""

import ast
import csv
import json
import re
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(path.name for path in REQUIREMENTS.glob("*lock.txt"))
PINNED = re.compile(r"^([a-z0-9.-]+)==([^ ]+)", re.MULTILINE)
LICENCES = {"MIT", "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0"}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def named(requirements):
    return [canonicalize_name(Requirement(requirement).name) for requirement in requirements]


def dependencies():
    return named(project()["project"]["dependencies"])


def extras():
    return project()["project"]["optional-dependencies"]


def pinned(lock):
    return dict(PINNED.findall((REQUIREMENTS / lock).read_text("utf-8")))


def weights():
    return tomllib.loads((ROOT / "models/catalog.toml").read_text("utf-8"))["weight"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name):
    entries = re.split(r"^(?=[a-z0-9])", (REQUIREMENTS / name).read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_pins_every_dependency_and_every_carrier_of_weights():
    assert {*dependencies(), *named(extras()["weights"])} - set(pinned("lock.txt")) == set()


def test_the_lock_of_the_developers_pins_their_whole_group():
    group = named(project()["dependency-groups"]["dev"])
    assert set(group) - {*pinned("dev.lock.txt"), *pinned("lock.txt")} == set()


def test_every_other_extra_has_a_lock_of_its_own():
    locked = {name: set(pinned(f"{name}.lock.txt")) for name in extras() if name != "weights"}
    assert {name: set(named(extras()[name])) - packages for name, packages in locked.items()} == {
        name: set() for name in ("gpu", "ray", "s3", "gcs", "azure", "peers")
    }


@pytest.mark.parametrize("name", [name for name in LOCKS if name not in {"lock.txt", "cpu.lock.txt"}])
def test_a_further_lock_repeats_no_package_of_the_first(name):
    assert set(pinned(name)) & set(pinned("lock.txt")) == set()


def test_the_lock_drags_no_cuda_along():
    assert [name for name in pinned("lock.txt") if name.startswith(("nvidia-", "cuda-", "triton"))] == []


def test_torch_is_locked_at_one_version_in_its_build_for_the_cpu_and_in_those_of_the_registry():
    assert pinned("cpu.lock.txt") == {"torch": f"{pinned('lock.txt')['torch']}+cpu"}


def test_ctranslate2_gets_the_cublas_it_opens():
    assert pinned("gpu.lock.txt")["nvidia-cublas-cu12"].startswith("12.")


def test_what_is_only_compared_with_is_not_installed_for_a_night():
    oracles = {"jiwer", "pandas", "polars", "statsmodels"}
    assert oracles & set(pinned("lock.txt")) == set()
    assert oracles - set(pinned("dev.lock.txt")) == set()


def test_every_package_that_is_imported_is_a_dependency_by_itself():
    """What other packages bring may be dropped by them."""
    tops = {
        module.partition(".")[0]
        for package in ("everycall", "pipeline", "models", "flows")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for module in modules_of(node)
    }
    own = {"everycall", "pipeline", "models", "flows"}
    owners = packages_distributions()
    declared = {*dependencies(), *(name for extra in extras().values() for name in named(extra))}
    foreign = {top for top in tops - sys.stdlib_module_names - own if top in owners}
    assert {top for top in foreign if not {canonicalize_name(name) for name in owners[top]} & declared} == set()


def modules_of(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def test_the_installed_packages_fit_together():
    """As `pip check`, less what carriers of weights and BERTopic name as dependencies and never import."""
    excused = {*named(extras()["weights"]), *named(extras()["peers"])}
    installed = {canonicalize_name(found.name): found for found in distributions()}
    broken = {}
    for name in ({*pinned("lock.txt"), *pinned("dev.lock.txt")} & set(installed)) - excused:
        needs = [Requirement(text) for text in installed[name].requires or ()]
        needs = [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
        unmet = [str(need) for need in needs if not is_met(need, installed)]
        broken |= {name: unmet} if unmet else {}
    assert broken == {}


def is_met(need, installed):
    found = installed.get(canonicalize_name(need.name))
    return found is not None and need.specifier.contains(found.version, prereleases=True)


def test_the_notices_of_third_parties_travel_with_the_package():
    assert project()["project"]["license-files"] == ["LICENSE", "NOTICE", "THIRD_PARTY.md"]


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
