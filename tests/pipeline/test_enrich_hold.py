from dataclasses import replace

import numpy as np
import pytest

from pipeline.enrich.conduct import conduct_of
from pipeline.enrich.hold import has_hold_audio
from pipeline.enriched import EnrichedCall
from pipeline.recording import CallMetadata
from pipeline.score.context.number import number
from pipeline.transcript import Event, Transcript, Turn


def enriched(*events: Event) -> EnrichedCall:
    """An agent until 10 s, silence until 20 s, a customer until 30 s."""
    said = [("agent", 0.0, 10.0, "let me put you on hold"), ("customer", 20.0, 30.0, "I waited so long")]
    turns = tuple(Turn(n, role, n, start_s, end_s, text) for n, (role, start_s, end_s, text) in enumerate(said))
    transcript = Transcript("a", "en", turns, CallMetadata(), "audio", events=events)
    call = EnrichedCall(transcript, (), ("neutral",) * 3, conduct_of(transcript), np.zeros((2, 0), np.float32))
    return replace(call, conduct=conduct_of(transcript))


def test_half_of_a_silence_filled_with_music_is_a_hold():
    assert has_hold_audio(10, 20, [Event("music", 0, 9, 12), Event("ringing", 1, 11, 15)])
    assert not has_hold_audio(10, 20, [Event("music", 0, 9, 14)])
    assert not has_hold_audio(10, 20, [Event("busy", 0, 10, 20), Event("beep", 0, 10, 20)])
    assert not has_hold_audio(10, 10, [Event("music", 0, 9, 14)])


@pytest.mark.parametrize(
    ("events", "hold_s", "silences", "longest_s", "share"),
    [((Event("music", 0, 11, 19),), 10.0, 0.0, 0.0, 0.0), ((), 0.0, 1.0, 10.0, 1 / 3)],
)
def test_music_on_hold_is_not_dead_air(events, hold_s, silences, longest_s, share):
    call = enriched(*events)
    names = ("hold_s", "silences", "longest_silence_s", "silence_share")
    assert [number(name, call) for name in names] == [hold_s, silences, longest_s, pytest.approx(share)]


def test_the_agent_owes_the_turn_after_music():
    assert [silence.owed_by for silence in enriched(Event("music", 0, 11, 19)).conduct.silences] == ["agent"]
    assert [silence.owed_by for silence in enriched().conduct.silences] == ["customer"]
