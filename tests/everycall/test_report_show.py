import pytest
from report_store import CHINESE, INJECTION, write_store
from rich.console import Console

from everycall.show import render_call
from pipeline.errors import ConfigError
from pipeline.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return write_store(tmp_path_factory.mktemp("store"))


def shown(store, call_id):
    console = Console(width=140, color_system=None)
    with console.capture() as captured:
        console.print(render_call(store, call_id))
    return captured.get()


def test_the_transcript_has_roles_times_and_moods(store):
    lines = [line.split() for line in shown(store, "c1").splitlines()]
    assert ["0", "00:00", "agent", "·", "hello"] in lines
    assert ["1", "01:05", "customer", "−", *["my", "bill", "is", "wrong", "again"]] in lines


def test_an_answer_shows_the_words_it_rests_on(store):
    text = shown(store, "c1")
    assert "01:05 turn 1: “my bill is wrong again”" in text
    assert "Scorecard support.en: 40 of 100 (35–45 with 90 % probability)" in text


def test_an_absence_names_the_turns_that_were_searched(store):
    assert "searched 2 turns" in shown(store, "c1")


def test_what_does_not_apply_says_why(store):
    assert "there was no hold" in shown(store, "c1")


def test_an_unsure_answer_shows_its_best_guess(store):
    assert "unsure (no?)" in shown(store, "c4")
    assert CHINESE in shown(store, "c4")


def test_flags_say_where_to_listen(store):
    text = shown(store, "c2")
    assert "failed by Empathy" in text
    assert "01:00" in text[text.index("Why to listen") :]


def test_words_are_printed_as_they_are(store):
    assert INJECTION in shown(store, "c2")


def test_a_written_call_has_no_times_and_may_have_no_score(store):
    text = shown(store, "c5")
    assert "where is my parcel" in text
    assert "01:05" not in text
    assert "Scorecard" not in text


def test_an_unknown_call_says_which_there_are(store):
    with pytest.raises(ConfigError, match=r"no call nobody.*It has c1, c2, c3"):
        render_call(store, "nobody")


def test_an_empty_store_says_how_to_fill_it(tmp_path):
    with pytest.raises(ConfigError, match="everycall run"):
        render_call(Store(str(tmp_path / "none")), "c1")
