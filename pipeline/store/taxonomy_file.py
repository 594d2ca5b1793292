"""The taxonomy file in a store, where every night reads it."""

from __future__ import annotations

from pipeline.errors import StoreError
from pipeline.store import Store

NAME = "taxonomy.yaml"


def read_taxonomy_text(store: Store) -> str:
    """The file's text; "" if there is no file."""
    filesystem, root = store.open()
    path = f"{root}/{NAME}"
    if not filesystem.exists(path):
        return ""
    with filesystem.open(path, "rb") as file:
        return str(file.read().decode("utf-8"))


def write_taxonomy_text(store: Store, text: str) -> None:
    """Write a taxonomy into the store, replacing any other. Raises StoreError."""
    filesystem, root = store.open()
    try:
        filesystem.makedirs(root, exist_ok=True)
        filesystem.pipe_file(f"{root}/{NAME}", text.encode("utf-8"))
    except OSError as error:
        raise StoreError(f"{root}/{NAME} cannot be written", remedy="Check the address and its rights") from error
