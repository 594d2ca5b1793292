import pytest

from pipeline.transcribe.prompts import without_prompts
from pipeline.transcript import Event, Language, Word

MENU = "Thank you for calling. For billing press one. For everything else please stay on the line for the next agent."
GREETING = "Thank you for calling the clinic, my name is Ann, this call may be recorded. How can I help you?"
HELD = "Your call is important to us. Please stay on the line and the next available agent will be with you."
MAILBOX = "You have reached Bob. I cannot come to the phone. Please leave a message after the tone."


def said(text: str, start_s: float, *, language: Language = "en") -> list[Word]:
    """Words of 0.3 s each from `start_s`."""
    tokens = text.split() if language == "en" else list(text)
    return [Word(token, start_s + 0.3 * n, start_s + 0.3 * n + 0.28, 0.9) for n, token in enumerate(tokens)]


def heard(words: dict[int, list[Word]], *events: Event, language: Language = "en") -> tuple[dict[int, str], list[str]]:
    kept, found = without_prompts(words, events, language=language)
    glue = " " if language == "en" else ""
    return {channel: glue.join(word.text for word in own) for channel, own in kept.items()}, [e.kind for e in found]


def test_a_menu_before_the_first_greeting_is_an_event() -> None:
    words = {0: said(MENU, 0) + said(GREETING, 30), 1: said("I have a question about my bill.", 40)}
    kept, kinds = heard(words)
    assert (kept[0], kept[1], kinds) == (GREETING, "I have a question about my bill.", ["ivr"])


def test_an_event_has_the_times_of_the_cut_words() -> None:
    _, (event,) = without_prompts({0: said(MENU, 2) + said(GREETING, 30), 1: said("Hello Ann.", 40)}, [], language="en")
    assert (event.channel, event.start_s, event.end_s) == (0, 2, pytest.approx(7.98, abs=0.4))
    assert event.confidence == 0.9


def test_a_person_who_starts_in_the_same_passage_is_kept() -> None:
    words = {0: said(f"{MENU} {GREETING}", 0), 1: said("Hello there Ann.", 30)}
    assert heard(words)[0][0] == GREETING


def test_an_agents_greeting_is_never_cut() -> None:
    words = {0: said(GREETING, 0), 1: said("Hello, I want to pay.", 12)}
    assert heard(words) == ({0: GREETING, 1: "Hello, I want to pay."}, [])


def test_what_an_agent_says_later_is_not_a_prompt() -> None:
    tech = "Now press one on the remote and then the pound key."
    words = {0: said(GREETING, 0) + said(tech, 30), 1: said("The box does not start.", 20)}
    assert heard(words)[1] == []


def test_a_prompt_beside_music_is_cut_in_mid_call() -> None:
    words = {0: said(GREETING, 0) + said(HELD, 60), 1: said("The box does not start.", 20)}
    assert heard(words, Event("music", 0, 40, 58))[1] == ["music", "ivr"]
    assert heard(words)[1] == []


def test_speech_between_a_menu_and_music_is_cut_with_them() -> None:
    news = "Please note that the office moved. It is now beside the river."
    words = {0: said(MENU, 0) + said(news, 9) + said(GREETING, 60), 1: []}
    words[1] = said("The box does not start.", 70)
    assert heard(words, Event("music", 0, 20, 50)) == ({0: GREETING, 1: "The box does not start."}, ["ivr", "music"])


def test_an_answered_prompt_is_kept() -> None:
    words = {0: said(MENU, 0) + said(GREETING, 30), 1: said("Yes hello, who is this please?", 1)}
    assert heard(words)[1] == []


def test_a_message_greeting_before_a_beep_is_voicemail() -> None:
    words = {0: said("Hi Bob, this is Ann from the clinic.", 12), 1: said(MAILBOX, 0)}
    kept, kinds = heard(words, Event("beep", 1, 8, 8.4))
    assert (kept[1], kept[0], kinds) == ("", "Hi Bob, this is Ann from the clinic.", ["voicemail", "beep"])


def test_the_name_of_the_absent_person_belongs_to_the_greeting() -> None:
    words = {0: [], 1: said("The person at extension nine is unavailable.", 0) + said(MAILBOX, 5)}
    assert heard(words, Event("beep", 1, 13, 13.4)) == ({0: "", 1: ""}, ["voicemail", "beep"])


@pytest.mark.parametrize(
    "prompt",
    [
        "Your call cannot be completed as dialed. Please check the number and dial again.",
        "Welcome to the directory. Use the seven key for Q.",
        "Please hold while we try to connect you.",
    ],
)
def test_short_prompts_before_the_greeting_are_events(prompt: str) -> None:
    words = {0: said(prompt, 0) + said(GREETING, 20), 1: said("The box does not start.", 40)}
    assert heard(words) == ({0: GREETING, 1: "The box does not start."}, ["ivr"])


def test_an_agent_who_mentions_voicemail_is_kept() -> None:
    words = {0: said("If nobody answers, leave a message after the tone.", 30), 1: said("Alright then.", 20)}
    assert heard(words)[1] == []


def test_a_call_without_a_person_has_no_words() -> None:
    menus = [word for n in range(4) for word in said("To continue press two. The office is closed. Goodbye.", 20.0 * n)]
    assert heard({0: menus, 1: []}) == ({0: "", 1: ""}, ["ivr"] * 4)


def test_chinese_prompts_are_events_too() -> None:
    menu, greeting = "欢迎致电。查询账单请按一。您的通话可能被录音。", "您好，工号八零一为您服务，请问有什么可以帮您？"
    words = {
        0: said(menu, 0, language="zh") + said(greeting, 20, language="zh"),
        1: said("我想查账单。", 30, language="zh"),
    }
    assert heard(words, language="zh") == ({0: greeting, 1: "我想查账单。"}, ["ivr"])
