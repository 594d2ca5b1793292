import numpy as np
import pytest
from moods import transcript

from pipeline.enrich.conduct import conduct_of
from pipeline.enrich.effort import effort_of
from pipeline.enrich.hold_phrases import asks_to_hold, speaks_of_waiting, thanks_for_holding
from pipeline.enriched import Effort
from pipeline.transcript import Event

ASKED = ("agent", 0.0, 3.0, "may i put you on hold for a moment")


def effort(*turns, language="en", events=()):
    call = transcript(*turns, language=language, events=events)
    return effort_of(call, vectors=np.eye(len(turns), dtype=np.float32), conduct=conduct_of(call))


def test_music_after_the_agent_spoke_is_a_hold():
    found = effort(
        ("agent", 0.0, 3.0, "our colleague knows"), ("agent", 63.0, 65.0, "so"), events=[Event("music", 0, 4.0, 62.0)]
    )
    assert found == Effort(holds=1, hold_s=60.0, repetitions=0)


def test_music_before_the_agent_speaks_is_a_queue():
    found = effort(
        ("customer", 0.0, 3.0, "hello"), ("agent", 63.0, 65.0, "good day"), events=[Event("music", 0, 4.0, 62.0)]
    )
    assert (found.holds, found.hold_s) == (0, 0.0)


def test_a_long_silence_after_an_announcement_is_a_hold():
    assert effort(ASKED, ("customer", 3.5, 4.0, "sure"), ("agent", 34.0, 36.0, "thank you")).hold_s == 30.0


def test_a_hold_needs_no_consent():
    assert effort(ASKED, ("agent", 33.0, 36.0, "thank you")).hold_s == 30.0


@pytest.mark.parametrize(
    "turns",
    [
        [ASKED, ("agent", 12.0, 14.0, "here it is")],
        [("agent", 0.0, 3.0, "the parcel left on friday"), ("agent", 33.0, 36.0, "so")],
        [ASKED, ("customer", 33.0, 36.0, "no thanks")],
        [ASKED, ("customer", 4.0, 9.0, "before you go, i have another question for you"), ("agent", 39.0, 41.0, "yes")],
    ],
    ids=["short", "unannounced", "the customer's silence", "the talk went on"],
)
def test_other_silences_are_not_holds(turns):
    assert effort(*turns).holds == 0


def test_silences_without_an_agents_turn_between_are_one_hold():
    music = [Event("music", 0, 3.0, 30.0), Event("music", 0, 31.0, 60.0)]
    found = effort(
        ASKED, ("customer", 30.0, 31.0, "still there?"), ("agent", 61.0, 63.0, "thank you for waiting"), events=music
    )
    assert (found.holds, found.hold_s) == (1, 58.0)


def test_two_holds_are_two():
    music = [Event("music", 0, 3.0, 30.0), Event("music", 0, 35.0, 60.0)]
    found = effort(ASKED, ("agent", 30.0, 35.0, "once more please"), ("agent", 60.0, 63.0, "so"), events=music)
    assert (found.holds, found.hold_s) == (2, 52.0)


def test_without_times_holds_are_found_by_the_agents_words():
    asked = ("agent", "could you hold the line please")
    assert effort(asked, ("customer", "ok"), ("agent", "it was sent")) == Effort(holds=1, hold_s=None, repetitions=0)
    assert effort(asked).holds == 0


def test_without_times_thanks_for_waiting_make_a_hold():
    wait, thanks = ("agent", "one moment"), ("agent", "thanks for waiting, it was sent")
    assert effort(wait, ("customer", "ok"), thanks).holds == 1
    assert effort(wait, ("customer", "ok"), ("agent", "it was sent")).holds == 0
    assert effort(thanks, ("customer", "ok"), ("agent", "it was sent")).holds == 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Let me pop you on a brief hold.", "en"),
        ("Hold.", "en"),
        ("您先别挂，我去问问。", "zh"),
        ("请您稍等一下。", "zh"),
    ],
)
def test_requests_to_hold(text, language):
    assert asks_to_hold(text, language=language)
    assert speaks_of_waiting(text, language=language)
    assert not thanks_for_holding(text, language=language)


@pytest.mark.parametrize(
    ("text", "language"), [("Sorry to keep you waiting.", "en"), ("让您久等了。", "zh"), ("谢谢您耐心等待。", "zh")]
)
def test_thanks_for_holding(text, language):
    assert thanks_for_holding(text, language=language)
    assert not asks_to_hold(text, language=language)


@pytest.mark.parametrize("text", ["Can you hold it up to the light?", "They hold one month of rent.", "It arrived."])
def test_other_words_are_not_requests_to_hold(text):
    assert not asks_to_hold(text, language="en")
