"""The built-in support forms on single sentences: words must be said, and the right ones."""

import pytest
from score_contexts import call, scoring_models

from pipeline.rubric.load import load_rubric
from pipeline.score import ScoringModels, scorer
from pipeline.scorecard import Answer
from pipeline.transcript import Language

YES_NO = (
    "greeting_identify",
    "offer_help",
    "recording_notice",
    "no_prohibited",
    "confirm_resolution",
    "anything_else",
    "polite_close",
    "repeat_contact",
    "escalation_request",
    "churn_risk",
)
ACTS = {"asks_identity": ("postcode",), "uses_account": ("balance",), "thanks_for_holding": ("never said",)}


def heads(yes: float) -> ScoringModels:
    """Heads that say yes to everything with this probability."""
    three = {"yes": 0.8 * yes, "no": 0.8 * (1 - yes), "na": 0.2}
    moods = {"negative": 0.7, "neutral": 0.2, "positive": 0.1}
    return scoring_models(
        ACTS,
        **{name: {"yes": yes, "no": 1 - yes} for name in YES_NO},
        **dict.fromkeys(("identity_check", "empathy", "hold_etiquette"), three),
        outcome={"resolved": 0.6, "follow_up": 0.3, "unresolved": 0.1},
        sentiment_start=moods,
        sentiment_end=moods,
    )


def answer(question: str, *turns: tuple[str, str], language: Language = "en", yes: float = 0.5) -> Answer:
    by = heads(yes)
    return (
        scorer(load_rubric("support"), scoring_models=by, language=language)
        .score(call(*turns, language=language))
        .answer(question)
    )


def of_customer(text: str, question: str) -> str:
    language: Language = "en" if text.isascii() else "zh"
    filler = ("agent", "One two three.")
    return answer(question, filler, ("customer", text), filler, language=language).value


@pytest.mark.parametrize(
    "text",
    [
        "Let me speak to your manager.",
        "Can I talk to a supervisor, please?",
        "Put me through to somebody above you.",
        "I want to make a formal complaint.",
        "Put the manager on.",
        "Is there a supervisor I can talk to?",
        "叫你们主管来听。",
        "我要找你们领导。",
        "你们经理能不能给我回个电话？",
        "我要正式投诉。",
    ],
)
def test_asking_for_the_companys_superior_is_an_escalation(text: str):
    assert of_customer(text, "escalation_request") == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "I just need to call my boss at my job first.",
        "My manager told me to ring you.",
        "I have to talk to my supervisor about the days off.",
        "I'd like to speak to somebody who can help me with a delivery.",
        "我得跟我们领导说一声。",
        "我们经理让我打来的。",
        "老板让我问一下发票。",
    ],
)
def test_the_customers_own_superior_is_no_escalation(text: str):
    assert of_customer(text, "escalation_request") == "no"


@pytest.mark.parametrize(
    ("question", "language", "text"),
    [
        ("recording_notice", "en", "Thank you for calling, how can I help you today?"),
        ("recording_notice", "zh", "您好，请问有什么可以帮您？"),
        ("anything_else", "en", "It will arrive on Friday."),
        ("anything_else", "zh", "周五就能送到。"),
        ("hold_etiquette", "en", "You can come in at any time that we are open."),
        ("hold_etiquette", "zh", "您周五过来就行。"),
    ],
)
def test_a_confident_head_without_any_words_is_not_believed(question: str, language: Language, text: str):
    found = answer(question, ("agent", text), ("customer", "Ok."), language=language, yes=0.9)
    assert found.value in {"no", "na", "unsure"}


@pytest.mark.parametrize("text", ["I am coming in as soon as I can.", "我尽快过来。"])
def test_innocent_words_are_no_threat_to_leave(text: str):
    assert of_customer(text, "churn_risk") in {"no", "unsure"}


@pytest.mark.parametrize(
    ("question", "role", "text"),
    [
        ("recording_notice", "agent", "Just so you know, this call is being recorded."),
        ("recording_notice", "agent", "跟您说一下，本次通话会录音。"),
        ("anything_else", "agent", "Is there anything else I can do?"),
        ("anything_else", "agent", "请问还有其他问题吗？"),
        ("churn_risk", "customer", "Then I'm switching to another provider."),
        ("churn_risk", "customer", "再这样我就换别家了。"),
    ],
)
def test_the_words_themselves_carry_a_yes(question: str, role: str, text: str):
    language: Language = "en" if text.isascii() else "zh"
    turns = (("customer", "Ok."), ("agent", "Ok."), (role, text))
    assert answer(question, *turns, language=language, yes=0.6).value == "yes"


def test_a_no_names_the_turns_of_the_role_it_is_about():
    turns = (("agent", "Hello."), ("customer", "Hi."), ("agent", "Bye."), ("customer", "Bye."))
    assert answer("recording_notice", *turns, yes=0.1).searched == (0, 2)
    assert answer("churn_risk", *turns, yes=0.1).searched == (1, 3)


def test_a_reason_is_plain_and_in_the_forms_language():
    turns = (("agent", "Hello."), ("customer", "Hi."), ("agent", "This call is recorded."))
    assert answer("recording_notice", *turns, yes=0.4).reason == "said by the agent in turn 2"
    missing = answer("recording_notice", *turns[:2], yes=0.6)
    assert missing.reason == "looked for in the agent's 1 turn, not found"
    assert answer("sentiment_start", *turns).reason == "the customer's first words sound negative"
    assert answer("recording_notice", ("agent", "本次通话会录音。"), language="zh", yes=0.4).reason == "客服在第0轮说到"
