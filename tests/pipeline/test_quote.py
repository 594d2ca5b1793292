import pytest
from score_contexts import call

from pipeline.errors import EvidenceError
from pipeline.quote import cut, quoted, whole_turn
from pipeline.scorecard import Evidence

TIMED = call(("agent", "Hello there friend"), ("customer", " Oh hi "), turn_s=3.0).transcript
UNTIMED = call(("agent", "Hello there friend")).transcript


def test_a_quote_has_the_times_of_its_own_words():
    assert quoted(TIMED, turn=0, quote="there friend") == Evidence(0, "there friend", 1.0, 3.0)


def test_without_words_the_times_are_unknown():
    assert quoted(UNTIMED, turn=0, quote="there") == Evidence(0, "there", None, None)


def test_a_whole_turn_is_quoted_without_its_outer_blanks():
    assert whole_turn(TIMED, turn=1) == Evidence(1, "Oh hi", 3.0, 6.0)


@pytest.mark.parametrize(("turn", "quote"), [(0, "goodbye"), (0, ""), (0, " "), (9, "Hello"), (-1, "Oh")])
def test_a_quote_that_is_not_there_is_an_error(turn: int, quote: str):
    with pytest.raises(EvidenceError):
        quoted(TIMED, turn=turn, quote=quote)


def test_a_cut_without_words_is_an_error():
    with pytest.raises(EvidenceError):
        cut(TIMED, turn=0, start=5, end=6)


def test_an_error_shows_no_words_of_the_call():
    with pytest.raises(EvidenceError) as error:
        quoted(TIMED, turn=0, quote="my card number")
    assert "card" not in str(error.value)
