"""Prints the rooms of the project in their order, what each imports, and how many cycles there are between them.

Run `python -m bench.rooms`. The law is the `layers` contracts of import-linter in `pyproject.toml`;
`tests/test_layout.py` holds every import against it, lazy ones and those for type checking too.
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
    """A folder of modules, without the rooms inside it."""

    name: str
    modules: frozenset[str]
    lines: int


def main() -> None:
    """Print one line a room, the lowest first."""
    rooms, arrows = read_rooms()
    print(f"{'':3} {'room':36} {'files':>5} {'lines':>6}  imports")
    for number, room in enumerate(rooms, 1):
        below = ", ".join(short(other.name) for other in rooms if other.name in arrows[room.name])
        print(f"{number:3} {room.name:36} {len(room.modules):5} {room.lines:6}  {below}")
    print(f"{len(rooms)} rooms, {len(cycles(arrows))} cycles")


def read_rooms() -> tuple[list[Room], dict[str, set[str]]]:
    """The rooms of this checkout, the lowest first, and for each the other rooms that it imports from."""
    order = room_order(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"])
    graph = grimp.build_graph("bench", "everycall", "flows", "models", "pipeline", cache_dir=None)
    # What starts a package is above all of it.
    graph.remove_module("everycall.__main__")
    rooms = {room.name: room for room in rooms_of(graph.modules, order=order)}
    arrows = arrows_between(list(rooms.values()), graph)
    return [rooms[name] for name in lowest_first(order, arrows)], arrows


def room_order(settings: Mapping[str, object]) -> list[str]:
    """The rooms of all `layers` contracts, the lowest first. A container stands for the modules directly in it."""
    contracts = settings["contracts"]
    assert isinstance(contracts, list)
    inner = {name: each["layers"] for each in contracts for name in each.get("containers", ())}
    (top,) = (each["layers"] for each in contracts if not each.get("containers"))
    return [room for layer in reversed(top) for room in _expanded(layer, inner)]


def _expanded(name: str, inner: Mapping[str, Sequence[str]]) -> list[str]:
    """A layer, with the layers inside it below it; a layer of several modules is their container itself."""
    below: list[str] = []
    for layer in reversed(inner.get(name, ())):
        if ":" not in layer and (ROOT / name.replace(".", "/") / layer).is_dir():
            below += _expanded(f"{name}.{layer}", inner)
    return [NOUNS, *below] if name == "pipeline" else [*below, name]


def rooms_of(modules: set[str], *, order: Sequence[str]) -> list[Room]:
    """The rooms with the modules that are in them and in no room inside them."""
    held: dict[str, set[str]] = {name: set() for name in order}
    for module in modules:
        held[room_of(module, order=order)].add(module)
    return [Room(name, frozenset(held[name]), sum(map(_lines, held[name]))) for name in order]


def room_of(module: str, *, order: Sequence[str]) -> str:
    """The innermost room that a module is in."""
    parents = [name for name in order if module == name or module.startswith(f"{name}.")]
    return max(parents, key=len, default=NOUNS)


def arrows_between(rooms: Sequence[Room], graph: grimp.ImportGraph) -> dict[str, set[str]]:
    """For each room the other rooms that it imports from."""
    home = {module: room.name for room in rooms for module in room.modules}
    return {
        room.name: {
            home[found]
            for module in room.modules
            for found in graph.find_modules_directly_imported_by(module)
            # The version of the whole is asked for by all.
            if found != "everycall"
        }
        - {room.name}
        for room in rooms
    }


def lowest_first(order: Sequence[str], arrows: Mapping[str, set[str]]) -> list[str]:
    """The rooms so that each comes after all that it imports, else in their given order; a knot comes last."""
    placed: list[str] = []
    while ready := next((name for name in order if name not in placed and arrows[name] <= set(placed)), None):
        placed.append(ready)
    return placed + [name for name in order if name not in placed]


def cycles(arrows: Mapping[str, set[str]]) -> list[frozenset[str]]:
    """Groups of rooms that reach each other (strongly connected, more than one)."""
    reach = {name: _reached(name, arrows) for name in arrows}
    knots = {frozenset({other for other in reach[name] if name in reach[other]}) for name in arrows}
    return [knot for knot in knots if len(knot) > 1]


def _reached(name: str, arrows: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in arrows[waiting.pop()] - found:
            found.add(other)
            waiting.append(other)
    return found


def _lines(module: str) -> int:
    path = ROOT / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return len(file.read_text("utf-8").splitlines()) if file.exists() else 0


def short(name: str) -> str:
    """A room's name as it is written in a list of them."""
    return "nouns" if name == NOUNS else name.removeprefix("pipeline.")


if __name__ == "__main__":
    main()
