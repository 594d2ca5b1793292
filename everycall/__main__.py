"""The `everycall` command, also `python -m everycall`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
# Installed under their own common names; nothing imports `rubrics`, which is data beside `pipeline`.
PACKAGES = ("pipeline", "models", "flows")
WRONG_SETTING = 2


def main() -> None:
    """Run the command line, unless a foreign package would be imported in place of one of Everycall's."""
    problem = shadowed()
    if problem:
        sys.stderr.write(f"error: {problem}\n")
        sys.exit(WRONG_SETTING)
    from everycall.cli import app

    app(prog_name="everycall")


def shadowed() -> str | None:
    """Say which package of Everycall's is hidden by another of the same name, and what to do; imports neither."""
    for name in PACKAGES:
        found = _place(name)
        if found is None:
            return f"Everycall's package `{name}` is missing: install Everycall again"
        if found != HOME / name:
            return (
                f"Everycall's package `{name}` is hidden by {found}: "
                "take that off PYTHONPATH, or run from another folder"
            )
    return None


def _place(name: str) -> Path | None:
    """The folder or file that `import name` would read."""
    spec = find_spec(name)
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or ()) or [spec.origin or ""]
    return Path(places[0]).resolve()


if __name__ == "__main__":
    main()
