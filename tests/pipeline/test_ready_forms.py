"""The ready forms: a good call beats a bad one by the answers that decide."""

import json

import pytest
from jsonschema import Draft202012Validator
from score_contexts import call
from test_support_forms import heads

from pipeline.rubric.load import load_rubric
from pipeline.rubric.rubric import Rubric
from pipeline.rubric.schema import json_schema
from pipeline.score import scorer
from pipeline.scorecard import Scorecard
from pipeline.transcript import Language

Turns = tuple[tuple[str, str], ...]
FORMS = ("sales", "collections", "technical", "complaints")
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def scored(form: str, language: Language, turns: Turns) -> Scorecard:
    return scorer(load_rubric(form), scoring_models=heads(0.5), language=language).score(
        call(*turns, language=language)
    )


def turns(*texts: str) -> Turns:
    """The agent speaks first, then the two take turns."""
    return tuple(("agent" if number % 2 == 0 else "customer", text) for number, text in enumerate(texts))


GOOD = {
    ("sales", "en"): turns(
        "Good morning, Brightline Broadband, Ann speaking. This call is recorded.",
        "Hi, I'd like faster internet.",
        "Happy to help. What do you mainly use it for?",
        "Films in the evening.",
        "Since you watch films, the two hundred plan suits you. It's thirty pounds a month.",
        "Okay.",
        "The contract runs for twelve months. You can cancel within fourteen days. I can't guarantee the speed.",
        "Fine.",
        "Are you happy to go ahead?",
        "Yes, please.",
        "So that's the two hundred plan from Monday. Is there anything else I can do?",
        "No.",
        "Thanks for calling, have a lovely day.",
    ),
    ("collections", "en"): turns(
        "Good afternoon, this is Ann from Brightline Credit. This call is recorded. May I take your full name?",
        "Jo Hill, third of May 1980.",
        "I'm calling about an overdue payment. The balance is eighty pounds. It was due on the third of May.",
        "I lost my job. Will you send the police?",
        "I'm so sorry to hear that. May I ask what you can manage now?",
        "Twenty a month.",
        "We could spread it over four months. So that's twenty pounds on the first of each month, is that right?",
        "Yes.",
        "Thank you, take care.",
    ),
    ("technical", "en"): turns(
        "Good morning, Brightline Broadband, Ann speaking. How can I help you?",
        "My internet is down.",
        "I'm sorry about that. When did it start, and what do the lights show?",
        "Since noon, red.",
        "Please unplug the box for thirty seconds and plug it in.",
        "Done. My last provider told me it's user error.",
        "Is it working now?",
        "Yes.",
        "Great. Your case number is 4712. Is there anything else I can do?",
        "No.",
        "Thanks for calling, have a lovely day.",
    ),
    ("complaints", "en"): turns(
        "Good morning, Brightline Sofas, Ann speaking.",
        "My sofa came a month late and torn. Your colleague said that's just how it is.",
        "I'm so sorry about that. So the sofa was late and torn, is that right?",
        "Yes.",
        "I will deal with this myself. Your reference number is 5512. You'll hear from me within ten days.",
        "And if not?",
        "If you are still not happy with the answer, you can go to the ombudsman.",
        "Good.",
        "Thank you, take care.",
    ),
    ("sales", "zh"): turns(
        "您好，明线宽带，工号三零二为您服务，本次通话会录音。",
        "我想换个快点的网。",
        "好的，您平时主要用来做什么？",
        "晚上看电影。",
        "因为您看电影多，两百兆更合适，每月三十九元。",
        "行。",
        "合约期十二个月，七天内可以无理由退订。速度我们不能保证每个房间都一样。",
        "可以。",
        "您同意办理吗？",
        "同意。",
        "跟您确认一下，周一开通两百兆。请问还有其他需要吗？",
        "没了。",
        "感谢您的来电，祝您生活愉快。",
    ),
    ("collections", "zh"): turns(
        "您好，这里是明线信贷，工号三零二，本次通话会录音。请问您的姓名和身份证后四位？",
        "王军，一二三四。",
        "谢谢。这次来电是关于您的逾期账款，目前欠款八百元，五月三号就到期了。",
        "我失业了，你们会报警吗？",
        "真抱歉听到这个。您每个月能还多少？",
        "两百。",
        "可以分四期还。那就每月一号还两百元，我跟您确认一下，对吧？",
        "对。",
        "感谢您的配合，祝您顺利。",
    ),
    ("technical", "zh"): turns(
        "您好，明线宽带，工号三零二为您服务，请问有什么可以帮您？",
        "网断了。",
        "真抱歉。什么时候开始的？灯是什么颜色？",
        "中午，红的。",
        "麻烦您把光猫电源拔掉三十秒再插上。",
        "好了。以前的客服让我自己百度。",
        "现在能上了吗？",
        "能了。",
        "好的，您的工单号是四七一二。请问还有其他问题吗？",
        "没有。",
        "感谢您的来电，祝您生活愉快。",
    ),
    ("complaints", "zh"): turns(
        "您好，明线家居，工号三零二为您服务。",
        "沙发晚了一个月，还破了。你们同事说投诉也没用。",
        "非常抱歉。您是说沙发晚到，扶手也破了，对吗？",
        "对。",
        "这件事我来跟进，投诉编号是五五一二，三天内答复您。",
        "不行呢？",
        "如果不满意，您还可以向消协反映。",
        "好。",
        "感谢您的理解，祝您生活愉快。",
    ),
}
BAD = {
    ("sales", "en"): turns(
        "Yes?",
        "I'd like faster internet.",
        "I have the perfect plan. You must decide right now, it's completely risk free.",
        "Hm.",
        "You'd be mad not to. I'll put that through.",
        "Okay.",
        "Bye.",
    ),
    ("collections", "en"): turns(
        "Jo Hill?",
        "Yes.",
        "You know why I'm calling. You will be arrested if you don't pay.",
        "What?",
        "I need all of it today. You should be ashamed.",
        "I can't.",
        "Bye.",
    ),
    ("technical", "en"): turns(
        "Yes?",
        "My internet is down.",
        "You must have broken it. It works fine for everybody else.",
        "And now?",
        "Google it.",
        "Hm.",
        "Bye.",
    ),
    ("complaints", "en"): turns(
        "Yes?",
        "My sofa came a month late and torn.",
        "Nobody else complains. That's just how it is.",
        "I want an answer.",
        "There's no point in complaining.",
        "Hm.",
        "Bye.",
    ),
    ("sales", "zh"): turns(
        "喂？",
        "我想换个快点的网。",
        "给你推荐这款，稳赚不赔，现在不办就没了。",
        "嗯。",
        "不办你就亏大了，我直接弄了。",
        "哦。",
        "再见。",
    ),
    ("collections", "zh"): turns(
        "王军？",
        "是我。",
        "你知道我为什么打来，不还就抓你。",
        "什么？",
        "今天必须全给。我打电话给你单位。",
        "我没钱。",
        "再见。",
    ),
    ("technical", "zh"): turns(
        "喂？",
        "网断了。",
        "肯定是你弄坏的，别人都没问题。",
        "那怎么办？",
        "自己百度。",
        "哦。",
        "再见。",
    ),
    ("complaints", "zh"): turns(
        "喂？",
        "沙发晚了一个月，还破了。",
        "我们就是这样规定的，别人都没投诉。",
        "我要个说法。",
        "投诉也没用。",
        "哦。",
        "再见。",
    ),
}
DECISIVE = {
    "sales": {"needs_asked": "yes", "price_stated": "yes", "sales_script": "whole", "no_overclaims": "yes"},
    "collections": {"debt_script": "whole", "options_offered": "yes", "promise_agreed": "yes", "no_threats": "yes"},
    "technical": {"symptoms_asked": "yes", "fault_script": "whole", "reference_given": "yes", "no_blame": "yes"},
    "complaints": {
        "complaint_restated": "yes",
        "complaint_script": "whole",
        "owner_named": "yes",
        "no_brush_off": "yes",
    },
}
FAILED = {
    "sales": {"needs_asked": "no", "price_stated": "no", "sales_script": "missing", "no_overclaims": "no"},
    "collections": {"debt_script": "missing", "options_offered": "no", "promise_agreed": "no", "no_threats": "no"},
    "technical": {"symptoms_asked": "no", "fault_script": "missing", "reference_given": "no", "no_blame": "no"},
    "complaints": {
        "complaint_restated": "no",
        "complaint_script": "missing",
        "owner_named": "no",
        "no_brush_off": "no",
    },
}


