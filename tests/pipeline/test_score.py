import pytest
from score_contexts import ENCODER, call, scoring_models

from models.fakes.heads import KeywordHeads
from pipeline.errors import RubricError
from pipeline.evaluate.agreement import QUESTIONS
from pipeline.rubric.load import load_rubric
from pipeline.score import ScoringModels, score, scorer
from pipeline.scorecard import Scorecard

SUPPORT = load_rubric("support")
OPTIONS = {
    "outcome": {"resolved": 0.8, "follow_up": 0.1, "unresolved": 0.1},
    "sentiment_start": {"negative": 0.8, "neutral": 0.1, "positive": 0.1},
    "sentiment_end": {"negative": 0.1, "neutral": 0.8, "positive": 0.1},
    **{name: {"yes": 0.4, "no": 0.4, "na": 0.2} for name in ("identity_check", "empathy", "hold_etiquette")},
}
UNDECIDED = {name: OPTIONS.get(name, {"yes": 0.5, "no": 0.5}) for name in QUESTIONS}
ACTS = dict.fromkeys(("asks_identity", "uses_account", "thanks_for_holding"), ())

GOOD = (
    ("agent", "Good morning, Northfield Energy, Maya speaking. This call may be recorded. How can I help you?"),
    ("customer", "My heating has been off for three weeks and nobody cares."),
    ("agent", "I'm so sorry to hear that, that must be awful. May I take your full name and postcode?"),
    ("customer", "Ann Lee, two two one four."),
    ("agent", "Thank you. So you have an engineer on Friday. Is there anything else I can help with?"),
    ("customer", "No."),
    ("agent", "Thanks for calling, have a lovely day."),
)
BAD = (
    ("agent", "Yes?"),
    (
        "customer",
        "This is the third time I've called. I want to speak to your manager or I'm switching to another provider.",
    ),
    ("agent", "Calm down. That's your own fault. I guarantee it will never happen again."),
    ("customer", "Is this call recorded? Is there anything else? Have a lovely day."),
)
GOOD_ZH = (
    ("agent", "您好，工号三零二七为您服务，本次通话会录音，请问有什么可以帮您？"),
    ("customer", "我都打第三回了，叫你们主管来，不然我就换别家。"),
    ("agent", "非常理解您的心情。跟您核对一下，您的姓名和手机号是多少？"),
    ("customer", "王明，幺三九。"),
    ("agent", "我跟您确认一下，明天上午十点师傅上门。请问还有其他需要吗？"),
    ("agent", "感谢您的来电，祝您生活愉快。"),
)


def undecided() -> ScoringModels:
    """Heads with even odds, so that the phrases decide."""
    return ScoringModels(KeywordHeads(ACTS, UNDECIDED), encoder=ENCODER)


def bests(turns: tuple[tuple[str, str], ...], language: str = "en") -> dict[str, str]:
    (card,) = score([call(*turns, language=language)], rubric=SUPPORT, scoring_models=undecided())
    return {answer.question_id: answer.best for answer in card.answers}


BY_THE_BOOK = (
    "greeting_identify",
    "offer_help",
    "recording_notice",
    "no_prohibited",
    "confirm_resolution",
    "anything_else",
    "polite_close",
)
RISKS = ("repeat_contact", "escalation_request", "churn_risk")


@pytest.mark.parametrize("form", SUPPORT.members, ids=lambda form: form.id)
def test_the_support_form_has_every_standard_question(form):
    assert sorted(question.id for question in form.questions()) == sorted(QUESTIONS)
    assert {q.id for q in form.questions() if q.informative} == {*RISKS, "sentiment_start", "sentiment_end"}
    assert all(question.help.good or question.informative for question in form.questions())


def test_the_forms_of_a_family_have_the_same_weights():
    english, chinese = SUPPORT.members
    assert english.weights() == chinese.weights()


@pytest.mark.parametrize(("turns", "language"), [(GOOD, "en"), (GOOD_ZH, "zh")])
def test_phrases_alone_recognise_a_call_by_the_book(turns, language: str):
    found = bests(turns, language)
    assert {name: found[name] for name in BY_THE_BOOK} == dict.fromkeys(BY_THE_BOOK, "yes")


def test_phrases_alone_recognise_the_risks():
    assert {name: bests(BAD)[name] for name in RISKS} == dict.fromkeys(RISKS, "yes")
    assert {name: bests(GOOD_ZH, "zh")[name] for name in RISKS} == dict.fromkeys(RISKS, "yes")
    assert {name: bests(GOOD)[name] for name in RISKS} == dict.fromkeys(RISKS, "no")


def test_the_customers_words_never_count_for_the_agent():
    found = bests(BAD)
    assert {name: found[name] for name in BY_THE_BOOK} == dict.fromkeys(BY_THE_BOOK, "no")


def test_a_prohibited_remark_is_the_evidence_of_no():
    (card,) = score([call(*BAD, turn_s=10.0)], rubric=SUPPORT, scoring_models=undecided())
    answer = card.answer("no_prohibited")
    assert (answer.value, {quote.turn for quote in answer.evidence}) == ("no", {2})
    assert all(BAD[quote.turn][1].find(quote.quote) >= 0 for quote in answer.evidence)
    assert all(20.0 <= quote.start_s < quote.end_s <= 30.0 for quote in answer.evidence)


def test_calls_of_two_languages_keep_their_order():
    cards = score([call(*GOOD_ZH, language="zh"), call(*GOOD)], rubric=SUPPORT, scoring_models=undecided())
    assert [card.rubric_id for card in cards] == ["support.zh", "support.en"]


def test_the_same_call_gives_the_same_card():
    def card() -> Scorecard:
        return score([call(*GOOD)], rubric=SUPPORT, scoring_models=undecided())[0]

    assert card() == card()


def test_an_empty_call_is_scored():
    (card,) = score([call()], rubric=SUPPORT, scoring_models=undecided())
    assert card.total is not None
    assert card.interval is not None


def test_no_calls_give_no_cards():
    assert score([], rubric=SUPPORT, scoring_models=undecided()) == []


def test_the_fingerprint_changes_with_the_scoring_models():
    other = ScoringModels(KeywordHeads(ACTS, UNDECIDED, fingerprint="others"), encoder=ENCODER)
    (one,) = score([call(*GOOD)], rubric=SUPPORT, scoring_models=undecided())
    (two,) = score([call(*GOOD)], rubric=SUPPORT, scoring_models=other)
    assert one.fingerprint != two.fingerprint


def test_an_error_for_a_missing_call_label_names_the_question():
    with pytest.raises(RubricError, match=r"rubric support\.en, question greeting_identify: there is no verdict named"):
        scorer(SUPPORT, scoring_models=scoring_models(), language="en")


def test_the_total_follows_from_the_answers():
    (card,) = score([call(*GOOD)], rubric=SUPPORT, scoring_models=undecided())
    possible = sum(answer.points_possible for answer in card.answers)
    assert card.total == pytest.approx(100 * sum(answer.points for answer in card.answers) / possible)
    assert card.auto_failed == ()
