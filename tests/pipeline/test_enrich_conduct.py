import pytest

from pipeline.enrich.backchannel import is_backchannel
from pipeline.enrich.conduct import conduct_of, speech_units
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn


def transcript(*turns, language="en"):
    return Transcript(
        call_id="c1",
        language=language,
        turns=tuple(
            Turn(index=number, role=role, channel=int(role != "agent"), start_s=start, end_s=end, text=text)
            for number, (role, start, end, text) in enumerate(turns)
        ),
        metadata=CallMetadata(),
        source="audio",
    )


def test_talk_share_is_the_agents_share_of_all_speech():
    conduct = conduct_of(transcript(("agent", 0.0, 6.0, "hello there"), ("customer", 6.0, 8.0, "hi")))
    assert conduct.talk_share == 0.75


def test_overlapping_turns_of_one_speaker_count_once():
    conduct = conduct_of(transcript(("agent", 0.0, 4.0, "a"), ("agent", 2.0, 6.0, "b"), ("customer", 6.0, 8.0, "c")))
    assert conduct.talk_share == 0.75


def test_pace_counts_the_agents_english_words_a_minute():
    conduct = conduct_of(transcript(("agent", 0.0, 2.0, "I'm checking that twenty-four"), ("customer", 2.0, 3.0, "ok")))
    assert conduct.pace == 4 / 2 * 60


def test_pace_counts_chinese_characters():
    conduct = conduct_of(transcript(("agent", 0.0, 3.0, "您好，查到了。"), language="zh"))
    assert conduct.pace == 5 / 3 * 60


@pytest.mark.parametrize(("text", "units"), [("套餐 Plus 29 元", 6), ("", 0)])
def test_latin_words_and_digits_count_one_each_in_chinese(text, units):
    assert speech_units(text, language="zh") == units


def test_silence_share_is_the_time_in_which_nobody_speaks():
    conduct = conduct_of(transcript(("agent", 0.0, 2.0, "a"), ("customer", 7.0, 10.0, "b")))
    assert conduct.silence_share == 0.5


def test_only_gaps_of_more_than_three_seconds_are_silences():
    conduct = conduct_of(
        transcript(("agent", 0.0, 2.0, "one"), ("customer", 5.0, 6.0, "two"), ("agent", 9.5, 10.0, "three"))
    )
    assert [(silence.start_s, silence.end_s, silence.owed_by) for silence in conduct.silences] == [(6.0, 9.5, "agent")]


@pytest.mark.parametrize(
    ("before", "after", "owed_by"),
    [
        (("agent", "What is your name?"), ("customer", "Ann"), "customer"),
        (("agent", "您贵姓？"), ("agent", "喂您好"), "customer"),
        (("customer", "It broke."), ("agent", "I see"), "agent"),
        (("agent", "Let me look."), ("agent", "Found it"), "agent"),
        (("agent", "Let me look."), ("customer", "Hello? Are you there?"), "agent"),
        (("agent", "It is thirty dollars."), ("customer", "That is a lot"), "customer"),
    ],
)
def test_a_silence_is_owed_by_who_was_asked_or_speaks_next(before, after, owed_by):
    conduct = conduct_of(transcript((before[0], 0.0, 1.0, before[1]), (after[0], 6.0, 7.0, after[1])))
    assert [silence.owed_by for silence in conduct.silences] == [owed_by]


def test_a_silence_starts_after_the_longest_of_overlapping_turns():
    conduct = conduct_of(
        transcript(("agent", 0.0, 9.0, "long"), ("customer", 1.0, 2.0, "mm"), ("customer", 12.5, 13.0, "yes"))
    )
    assert [(silence.start_s, silence.end_s) for silence in conduct.silences] == [(9.0, 12.5)]


def test_an_interruption_takes_the_floor_and_a_backchannel_does_not():
    conduct = conduct_of(
        transcript(
            ("customer", 0.0, 10.0, "my order never came and"),
            ("agent", 3.0, 3.5, "mm-hm"),
            ("agent", 8.0, 12.0, "you should have called"),
        )
    )
    assert [(each.turn, each.at_s, each.by, each.backchannel) for each in conduct.interruptions] == [
        (1, 3.0, "agent", True),
        (2, 8.0, "agent", False),
    ]


def test_an_overlap_of_three_tenths_is_not_an_interruption():
    conduct = conduct_of(transcript(("customer", 0.0, 2.0, "so I called"), ("agent", 1.75, 4.0, "right so then")))
    assert conduct.interruptions == ()


def test_a_machine_cannot_be_interrupted():
    conduct = conduct_of(transcript(("ivr", 0.0, 5.0, "press one"), ("customer", 2.0, 4.0, "agent please now")))
    assert conduct.interruptions == ()


def test_a_backchannel_does_not_end_a_monologue():
    conduct = conduct_of(
        transcript(
            ("agent", 0.0, 10.0, "so first"),
            ("customer", 10.0, 10.5, "okay"),
            ("agent", 10.5, 30.0, "and then"),
            ("customer", 30.0, 33.0, "but what about my bill"),
            ("agent", 33.0, 40.0, "your bill"),
        )
    )
    assert conduct.longest_monologue_s == 30.0


def test_without_times_nothing_is_measured():
    conduct = conduct_of(transcript(("agent", 0.0, 1.0, "hello"), ("customer", None, None, "hi")))
    assert (conduct.talk_share, conduct.pace, conduct.longest_monologue_s, conduct.silence_share) == (None,) * 4
    assert conduct.silences == conduct.interruptions == ()


@pytest.mark.parametrize("text", ["Mm-hm.", "okay, right", "Yeah", "uh huh", "I see.", "..."])
def test_english_sounds_of_listening_are_backchannels(text):
    assert is_backchannel(text, language="en")


@pytest.mark.parametrize("text", ["嗯", "嗯嗯，好的", "对对", "哦，这样啊", "是的"])
def test_chinese_sounds_of_listening_are_backchannels(text):
    assert is_backchannel(text, language="zh")


@pytest.mark.parametrize(
    ("text", "language"),
    [("no", "en"), ("yes I did pay", "en"), ("okay but why", "en"), ("不对", "zh"), ("好的我知道你说什么", "zh")],
)
def test_longer_answers_are_not_backchannels(text, language):
    assert not is_backchannel(text, language=language)
