import pytest
from rubric_forms import extra, form, yes_no

from pipeline.rubric.lint import lint

PHRASES = {"kind": "phrase", "phrases": ["thank you", "many thanks"]}
EXAMPLES = {"help": {"text": "So.", "good": ["Thanks."], "bad": ["Hm."]}}
SERVED = {"indicator": {"class": "qualitative", "kpi": "experience"}}


def asked(text: str, name: str = "q", **more: object) -> dict[str, object]:
    return yes_no(name, text=text, **(EXAMPLES | SERVED | more))


def rules(*questions: dict[str, object], **more: object) -> list[str]:
    return [finding.rule for finding in lint(form(list(questions), **more))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Did the agent thank the customer for calling?", []),
        ("Did the agent ask for the customer's name and date of birth?", []),
        ("Did the agent wish the customer a good day?", []),
        ("Did the agent speak in a professional tone?", ["vague"]),
        ("Was the customer greeted appropriately?", ["vague"]),
        ("Did the agent greet the customer and ask for the account number?", ["double_barrelled"]),
        ("Did the agent apologise as well as explain the delay?", ["double_barrelled"]),
        ("Was the agent calm and did they wait for an answer?", ["double_barrelled"]),
        ("客服是否报了姓名，是否报了公司？", ["double_barrelled"]),
        ("Did the agent smile during the call?", ["inaudible"]),
        ("Did the agent update the record in the system?", ["inaudible", "inaudible"]),
        ("客服是否感谢客户来电？", []),
        ("客服是否核对了姓名和身份证号？", []),
        ("客服的语气是否专业？", ["vague"]),
        ("客服是否问候客户并核实身份？", ["double_barrelled"]),
        ("客服是否道歉以及说明原因？", ["double_barrelled"]),
        ("客服是否在系统中录入备注？", ["inaudible", "inaudible", "inaudible"]),
    ],
)
def test_a_question_that_people_answer_differently_is_found(text, expected):
    assert rules(asked(text)) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Did the agent confirm the delivery address?", "Did they confirm the delivery address?", ["overlapping"]),
        ("Did the agent confirm the delivery address?", "Did the agent promise a call back by a day?", []),
        ("客服是否确认收货地址？", "客服有没有确认收货地址？", ["overlapping"]),
        ("客服是否确认收货地址？", "客服是否承诺回电时间？", []),
    ],
)  # fmt: skip
def test_questions_that_ask_the_same_are_found(first, second, expected):
    assert rules(asked(first, "a"), asked(second, "b")) == expected


def test_questions_that_the_same_phrases_answer_are_found():
    first = asked("Was thanks given at the start?", "a", yes_when=PHRASES)
    second = asked("Is gratitude shown when closing?", "b", yes_when=PHRASES)
    (finding,) = lint(form([first, second]))
    assert (finding.rule, finding.place) == ("overlapping", "a, b")
    assert "100%" in finding.reason


@pytest.mark.parametrize(
    ("questions", "more", "reason"),
    [
        ([asked("Was it?", "a", weight=200), asked("Or not?", "b", weight=1)], {}, "it is worth 0.5 of 100 points"),
        ([asked("Was it?", auto_fail={"on": ["no"], "cap": 100})], {}, "it fails nothing"),
        ([asked("Was it?", kano="attractive")], {}, "nothing but gains"),
        ([extra("deduction", "a", 0.5, **SERVED)], {}, "it is worth 0.5 of 100 points"),
    ],
)
def test_a_weight_that_cannot_matter_is_found(questions, more, reason):
    found = [finding for finding in lint(form(questions, **more)) if finding.rule == "weight"]
    assert [reason in finding.reason for finding in found] == [True]


def test_a_choice_of_which_every_answer_earns_the_same_is_found():
    options = [{"id": each, "share": 1, "when": PHRASES} for each in ("a", "b")]
    choice = {"id": "q", "text": "Which was it?", "kind": "choice", "options": options, **EXAMPLES, **SERVED}
    assert rules(choice) == ["weight"]


def test_a_scored_question_without_examples_and_a_form_without_indicators_are_found():
    assert rules(yes_no("q", text="Did the agent thank the customer?")) == ["no_examples", "no_indicator"]


def test_a_finding_says_where_why_and_what_to_do():
    (finding,) = lint(form([asked("Did the agent speak in a professional tone?")]))
    assert finding.place == "sections > s0 > q"
    assert finding.reason == "“professional” means something else to every reviewer"
    assert finding.remedy.startswith("Ask for what is said or done")
