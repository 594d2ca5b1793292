"""The catalogue follows the code: every message has a translation, and what is compiled is what was translated."""

import gettext
import re
from string import Formatter

import pytest

from bench.messages import FOLDER, TRANSLATED, extracted, merged, stored, untranslated, written
from pipeline.language import translator

# Values that a translation may use although the English sentence does without them.
OFFERED = {"{turns} sounds like it": {"role"}, "{whose} {turns} sounds like it": {"role"}, "said in {turns}": {"role"}}
OFFERED |= {"{thousands}k": {"ten_thousands"}}


@pytest.fixture(scope="module")
def code():
    return extracted()


def keys(catalogue):
    return {(message.context, message.id) for message in catalogue if message.id}


def first(message):
    return message.id[0] if isinstance(message.id, tuple) else message.id


def placeholders(text):
    return {name.partition(":")[0] for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_messages_are_found_in_code_and_templates(code):
    assert {"What to fix", "Settled"} & {first(message) for message in code} == {"What to fix"}
    assert ("promise", "Kept") in keys(code)
    assert (None, ("{n} more call", "{n} more calls")) in keys(code)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_the_messages_of_the_code_and_no_other(code, language):
    """Otherwise run `make messages`, and translate what is new."""
    assert keys(stored(language)) == keys(code)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language):
    assert [*untranslated(stored(language))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_awaits_a_second_look(language):
    assert [message.id for message in stored(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_use_the_values_that_their_message_is_given(language):
    for message in stored(language):
        if message.id:
            translated = message.string if isinstance(message.string, str) else message.string[0]
            given = placeholders(first(message)) | OFFERED.get(first(message), set())
            given |= {"n"} if isinstance(message.id, tuple) else set()
            assert placeholders(translated) <= given, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_compiled_is_what_was_translated(language):
    """Otherwise run `make messages`."""
    with (FOLDER / f"{language}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in stored(language):
        if message.id:
            translated = message.string if isinstance(message.string, str) else message.string[0]
            args = (first(message),) if message.context is None else (message.context, first(message))
            if isinstance(message.id, tuple):
                singular, plural = message.id
                assert compiled.ngettext(singular, plural, 2) == translated
            elif message.context is None:
                assert compiled.gettext(*args) == translated
            else:
                assert compiled.pgettext(*args) == translated


@pytest.mark.parametrize("language", TRANSLATED)
def test_bringing_it_up_to_date_changes_nothing_when_nothing_changed(language):
    made = written(merged(language)).decode("utf-8")
    held = (FOLDER / f"{language}.po").read_text("utf-8")
    # The header names the version of Babel that wrote it.
    assert re.sub(r'"Generated-By.*\n', "", made) == re.sub(r'"Generated-By.*\n', "", held)


def test_a_new_message_is_reported_as_untranslated(code):
    code.add("An option that nobody translated")
    new = stored("zh_Hans")
    new.update(code, no_fuzzy_matching=True)
    assert [*untranslated(new)] == ["An option that nobody translated"]


def test_a_message_without_a_translation_is_shown_in_english():
    assert translator("zh_Hans").gettext("No such message for {name}", name="A") == "No such message for A"
