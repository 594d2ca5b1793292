"""The translator: messages in English as the code writes them, in the language of a reader.

English is the language of the message ids. Every other language has a catalogue beside this file, `<language>.po` for
translators and `<language>.mo` for the program; `make messages` brings both up to date with the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Any, Literal

from pipeline.errors import ConfigError
from pipeline.transcript import Language

ReaderLanguage = Literal["en", "zh_Hans"]
READER_LANGUAGES: tuple[ReaderLanguage, ...] = ("en", "zh_Hans")
# A language of calls or forms, and the one in which its readers read.
OF_CALLS: dict[Language, ReaderLanguage] = {"en": "en", "zh": "zh_Hans"}


@dataclass(frozen=True, slots=True)
class Translator:
    """Messages in one language. Placeholders are those of `str.format`: `{calls} calls`."""

    language: ReaderLanguage
    catalogue: NullTranslations

    @property
    def tag(self) -> str:
        """The language as HTML names it, e.g. `zh-Hans`."""
        return self.language.replace("_", "-")

    def gettext(self, message: str, /, **values: Any) -> str:
        """The message, with its values."""
        return self.catalogue.gettext(message).format(**values)

    def ngettext(self, one: str, many: str, n: int, /, **values: Any) -> str:
        """The form of the message for a count, which is also its value `n`."""
        return self.catalogue.ngettext(one, many, n).format(n=n, **values)

    def pgettext(self, context: str, message: str, /, **values: Any) -> str:
        """The message as it is meant in a context, e.g. `open` of a promise."""
        return self.catalogue.pgettext(context, message).format(**values)

    def listed(self, items: Sequence[str]) -> str:
        """`a, b, c`."""
        return self.pgettext("between items", ", ").join(items)

    def enumerated(self, items: Sequence[str]) -> str:
        """`a, b and c`."""
        *first, last = items
        return self.pgettext("before the last item", " and ").join([self.listed(first), last]) if first else last


def message(text: str) -> str:
    """Mark a message for the catalogue where it is written; it is translated where it is shown."""
    return text


def message_in(context: str, text: str) -> str:
    """Mark a message that means something else elsewhere; `pgettext` with the same context translates it."""
    return text


@cache
def translator(language: ReaderLanguage) -> Translator:
    """The translator into a language."""
    if language == "en":
        return Translator(language, NullTranslations())
    with files("pipeline.language").joinpath(f"{language}.mo").open("rb") as catalogue:
        return Translator(language, GNUTranslations(catalogue))


def translator_of_call(language: Language) -> Translator:
    """The translator into the language of a call or form."""
    return translator(OF_CALLS[language])


def reader_language(name: str) -> ReaderLanguage:
    """The reader's language of this name; `zh`, `zh-Hans` and `zh_CN` are `zh_Hans`. Raises ConfigError."""
    spelt = name.strip().replace("-", "_").casefold()
    known: dict[str, ReaderLanguage] = {language.casefold(): language for language in READER_LANGUAGES}
    known |= {"zh": "zh_Hans", "zh_cn": "zh_Hans", "zh_hans_cn": "zh_Hans"}
    if spelt not in known:
        cause = f"there are no words in the language {name!r}"
        raise ConfigError(cause, remedy=f"Choose one of {', '.join(READER_LANGUAGES)}")
    return known[spelt]


ENGLISH = translator("en")
