"""Language: the words that readers see, in the languages that they may choose."""

from pipeline.language.translator import (
    ENGLISH,
    READER_LANGUAGES,
    Translator,
    reader_language,
    translator,
    translator_of_call,
)

__all__ = ["ENGLISH", "READER_LANGUAGES", "Translator", "reader_language", "translator", "translator_of_call"]
