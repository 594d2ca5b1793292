"""Code fingerprints: hashes that change with a rule but not with a comment.

A stage's rows depend on its module, on all modules of this program that it imports, and on the data files that they
name. Sources are hashed as syntax trees, so comments, docstrings, quotes and line breaks do not count. `ast.dump`
differs between Python versions; the trees are therefore written out here, without positions and empty fields (newer
versions add some), with the text parts of f-strings merged, and in ASCII.
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

from pipeline.fingerprints.fingerprint import fingerprint

# Exceptions and Protocols: every stage imports them, and no row depends on them.
DECLARATIONS = frozenset({"pipeline.errors", "pipeline.ports"})
NO_DATA = frozenset({".py", ".pyc", ".pyi", ".typed"})


class Model(Protocol):
    """A model behind a port."""

    @property
    def fingerprint(self) -> str:
        """Name, revision and settings."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The hash of a module's code, and its imports as (module, name); the name is "" for `import module`."""

    code: str
    imports: tuple[tuple[str, str], ...]


@cache
def code_fingerprint(*modules: str) -> str:
    """Fingerprint the code of these modules and of everything that they import from this program.

    Computed once per process from the installed sources, in tens of milliseconds for a stage.

    >>> code_fingerprint("pipeline.enrich.enrich") == code_fingerprint("pipeline.text.itn")
    False
    """
    tops = {"pipeline", *(module.partition(".")[0] for module in modules)}
    folders = {top: folder for top in tops if (folder := _folder_of(top)) is not None}
    return sources_fingerprint(modules, folders=folders)


def model_fingerprint(model: Model) -> str:
    """A model's own fingerprint together with the code of its adapter.

    Not used for speech models: an edit that changes no transcript must not transcribe every call again. They have
    golden transcripts and a `REVISION` instead.
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
    """The modules and everything that they import from the packages in `folders`, with their files."""
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
    """The hash of a data file; TOML is parsed, so its comments do not count."""
    content = path.read_bytes()
    if path.suffix == ".toml":
        content = ascii(tomllib.loads(content.decode("utf-8"))).encode()
    return hashlib.sha256(content).hexdigest()


def _folder_of(top: str) -> Path | None:
    """The folder with a top-level module or package; None if it has no source file."""
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
    """Write one line for each node, name and constant, in order, and collect the imports."""
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
            if not _is_ignored(item):
                _write(item, lines, imports)
        lines.append("]")
    else:
        lines.append(str(value))


def _imported(node: ast.AST) -> list[tuple[str, str]]:
    """The modules and names of an import statement. This program has no relative imports."""
    if isinstance(node, ast.Import):
        return [(alias.name, "") for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [(node.module, alias.name) for alias in node.names]
    return []


def _merged(parts: Sequence[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string with adjacent text merged: Python versions split it differently."""
    merged: list[ast.expr] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, ast.Constant) and isinstance(last, ast.Constant):
            merged[-1] = ast.Constant(str(last.value) + str(part.value))
        elif not (isinstance(part, ast.Constant) and part.value == ""):
            merged.append(part)
    return merged


def _is_ignored(node: object) -> bool:
    """Whether a statement is a docstring, or only for type checkers."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
