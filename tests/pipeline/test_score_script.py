"""The detector `script`: steps, their wording, place and order; English and Chinese."""

from typing import Any

import pytest
from pydantic import ValidationError
from score_contexts import call, detect, quotes

from pipeline.rubric.script import Script
from pipeline.score.context.detection import Detection

STEPS: list[dict[str, Any]] = [
    {
        "id": "hello",
        "title": "Greeting",
        "match": "pattern",
        "says": ["(hello|good morning)"],
        "where": {"first_turns": 2},
    },
    {
        "id": "rights",
        "title": "Cancellation right",
        "says": ["you can cancel within fourteen days and pay nothing"],
        "must_say": ["fourteen days", "pay nothing"],
    },
    {
        "id": "goodbye",
        "title": "Goodbye",
        "match": "verbatim",
        "says": ["thank you for choosing us", "have a nice day"],
    },
]
SCRIPT = {"kind": "script", "steps": STEPS}
GOOD = (
    ("agent", "Good morning, Ann speaking."),
    ("customer", "Hi, I want the plan."),
    ("agent", "You can cancel within 14 days and pay nothing."),
    ("customer", "Fine."),
    ("agent", "Great. Have a nice day!"),
)


def states(found: Detection) -> list[tuple[str, str]]:
    return [(step.id, step.state) for step in found.steps]


def with_middle(text: str) -> Detection:
    return detect(SCRIPT, call(*GOOD[:2], ("agent", text), *GOOD[3:]))


def test_a_script_that_is_followed_quotes_every_step():
    found = detect(SCRIPT, call(*GOOD))
    assert states(found) == [("hello", "said"), ("rights", "said"), ("goodbye", "said")]
    assert quotes(found) == [
        (0, "Good morning"),
        (2, "You can cancel within 14 days and pay nothing"),
        (4, "Have a nice day"),
    ]
    assert (found.probability, found.reason) == (pytest.approx(0.95**3), "3 of 3 steps said")


@pytest.mark.parametrize(
    "text",
    [
        "You can council within fourteen days and pay nothing.",
        "So, um, you can cancel, within fourteen days, and you pay nothing, okay?",
        "Ya can cancel with in 14 days an pay nothing",
    ],
)
def test_a_step_survives_recognition_errors(text: str):
    assert with_middle(text).steps[1].state == "said"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("You can cancel within forty days and pay nothing.", "incomplete"),
        ("You can not cancel within fourteen days and pay nothing.", "missing"),
        ("You can pay now.", "missing"),
    ],
)
def test_another_number_or_a_denial_is_not_the_step(text: str, state: str):
    assert with_middle(text).steps[1].state == state


def test_what_is_missing_of_a_mandatory_wording_is_named():
    steps = [{**STEPS[1], "says": ["you can cancel within fourteen days", *STEPS[1]["says"]]}]
    found = detect({"kind": "script", "steps": steps}, call(("agent", "You can cancel within fourteen days.")))
    assert (found.steps[0].state, found.steps[0].lacks) == ("incomplete", ("pay nothing",))
    assert found.reason == "0 of 1 step said; “Cancellation right” lacks “pay nothing”"
    assert [quote.quote for quote in found.contrary] == ["You can cancel within fourteen days"]


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("You can cancel within forty days and pay nothing.", ("fourteen days",)),
        ("You can cancel and pay nothing.", ("fourteen days",)),
        ("You can cancel within a fortnight and pay something.", ("fourteen days", "pay nothing")),
    ],
)
def test_a_mandatory_number_that_is_another_or_none_is_named(text: str, lacks: tuple[str, ...]):
    step = with_middle(text).steps[1]
    assert (step.state, step.lacks) == ("incomplete", lacks)


def test_a_step_that_comes_too_early_is_out_of_order():
    turns = (GOOD[0], ("agent", "Have a nice day!"), GOOD[2])
    found = detect(SCRIPT, call(*turns))
    assert states(found) == [("hello", "said"), ("rights", "out_of_order"), ("goodbye", "said")]
    assert found.steps[1].overtaken == ("Goodbye",)
    assert found.reason == "2 of 3 steps said; “Cancellation right” is out of order with “Goodbye”"
    assert found.probability == pytest.approx(0.95 * 0.95 * 0.05)


def test_order_can_be_left_free():
    turns = (GOOD[0], ("agent", "Have a nice day!"), GOOD[2])
    assert detect({**SCRIPT, "in_order": False}, call(*turns)).reason == "3 of 3 steps said"


def test_before_and_after_bind_where_the_order_is_free():
    steps = [{**STEPS[0], "where": {}}, {**STEPS[1], "before": ["goodbye"], "after": ["hello"]}, STEPS[2]]
    spec = {"kind": "script", "steps": steps, "in_order": False}
    late = detect(spec, call(GOOD[0], GOOD[4], GOOD[2]))
    assert states(late) == [("hello", "said"), ("rights", "out_of_order"), ("goodbye", "said")]
    assert late.steps[1].overtaken == ("Goodbye",)


def test_a_step_in_the_wrong_part_of_the_call_is_misplaced():
    turns = (("agent", "Yes."), ("agent", "What is it?"), ("agent", "Good morning."), *GOOD[2:])
    found = detect(SCRIPT, call(*turns))
    assert found.steps[0].state == "misplaced"
    assert "“Greeting” is said in the wrong part of the call" in found.reason


