import pytest

from pipeline.transcribe.roles import role_patterns, roles_of

ENGLISH = [
    (0, "Hello?"),
    (1, "Good afternoon, thank you for calling, how can I help you?"),
    (0, "I'm calling about my bill, I was charged twice."),
    (1, "I'm sorry to hear that. Can I have your account number please?"),
]
CHINESE = [
    (0, "您好，很高兴为您服务，请问有什么可以帮您？"),
    (1, "我家的网坏了，你们怎么回事"),
    (0, "麻烦您报一下手机号"),
]


def test_the_speaker_who_greets_and_verifies_is_the_agent() -> None:
    roles = roles_of(ENGLISH, language="en")
    assert roles.by_side == {0: "customer", 1: "agent"}
    assert roles.confidence > 0.95


def test_roles_in_chinese() -> None:
    assert roles_of(CHINESE, language="zh").by_side == {0: "agent", 1: "customer"}


def test_an_agent_on_the_second_channel_is_found_even_if_they_speak_second() -> None:
    swapped = [(1 - side, text) for side, text in ENGLISH]
    assert (roles_of(ENGLISH, language="en").agent, roles_of(swapped, language="en").agent) == (1, 0)
    assert roles_of(swapped, language="en").confidence > 0.95


def test_metadata_wins_and_contradicting_words_lower_the_confidence() -> None:
    roles = roles_of(ENGLISH, language="en", agent=0)
    assert (roles.by_side, roles.confidence) == ({0: "agent", 1: "customer"}, 0.5)


def test_metadata_confirmed_by_the_words_is_certain() -> None:
    assert roles_of(ENGLISH, language="en", agent=1).confidence == 1.0
    assert roles_of([(0, "Hello?")], language="en", agent=0).confidence == 1.0


def test_metadata_survives_a_word_or_two_against_it() -> None:
    roles = roles_of([(1, "Hm."), (0, "Hm.")], language="en", agent=0)
    assert (roles.agent, roles.confidence) == (0, pytest.approx(0.982, abs=0.001))


def test_without_evidence_the_first_speaker_is_the_agent_with_low_confidence() -> None:
    roles = roles_of([(1, "Hm."), (0, "Hm.")], language="en")
    assert roles.agent == 1
    assert 0.5 < roles.confidence < 0.8


def test_conflicting_evidence_is_less_sure_than_evidence_for_one_side() -> None:
    mixed_up = [*ENGLISH, (0, ENGLISH[1][1]), (1, ENGLISH[2][1])]
    assert roles_of(mixed_up, language="en").confidence < 0.9
    assert roles_of(ENGLISH, language="en").confidence > 0.99


def test_confidence_stays_below_one() -> None:
    said = ENGLISH * 20
    assert 0.99 < roles_of(said, language="en").confidence <= 0.9997


def test_a_single_speaker_with_lines_of_both_roles_has_low_confidence() -> None:
    assert roles_of([(0, " ".join(text for _, text in ENGLISH))], language="en").confidence < 0.9


def test_a_single_speaker_who_complains_is_the_customer() -> None:
    assert roles_of([(0, "I was charged twice and my card does not work.")], language="en").by_side == {0: "customer"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_patterns_exist_for_both_roles(language: str) -> None:
    weights = [pattern.weight for pattern in role_patterns(language)]
    assert min(weights) < 0 < max(weights)
