"""Hard cases of sentiment with the shipped heads: relief, irony, someone else's anger; in both languages."""

import pytest

from models.heads import load_heads
from models.sentiment_heads import HeadSentiment
from models.use import UseEncoder
from pipeline.enrich import EnrichmentModels, enrich
from pipeline.recording import CallMetadata
from pipeline.transcript import Transcript, Turn

pytestmark = pytest.mark.slow

RECOVERS = [
    "Northpeak Broadband, Dana speaking.",
    "My internet has been down for four days and nobody has called me back. This is ridiculous.",
    "I'm so sorry, let me look.",
    "I've had to take time off work because of you lot, I'm really angry.",
    "I understand completely. I can see the fault at the cabinet.",
    "Well that's what the last one said and nothing happened.",
    "I've just reset the port and it's live now. Could you look at the router?",
    "Oh! It's green. It's actually working.",
    "Great. I've also credited the four days.",
    "That's wonderful, thank you so much.",
    "Anything else?",
    "No, you've been brilliant, thanks.",
]
RECOVERS_CHINESE = [
    "您好，北峰宽带，工号二十一。",
    "我家网断了四天了，打了三次电话都没人管，你们太不负责了！",
    "非常抱歉，我马上帮您查。",
    "我天天在家办公，耽误我多少事，气死我了。",
    "理解您的心情，我看到是小区设备故障。",
    "上次也这么说，结果一点用都没有。",
    "我刚刚给您重置了端口，您看一下路由器的灯。",
    "哎，绿了，真的好了。",
    "另外给您减免四天费用。",
    "太好了，谢谢你啊，你服务真好。",
    "还有什么可以帮您？",
    "没有了，谢谢，辛苦了。",
]
WORSENS_CHINESE = [
    "您好，北峰宽带。",
    "你好，我想问一下师傅今天几点来。",
    "我看一下，稍等。",
    "好的，应该是下午两点到四点。",
    "不好意思，这个单取消了。",
    "啊？怎么取消了？没人通知我啊，我特意请了假的。",
    "系统自动取消的，最快要三周以后。",
    "三周？你们这也太过分了吧。",
    "那您可以退订。",
    "什么态度，我要投诉你们，太差劲了。",
]
RELIEF = [
    "City Lost Property.",
    "Hi, I left my bag on the number nine bus, it has my passport in it.",
    "When was that?",
    "This morning about eight.",
    "What colour?",
    "It's a dark green backpack with a red strap.",
    "One moment. Yes, it was handed in.",
    "Oh thank God, I was so worried, I thought it was gone forever.",
    "It's at the depot until six.",
    "That's such a relief, thank you so much.",
    "You're welcome.",
]
OTHERS_ANGER = [
    "Good morning, Alder Dental, how can I help?",
    "Hi, I'd like to move my husband's appointment please.",
    "Of course, what's his name?",
    "Peter Lund. He was furious last time because he waited an hour, but that's him.",
    "I see. Would Tuesday suit?",
    "Tuesday is fine, in the morning if you can.",
    "Ten o'clock?",
    "Ten o'clock works, thank you.",
    "You're booked in.",
    "Thanks a lot, have a nice day.",
]
OTHERS_ANGER_CHINESE = [
    "您好，口腔门诊。",
    "你好，我想给我老公改一下预约时间。",
    "请问叫什么名字？",
    "叫林涛。上次他等了一个小时，气得不行，不过他就那脾气。",
    "好的，周二上午可以吗？",
    "周二可以的，上午十点吧。",
    "好，给您改好了。",
    "好的，谢谢你。",
    "还有别的吗？",
    "没有了，再见。",
]
IRONY = [
    "Good morning, Hollis Freight.",
    "Hi, I need the invoice for March please.",
    "Sure, what's the account?",
    "It's four four one two.",
    "It shows the March one was sent.",
    "Oh brilliant, to my old address again I suppose. Anyway, can you email it?",
    "Yes, I'll send it now.",
    "Okay, the address is accounts at lund dot com.",
    "Sent.",
    "Got it, thanks.",
    "Anything else?",
    "No, that's everything, bye.",
]
RUDE = [
    "Yes?",
    "Hi, I'd like to ask about my bill, it went up twenty pounds.",
    "Read the letter.",
    "I did read it, it doesn't say why.",
    "It's on page two, it says so there.",
    "It isn't on page two.",
    "Not my problem if you can't be bothered to look, is it.",
    "I want to speak to your manager.",
    "He'll tell you the same thing, so stop whining and wasting my time.",
    "Unbelievable. I'm leaving.",
]


@pytest.fixture(scope="module")
def mood():
    enrichment_models = EnrichmentModels(UseEncoder(), HeadSentiment(load_heads()))

    def of(texts, *, language="en"):
        turns = tuple(
            Turn(index, "customer" if index % 2 else "agent", 0, None, None, text) for index, text in enumerate(texts)
        )
        (call,) = enrich(
            [Transcript("c1", language, turns, CallMetadata(), "jsonl")], enrichment_models=enrichment_models
        )
        return call.mood

    return of


def points(mood, role="customer"):
    return [(point.turn, point.direction, point.cause_turn) for point in mood.turning_points if point.role == role]


@pytest.mark.parametrize(("texts", "language"), [(RECOVERS, "en"), (RECOVERS_CHINESE, "zh")])
def test_a_customer_recovers_after_the_turn_that_helped(mood, texts, language):
    found = mood(texts, language=language)
    assert points(found) == [(7, "better", 6)]
    assert points(found, "agent") == []
    assert found.recovered is True


def test_a_customer_turns_worse_after_the_bad_news(mood):
    found = mood(WORSENS_CHINESE, language="zh")
    assert points(found) == [(5, "worse", 4)]
    assert found.recovered is False


def test_relief_turns_better_though_it_speaks_of_worry(mood):
    assert points(mood(RELIEF)) == [(7, "better", 6)]


@pytest.mark.parametrize(("texts", "language"), [(OTHERS_ANGER, "en"), (OTHERS_ANGER_CHINESE, "zh"), (IRONY, "en")])
def test_someone_elses_anger_and_a_single_irony_make_nothing_worse(mood, texts, language):
    found = mood(texts, language=language)
    assert [direction for _, direction, _ in points(found) if direction == "worse"] == []
    assert found.recovered is None


def test_an_agent_who_gets_rude_turns_worse(mood):
    assert [direction for _, direction, _ in points(mood(RUDE), "agent")] == ["worse"]
