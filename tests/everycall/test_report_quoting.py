import pytest
from hypothesis import given
from hypothesis import strategies as st

from everycall.report.quoting import LONGEST_QUOTE, clock, plain_name, shortened, worded


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "00:00"), (59.99, "00:59"), (65.0, "01:05"), (3_599.0, "59:59"), (3_600.0, "1:00:00"), (7_325.4, "2:02:05")],
)
def test_times_are_written_as_people_do(seconds, text):
    assert clock(seconds) == text


def test_a_short_quote_stays_whole():
    assert shortened("  My bill is wrong. ") == "My bill is wrong."


def test_a_long_quote_ends_with_a_sentence():
    text = "This is the first sentence of quite some length, it really is. " + "And then it goes on " * 20
    assert shortened(text) == "This is the first sentence of quite some length, it really is."


def test_a_long_sentence_is_cut_between_words():
    assert shortened("word " * 100) == ("word " * 44).strip()


def test_chinese_without_spaces_is_cut_at_the_longest():
    assert shortened("话" * 400) == "话" * LONGEST_QUOTE


@given(st.text(max_size=600))
def test_a_quote_is_an_exact_piece_of_the_text(text):
    quote = shortened(text)
    assert quote in text
    assert len(quote) <= LONGEST_QUOTE
    assert bool(quote) == bool(text.strip())


def test_ids_become_words():
    assert plain_name("hold_etiquette") == "Hold etiquette"
    assert worded("lost on `empathy`, `hold_etiquette`", {"empathy": "Shows empathy"}) == (
        "lost on “Shows empathy”, “Hold etiquette”"
    )