def values(card: Scorecard, names: dict[str, str]) -> dict[str, str]:
    return {name: card.answer(name).value for name in names}


def form_of(form: str, language: Language) -> Rubric:
    return load_rubric(form).for_language(language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_fits_the_schema_and_helps_with_examples(form: str, language: Language):
    rubric = form_of(form, language)
    Draft202012Validator(json.loads(json_schema())).validate(json.loads(rubric.model_dump_json(by_alias=True)))
    asked = list(rubric.questions())
    assert rubric.id == f"{form}.{language}"
    assert 10 <= len(asked) <= 14
    own = [question for question in asked if question.id in DECISIVE[form]]
    assert all(question.help.good and question.help.bad for question in own)


@pytest.mark.parametrize("form", FORMS)
def test_both_languages_ask_the_same(form: str):
    english, chinese = (form_of(form, language) for language in LANGUAGES)
    assert [question.id for question in english.questions()] == [question.id for question in chinese.questions()]
    assert english.weights() == chinese.weights()


@pytest.mark.parametrize(("form", "language"), GOOD)
def test_a_good_call_beats_a_bad_one(form: str, language: Language):
    good, bad = scored(form, language, GOOD[form, language]), scored(form, language, BAD[form, language])
    assert values(good, DECISIVE[form]) == DECISIVE[form]
    assert values(bad, FAILED[form]) == FAILED[form]
    assert good.total is not None
    assert bad.total is not None
    assert good.total > 70 > 45 > bad.total
