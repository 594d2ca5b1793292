"""The language of a command's output: that of `everycall --language`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pipeline.language import Translator

LANGUAGE = typer.Option(
    None, "--language", help="The language of reports and tables: en or zh_Hans (zh). English when left out."
)


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """The language that a command was given; a command with a parameter `choice` gets it.

    `language` is as it was written, None where it was left out.
    """

    language: str | None

    @property
    def chosen(self) -> Translator | None:
        """The translator into the language that was given; None without one. Raises ConfigError for an unknown one."""
        from pipeline.language import reader_language, translator

        return None if self.language is None else translator(reader_language(self.language))

    @property
    def words(self) -> Translator:
        """The translator into the language that was given, or English. Raises ConfigError for an unknown one."""
        from pipeline.language import ENGLISH

        return self.chosen or ENGLISH
