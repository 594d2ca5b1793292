"""The detector `prohibited`: half of the examples are not meant."""

import pytest
from score_contexts import call, detect, quotes

EN = {
    "kind": "prohibited",
    "phrases": ["guarantee*", "not my problem", "calm down", "(your|you are) ... (fault|stupid)"],
}
ZH = {"kind": "prohibited", "phrases": ["保证", "不关我的事", "你(自己)?(的)?(错|问题)", "爱投诉不投诉"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I guarantee it will work.", "guarantee"),
        ("Well, that's not my problem.", "not my problem"),
        ("You need to calm down, sir.", "calm down"),
        ("This is your own fault.", "your own fault"),
        ("You're being stupid.", "You're being stupid"),
        ("我保证明天到。", "保证"),
        ("这不关我的事。", "不关我的事"),
        ("那是您自己的问题。", "您自己的问题"),
        ("您爱投诉不投诉。", "爱投诉不投诉"),
    ],
)
def test_meant_words_count(text: str, words: str):
    language = "en" if text.isascii() else "zh"
    found = detect(EN if text.isascii() else ZH, call(("agent", text), language=language), language=language)
    assert (found.probability, quotes(found)) == (0.95, [(0, words)])


@pytest.mark.parametrize(
    "text",
    [
        "We cannot guarantee a date.",
        "I'm not saying it's your fault.",
        "I'm not allowed to guarantee anything.",
        "Nobody said you were stupid.",
        'My colleague wrote "calm down", which was wrong.',
        "You told me that he said it was your fault.",
        "I would never say you are stupid.",
        "我们不能保证明天到。",
        "我不是说这是您的问题。",
        "您刚才说他告诉您是您自己的问题。",
        "我没有说是您的错。",
    ],
)
def test_negated_and_reported_words_do_not_count(text: str):
    language = "en" if text.isascii() else "zh"
    found = detect(EN if text.isascii() else ZH, call(("agent", text), language=language), language=language)
    assert (found.probability, found.evidence) == (0.03, ())


@pytest.mark.parametrize(
    "text",
    ["Your agent said it was my fault.", "You guarantee it?", "Calm down!", "你们保证过的。", "不关我的事是吧？"],
)
def test_the_customers_own_words_never_count(text: str):
    language = "en" if text.isascii() else "zh"
    spec = EN if text.isascii() else ZH
    found = detect(spec, call(("customer", text), ("agent", "Hm."), language=language), language=language)
    assert (found.probability, found.searched) == (0.03, (1,))


MENTIONED = {
    "en": (
        "I can't say 'calm down' to you.",
        "We never tell customers to calm down.",
        "You heard 'calm down' from us, that's not right.",
        "Telling someone to calm down isn't okay.",
        "You mean the agent said calm down? I'm sorry.",
        "I'm sorry you were told to calm down.",
        "The words calm down shouldn't have been used.",
        "According to your letter, my colleague used the words calm down.",
        "It's not something I can guarantee.",
        "There's no guarantee.",
        "Nobody should say you are stupid.",
        "I don't think your plan is stupid.",
    ),
    "zh": (
        "我们不会跟客户说不关我的事。",
        "按规定不能说“不关我的事”。",
        "他说不关我的事，这是不对的。",
        "您刚才提到的那句不关我的事，确实不应该。",
        "被人说不关我的事，肯定不舒服。",
        "谁都保证不了。",
        "这个没办法跟您保证。",
        "没人说是您的错。",
    ),
}
MEANT = {
    "en": (
        "I'm not going to argue, calm down.",
        "I can't help you until you calm down.",
        "If you don't calm down I'll hang up.",
        "I would never say you are stupid, but you are stupid.",
        "I'm not saying you lied, but this is your own fault.",
        "I can't believe you are so stupid.",
        "I told you to calm down.",
        "Calm down. Do not call again.",
    ),
    "zh": ("没办法，这不关我的事。", "您别急，我保证没问题。", "我跟你说，不关我的事。", "再不还就是你自己的问题。"),
}


@pytest.mark.parametrize("text", [*MENTIONED["en"], *MENTIONED["zh"]])
def test_mentioned_words_do_not_count(text: str):
    language = "en" if text.isascii() else "zh"
    assert (
        detect(EN if text.isascii() else ZH, call(("agent", text), language=language), language=language).probability
        == 0.03
    )


@pytest.mark.parametrize("text", [*MEANT["en"], *MEANT["zh"]])
def test_a_negation_of_something_else_does_not_excuse(text: str):
    language = "en" if text.isascii() else "zh"
    assert (
        detect(EN if text.isascii() else ZH, call(("agent", text), language=language), language=language).probability
        == 0.95
    )
