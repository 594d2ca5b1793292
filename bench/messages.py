"""The catalogue of messages: extracted from the code, merged into each language's file, and compiled.

`python -m bench.messages`, or `make messages`, needs Babel and a checkout. It keeps every translation, adds new
messages without one, and drops those that the code no longer has.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.language import READER_LANGUAGES

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "pipeline" / "language"
SOURCES = ("everycall", "pipeline")
METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
# What marks a message: arguments by place, with `c` the context.
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)} | {
    "message": None,
    "message_in": ((1, "c"), 2),
}
OPTIONS = {"**.j2": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
LINE_CHARACTERS = 120
# The languages that need a catalogue: English is that of the message ids.
TRANSLATED = tuple(language for language in READER_LANGUAGES if language != "en")


def extracted() -> Catalog:
    """The messages of the code and templates, without translations."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    found = Catalog(charset="utf-8")
    for source in SOURCES:
        messages = extract_from_dir(ROOT / source, METHODS, OPTIONS, KEYWORDS)
        for _, _, message, _, context in sorted(messages, key=lambda each: each[:2]):
            found.add(message, context=context)
    return found


def stored(language: str) -> Catalog:
    """The messages of a language's file with their translations."""
    from babel.messages.pofile import read_po

    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str) -> Catalog:
    """The messages of the code with the translations of a language's file, which have its header."""
    found = stored(language)
    found.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    return found


def written(catalogue: Catalog) -> bytes:
    """A catalogue as text for translators."""
    from babel.messages.pofile import write_po

    for message in catalogue:
        # Placeholders are in braces; Babel takes "95 % intervals" for one of the other kind.
        message.flags.discard("python-format")
    file = BytesIO()
    write_po(file, catalogue, width=LINE_CHARACTERS, no_location=True, sort_output=True, ignore_obsolete=True)
    return file.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as the program reads it."""
    from babel.messages.mofile import write_mo

    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def untranslated(catalogue: Catalog) -> Iterator[str]:
    """The messages without a translation."""
    for message in catalogue:
        strings = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.id and not all(strings):
            yield str(message.id)


def main() -> None:
    """Bring the files of all languages up to date with the code."""
    for language in TRANSLATED:
        catalogue = merged(language)
        (FOLDER / f"{language}.po").write_bytes(written(catalogue))
        (FOLDER / f"{language}.mo").write_bytes(compiled(catalogue))


if __name__ == "__main__":
    main()
