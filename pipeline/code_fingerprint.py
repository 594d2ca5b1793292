"""Code fingerprints: hashes that change with a rule, and not with a comment.

A stage's rows are decided by its module, by every module of this program which that imports, and by the data files
beside those. Sources are compared as syntax trees, so comments, docstrings, quotes and line breaks do not count.
`ast.dump` would write the same tree differently in each Python version, so the trees are written out here: without
positions, without empty fields (newer versions add some), with f-strings merged and text in ASCII.
"""

from __future__ import annotations

import ast
import hashlib
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from pipeline.fingerprint import fingerprint

# Exceptions and Protocols: every stage imports them, and they decide no row.
DECLARATIONS = frozenset({"pipeline.errors", "pipeline.ports"})
NO_DATA = frozenset({".py", ".pyc", ".pyi", ".typed"})


class Model(Protocol):
    """A model behind a port."""

    @property
    def fingerprint(self) -> str:
        """Name, revision and settings."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A module's code without its comments, as a hash, and what it imports: (module, name), name "" for a module."""

    code: str
    imports: tuple[tuple[str, str], ...]


@cache
def code_fingerprint(*modules: str) -> str:
    """Identifies the code of these modules and of what they import from this program.

    Computed once a process, from the installed sources (tens of milliseconds for a stage).

        >>> code_fingerprint("pipeline.enrich.enrich") == code_fingerprint("pipeline.text.itn")
        False
    """
    tops = {"pipeline", *(module.partition(".")[0] for module in modules)}
    folders = {top: folder for top in tops if (folder := _folder_of(top)) is not None}
    return sources_fingerprint(modules, folders=folders)


def model_fingerprint(model: Model) -> str:
    """A model's own fingerprint together with that of its adapter's code.

    Speech models do not use it: the hash of a changed comment filter is no reason to transcribe a year of calls again.
    """
    return f"{model.fingerprint}:{code_fingerprint(type(model).__module__)}"


def sources_fingerprint(modules: Sequence[str], *, folders: Mapping[str, Path]) -> str:
    """`code_fingerprint` of sources anywhere: `folders` names the parent folder of each top-level package.

    A data file counts if a module in the same folder names it.
    """
    paths = dict(source_files(modules, folders=folders))
    code = [(module, _parsed(path.read_text("utf-8")).code) for module, path in sorted(paths.items())]
    data = [(path.name, _content(path)) for path in data_files(paths.values())]
    return fingerprint(sorted(modules), code, data)


def source_files(modules: Iterable[str], *, folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """The modules and all that they import, directly or not, from the packages in `folders`, with their files."""
    seen: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        path = _file_of(module, folders)
        if module in seen or module in DECLARATIONS or path is None:
            continue
        seen.add(module)
        yield module, path
        for base, name in _parsed(path.read_text("utf-8")).imports:
            submodule = f"{base}.{name}"
            waiting.append(submodule if name and _file_of(submodule, folders) else base)


def data_files(sources: Iterable[Path]) -> list[Path]:
    """The data files that these sources name, each in its source's own folder."""
    beside: dict[Path, list[Path]] = {}
    found: set[Path] = set()
    for source in sources:
        if source.parent not in beside:
            beside[source.parent] = [path for path in source.parent.iterdir() if path.is_file() and _is_data(path)]
        if beside[source.parent]:
            text = source.read_text("utf-8")
            found.update(path for path in beside[source.parent] if path.name in text)
    return sorted(found)


def _is_data(path: Path) -> bool:
    return path.suffix not in NO_DATA and not path.name.startswith(".")


def _content(path: Path) -> str:
    """A hash of a data file; of TOML what it says, without its comments."""
    content = path.read_bytes()
    if path.suffix == ".toml":
        content = ascii(tomllib.loads(content.decode("utf-8"))).encode()
    return hashlib.sha256(content).hexdigest()


def _folder_of(top: str) -> Path | None:
    """The folder that holds a top-level module or package; None where it has no source file."""
    file = getattr(sys.modules.get(top), "__file__", None)
    if file is None:
        return None
    path = Path(file)
    return path.parents[1] if path.name == "__init__.py" else path.parent


def _file_of(module: str, folders: Mapping[str, Path]) -> Path | None:
    folder = folders.get(module.partition(".")[0])
    if folder is None:
        return None
    path = str(folder.joinpath(*module.split(".")))
    return next((Path(file) for file in (f"{path}.py", f"{path}/__init__.py") if os.path.isfile(file)), None)


@cache
def _parsed(text: str) -> _Source:
    lines: list[str] = []
    imports: list[tuple[str, str]] = []
    _write(ast.parse(text), lines, imports)
    return _Source(hashlib.sha256("\n".join(lines).encode()).hexdigest(), tuple(imports))


def _write(value: object, lines: list[str], imports: list[tuple[str, str]]) -> None:
    """One line for each node, name and constant, in the tree's order; imports are collected on the way."""
    if isinstance(value, ast.Constant):
        lines.append(ascii(value.value))
    elif isinstance(value, ast.AST):
        lines.append(type(value).__name__)
        imports += _imported(value)
        for name in value._fields:
            content = getattr(value, name, None)
            if content is not None and content != []:
                lines.append(name)
                _write(_merged(content) if isinstance(value, ast.JoinedStr) else content, lines, imports)
    elif isinstance(value, list):
        lines.append("[")
        for item in value:
            if not _decides_nothing(item):
                _write(item, lines, imports)
        lines.append("]")
    else:
        lines.append(str(value))


def _imported(node: ast.AST) -> list[tuple[str, str]]:
    """What an import statement names; relative imports do not occur in this program."""
    if isinstance(node, ast.Import):
        return [(alias.name, "") for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [(node.module, alias.name) for alias in node.names]
    return []


def _merged(parts: Sequence[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string, with neighbouring text as one: Python versions cut it differently."""
    merged: list[ast.expr] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, ast.Constant) and isinstance(last, ast.Constant):
            merged[-1] = ast.Constant(f"{last.value}{part.value}")
        elif not (isinstance(part, ast.Constant) and part.value == ""):
            merged.append(part)
    return merged


def _decides_nothing(node: object) -> bool:
    """Docstrings, and imports that only type checkers see."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
