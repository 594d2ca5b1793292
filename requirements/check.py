"""Says whether the installed packages fit together: `pip check`, less what carriers of weights and peers ask for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Installed without some of what they name as dependencies.
EXCUSED = tuple(
    line.partition("==")[0]
    for name in ("weights.in", "peers.in")
    for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)


def main() -> None:
    """Exits with the complaints that are left."""
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    lines = checked.stdout.splitlines()
    left = [line for line in lines if " requires " in line or " has requirement " in line]
    left = [line for line in left if line.split(" ")[0].lower().replace("_", "-") not in EXCUSED]
    if left or (checked.returncode and not lines):
        sys.exit("\n".join(["The installed packages do not fit together:", *left, checked.stderr]))


if __name__ == "__main__":
    main()