def test_a_step_in_seconds():
    steps = [{**STEPS[0], "where": {"first_s": 5}}]
    spec = {"kind": "script", "steps": steps}
    assert detect(spec, call(*GOOD, turn_s=4.0)).steps[0].state == "said"
    assert detect(spec, call(("agent", "Well."), ("agent", "Yes."), *GOOD, turn_s=4.0)).steps[0].state == "misplaced"


def test_the_customer_never_says_a_step_for_the_agent():
    turns = (GOOD[0], ("customer", "I can cancel within 14 days and pay nothing?"), GOOD[4])
    assert detect(SCRIPT, call(*turns)).steps[1].state == "missing"


def test_a_sentence_may_run_over_turns_that_the_customer_cuts():
    turns = (
        GOOD[0],
        ("agent", "You can cancel within"),
        ("customer", "Mm."),
        ("agent", "14 days and pay nothing."),
        GOOD[4],
    )
    found = detect(SCRIPT, call(*turns))
    assert found.steps[1].state == "said"
    assert [(quote.turn, quote.quote) for quote in found.steps[1].evidence] == [
        (1, "You can cancel within"),
        (3, "14 days and pay nothing"),
    ]


@pytest.mark.parametrize(("match", "says"), [("verbatim", "to collect a debt"), ("pattern", "collect ... debt")])
def test_fixed_words_and_patterns_run_over_a_back_channel_but_not_over_an_answer(match: str, says: str):
    spec = {"kind": "script", "steps": [{"id": "debt", "match": match, "says": [says]}]}

    def found(between: str) -> list[tuple[int, str]]:
        return quotes(detect(spec, call(("agent", "I try to collect"), ("customer", between), ("agent", "a debt."))))

    assert [turn for turn, _ in found("Mm, okay.")] == [0, 2]
    assert found("Hold on, who are you?") == []


def test_one_step_can_be_asked_alone():
    turns = (GOOD[0], GOOD[4])
    assert detect({**SCRIPT, "step": "hello"}, call(*turns)).probability == pytest.approx(0.95)
    missing = detect({**SCRIPT, "step": "rights"}, call(*turns))
    assert (missing.probability, missing.reason) == (
        pytest.approx(0.05),
        "0 of 1 step said; “Cancellation right” is not said",
    )


def test_a_share_of_the_steps_can_be_enough():
    found = detect({**SCRIPT, "at_least": 0.6}, call(GOOD[0], GOOD[4]))
    assert found.probability == pytest.approx(0.95**2 * 0.95 + 0.95**2 * 0.05 + 2 * 0.95 * 0.05 * 0.05)


def test_a_share_can_have_an_upper_bound():
    spec = {**SCRIPT, "at_least": 0.3, "at_most": 0.9}
    assert detect(spec, call(*GOOD)).probability == pytest.approx(1 - 0.95**3 - 0.05**3)


def test_a_step_by_meaning_asks_the_encoder():
    steps = [{"id": "hold", "says": ["please hold."], "match": "meaning"}]
    found = detect({"kind": "script", "steps": steps}, call(("agent", "Please hold."), ("agent", "zzz qqq")))
    assert quotes(found) == [(0, "Please hold.")]


CHINESE: dict[str, Any] = {
    "kind": "script",
    "steps": [
        {"id": "notice", "title": "录音告知", "says": ["本次通话将全程录音"], "where": {"first_turns": 2}},
        {"id": "fee", "title": "费用说明", "says": ["提前解约需支付百分之三十的违约金"], "must_say": ["违约金"]},
        {"id": "close", "title": "结束语", "says": ["感谢您的来电", "祝您生活愉快"]},
    ],
}


def test_chinese_steps_by_characters_numbers_and_sounds():
    turns = (
        ("agent", "您好，本次通话将全成路音。"),
        ("customer", "好的。"),
        ("agent", "提前解约需要支付30%的违约金，您清楚吗？"),
        ("agent", "感谢您的来电。"),
    )
    found = detect(
        {
            **CHINESE,
            "steps": [
                CHINESE["steps"][0],
                {**CHINESE["steps"][1], "says": ["提前解约需支付30%的违约金"]},
                CHINESE["steps"][2],
            ],
        },  # type: ignore[index]
        call(*turns, language="zh"),
        language="zh",
    )
    assert states(found) == [("notice", "said"), ("fee", "said"), ("close", "said")]
    assert found.reason == "3步话术中说到3步"


def test_a_chinese_reason_names_the_step():
    found = detect(CHINESE, call(("agent", "您好，本次通话将全程录音。"), language="zh"), language="zh")
    assert found.reason == "3步话术中说到1步；没有说到“费用说明”；没有说到“结束语”"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": [STEPS[0], STEPS[0]]}, "hello is there twice"),
        ({"step": "sing"}, "there is no step"),
        ({"at_least": 0.5, "at_most": 0.4}, "at_most 0.4 is less"),
        ({"steps": [{**STEPS[0], "after": ["sing"]}]}, "there is no step"),
    ],
)
def test_a_script_that_names_no_such_step_is_refused(change: dict[str, Any], message: str):
    with pytest.raises(ValidationError, match=message):
        Script.model_validate({**SCRIPT, **change})
