import pytest
from report_store import CHINESE, INJECTION, add_form, write_store
from rich.console import Console

from everycall.show import _grounds, _ranges, render_call
from pipeline.errors import ConfigError
from pipeline.scorecard import Answer
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
    assert "searched turns 0, 1" in shown(store, "c1")


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ((4,), "4"),
        ((0, 1), "0, 1"),
        ((0, 1, 2, 3, 5), "0–3, 5"),
        ((0, 2, 4, 6, 8), "0, 2 … 8"),
        ((0, 2, 4, 5, 6, 7, 12), "0, 2 … 4, 5–7, 12"),
    ],
)
def test_turns_in_a_row_are_told_by_the_first_and_the_last(turns, told):
    assert _ranges(turns) == told


def test_a_no_says_in_words_what_was_looked_for_and_where():
    answer = Answer("recap", "no", "no", 0.9, 0.0, 5.0, (), (0, 2, 4), "looked for in the agent's 3 turns, not found")
    assert str(_grounds(answer)) == "looked for in the agent's 3 turns, not found (searched turns 0, 2 … 4)"


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


def test_each_form_has_its_scorecard(tmp_path):
    text = shown(add_form(write_store(tmp_path)), "c1")
    assert "Scorecard selling: 90 of 100" in text
    assert "Scorecard support.en: 40 of 100" in text


def test_an_unknown_call_says_which_there_are(store):
    with pytest.raises(ConfigError, match=r"no call nobody.*It has c1, c2, c3"):
        render_call(store, "nobody")


def test_an_empty_store_says_how_to_fill_it(tmp_path):
    with pytest.raises(ConfigError, match="everycall run"):
        render_call(Store(str(tmp_path / "none")), "c1")


def test_what_is_wrong_with_the_recording_stands_under_the_call(store, monkeypatch):
    assert "recording:" not in shown(store, "c1")
    monkeypatch.setattr(
        "everycall.show.recording_notes", lambda recording, transcript, **_: ("gsm (8 kHz)", "3 % clipped")
    )
    assert "recording: gsm (8 kHz) · 3 % clipped" in shown(store, "c1")


def test_numbers_are_shown_as_spoken_and_as_written(tmp_path):
    text = shown(write_store(tmp_path, written="where are my twenty five parcels"), "c5")
    assert "where are my twenty five parcels" in text
    assert "where are my 25 parcels" in text
    assert "where are my 25 parcels" not in shown(write_store(tmp_path), "c5")
