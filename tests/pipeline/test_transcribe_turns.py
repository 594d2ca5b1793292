from hypothesis import given
from hypothesis import strategies as st

from pipeline.ports import SpeakerSpan
from pipeline.transcribe.settings import TranscriptionSettings
from pipeline.transcribe.speakers import by_speaker
from pipeline.transcribe.turns import split_turns, turns_of
from pipeline.transcribe.word_text import text_of
from pipeline.transcript import Word

SETTINGS = TranscriptionSettings()


def spoken(text: str, start_s: float, *, pace_s: float = 0.4) -> list[Word]:
    return [
        Word(token, start_s + n * pace_s, start_s + (n + 0.9) * pace_s, 0.8) for n, token in enumerate(text.split())
    ]


def said(sides: dict[int, list[Word]]) -> list[tuple[int, str]]:
    return [(part.side, text_of(part.words, "en")) for part in split_turns(sides, SETTINGS)]


def test_a_turn_is_split_where_the_other_speaks_in_its_pause() -> None:
    agent = spoken("how can I help", 0) + spoken("what is your name", 4)
    assert said({0: agent, 1: spoken("my phone broke", 2)}) == [
        (0, "how can I help"),
        (1, "my phone broke"),
        (0, "what is your name"),
    ]


def test_a_short_pause_alone_does_not_split() -> None:
    assert said({0: spoken("let me see", 0) + spoken("here it is", 2)}) == [(0, "let me see here it is")]


def test_a_long_pause_splits() -> None:
    assert said({0: spoken("let me see", 0) + spoken("here it is", 9)}) == [(0, "let me see"), (0, "here it is")]


def test_a_backchannel_leaves_the_other_turn_whole_and_overlaps_it() -> None:
    parts = split_turns({0: spoken("so the bill went up by ten", 0), 1: spoken("mhm", 1.1)}, SETTINGS)
    assert [(part.side, len(part.words)) for part in parts] == [(0, 7), (1, 1)]
    assert parts[1].end_s < parts[0].end_s


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(0, 1)), min_size=1, max_size=40))
def test_no_word_is_lost_and_turns_are_in_order(starts: list[tuple[float, int]]) -> None:
    sides: dict[int, list[Word]] = {0: [], 1: []}
    for start_s, side in starts:
        sides[side].append(Word("w", start_s, start_s + 0.2, 1.0))
    parts = split_turns(sides, SETTINGS)
    assert sum(len(part.words) for part in parts) == len(starts)
    assert [part.start_s for part in parts] == sorted(part.start_s for part in parts)


def test_turns_have_role_channel_times_and_mean_probability() -> None:
    parts = split_turns({5: spoken("good morning", 1)}, SETTINGS)
    (turn,) = turns_of(parts, roles={5: "agent"}, channels={5: 1}, language="en", role_confidence=0.7)
    assert (turn.index, turn.role, turn.channel, turn.text) == (0, "agent", 1, "good morning")
    assert (turn.start_s, turn.confidence, turn.role_confidence) == (1.0, 0.8, 0.7)


def test_chinese_is_written_without_spaces_but_foreign_words_with() -> None:
    words = [Word(text, 0, 1, 1) for text in ("您", "好，", "Wi-Fi", "Router", "1", "5")]
    assert text_of(words, "zh") == "您好，Wi-Fi Router 15"


def test_words_go_to_the_speaker_who_covers_them() -> None:
    words = spoken("one two three four", 0) + spoken("five six seven", 3)
    sides = by_speaker(words, [SpeakerSpan(0, 0, 2, 1.0), SpeakerSpan(1, 2.5, 5, 1.0)])
    assert [word.text for word in sides[1]] == ["five", "six", "seven"]


def test_a_flip_of_one_word_inside_a_phrase_is_smoothed() -> None:
    words = spoken("one two three four five", 0)
    sides = by_speaker(words, [SpeakerSpan(0, 0, 0.8, 1.0), SpeakerSpan(1, 0.8, 1.2, 1.0), SpeakerSpan(0, 1.2, 3, 1.0)])
    assert list(sides) == [0]
