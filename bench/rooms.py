"""Print the rooms of the project in their order, the imports of each, and the number of import cycles.

Run `python -m bench.rooms`. The order is set by the `layers` contracts of import-linter in `pyproject.toml`;
`tests/test_layout.py` checks every import against it, including lazy and type-checking imports.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
NOUNS = "pipeline (nouns, ports, errors)"


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of modules, without the rooms in its subfolders."""

    name: str
    modules: frozenset[str]
    lines: int


def main() -> None:
    """Print one line per room, the lowest first."""
    rooms, imports = read_rooms()
    print(f"{'':3} {'room':36} {'files':>5} {'lines':>6}  imports")
    for number, room in enumerate(rooms, 1):
        below = ", ".join(short(other.name) for other in rooms if other.name in imports[room.name])
        print(f"{number:3} {room.name:36} {len(room.modules):5} {room.lines:6}  {below}")
    print(f"{len(rooms)} rooms, {len(cycles(imports))} cycles")


def read_rooms() -> tuple[list[Room], dict[str, set[str]]]:
    """The rooms of this checkout, the lowest first, and the rooms that each imports."""
    order = room_order(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"])
    graph = grimp.build_graph("bench", "everycall", "flows", "models", "pipeline", cache_dir=None)
    # What starts a package is above all of it.
    graph.remove_module("everycall.__main__")
    rooms = {room.name: room for room in rooms_of(graph.modules, order=order)}
    imports = room_imports(list(rooms.values()), graph)
    return [rooms[name] for name in lowest_first(order, imports)], imports


def room_order(settings: Mapping[str, object]) -> list[str]:
    """The rooms of all `layers` contracts, the lowest first. A container includes only the modules directly in it."""
    contracts = settings["contracts"]
    assert isinstance(contracts, list)
    inner = {name: contract["layers"] for contract in contracts for name in contract.get("containers", ())}
    (top,) = (contract["layers"] for contract in contracts if not contract.get("containers"))
    return [room for layer in reversed(top) for room in _expanded(layer, inner)]


def _expanded(name: str, inner: Mapping[str, Sequence[str]]) -> list[str]:
    """A layer and the layers in it, the lowest first. A layer of several modules belongs to its container."""
    below: list[str] = []
    for layer in reversed(inner.get(name, ())):
        if ":" not in layer and (ROOT / name.replace(".", "/") / layer).is_dir():
            below += _expanded(f"{name}.{layer}", inner)
    return [NOUNS, *below] if name == "pipeline" else [*below, name]


def rooms_of(modules: set[str], *, order: Sequence[str]) -> list[Room]:
    """Assign every module to its innermost room."""
    by_room: dict[str, set[str]] = {name: set() for name in order}
    for module in modules:
        by_room[room_of(module, order=order)].add(module)
    return [Room(name, frozenset(by_room[name]), sum(map(_lines, by_room[name]))) for name in order]


def room_of(module: str, *, order: Sequence[str]) -> str:
    """The innermost room of a module."""
    parents = [name for name in order if module == name or module.startswith(f"{name}.")]
    return max(parents, key=len, default=NOUNS)


def room_imports(rooms: Sequence[Room], graph: grimp.ImportGraph) -> dict[str, set[str]]:
    """For each room, the other rooms that it imports."""
    room_by_module = {module: room.name for room in rooms for module in room.modules}
    return {
        room.name: {
            room_by_module[imported]
            for module in room.modules
            for imported in graph.find_modules_directly_imported_by(module)
            # Every room may read the version in `everycall/__init__.py`.
            if imported != "everycall"
        }
        - {room.name}
        for room in rooms
    }


def lowest_first(order: Sequence[str], imports: Mapping[str, set[str]]) -> list[str]:
    """Sort the rooms topologically, keeping the given order where possible. Rooms in a cycle come last."""
    placed: list[str] = []
    while ready := next((name for name in order if name not in placed and imports[name] <= set(placed)), None):
        placed.append(ready)
    return placed + [name for name in order if name not in placed]


def cycles(imports: Mapping[str, set[str]]) -> list[frozenset[str]]:
    """Groups of rooms that import each other: strongly connected components of more than one room."""
    reach = {name: _reachable(name, imports) for name in imports}
    components = {frozenset({other for other in reach[name] if name in reach[other]}) for name in imports}
    return [component for component in components if len(component) > 1]


def _reachable(name: str, imports: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        for other in imports[waiting.pop()] - reached:
            reached.add(other)
            waiting.append(other)
    return reached


def _lines(module: str) -> int:
    path = ROOT / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return len(file.read_text("utf-8").splitlines()) if file.exists() else 0


def short(name: str) -> str:
    """The short name of a room, for lists."""
    return "nouns" if name == NOUNS else name.removeprefix("pipeline.")


if __name__ == "__main__":
    main()
