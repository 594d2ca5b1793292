"""Reasons and flags as codes: every one has its sentence in every language and its row in docs/reasons.md."""

import ast
import json
import re
from pathlib import Path

import pytest
from reason_examples import FLAGS, REASONS, SAID

from pipeline.language import ENGLISH, translator
from pipeline.language.flag_words import FLAG_CODES, word_flag
from pipeline.language.reason_words import REASON_CODES, word_reason
from pipeline.reason import NO_REASON, Reason, from_nested
from pipeline.score.flag_rules import ANSWER_RULES
from pipeline.store.rows.reason_values import reason_values_from_text, reason_values_text

ROOT = Path(__file__).parents[2]
CHINESE = translator("zh_Hans")
CHARACTER = re.compile(r"[\u4e00-\u9fff]")


def test_every_code_has_an_example():
    assert sorted(reason.code for reason in REASONS) == sorted(REASON_CODES)
    assert sorted(reason.code for reason in FLAGS) == sorted(FLAG_CODES)


def codes_in(*paths):
    """The codes that the sources give to `Reason` and `Unanswerable`, both of an either-or."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Reason", "Unanswerable"} and node.args:
                first = node.args[0]
                either = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                yield from (each.value for each in either if isinstance(each, ast.Constant))


def test_no_other_code_is_given_by_scoring_or_flagging():
    # A flag that one answer raises has the code of its rule.
    of_rules = {rule.name for rule in ANSWER_RULES}
    given = set(codes_in(*(ROOT / "pipeline").rglob("*.py")))
    assert given | of_rules == {*REASON_CODES, *FLAG_CODES}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_a_reason_is_worded_in_both_languages(reason):
    english, chinese = word_reason(reason, ENGLISH), word_reason(reason, CHINESE)
    assert english
    assert not CHARACTER.search(english)
    assert CHARACTER.search(chinese)


@pytest.mark.parametrize("reason", FLAGS, ids=lambda reason: reason.code)
def test_a_flag_is_worded_in_both_languages(reason):
    english, chinese = word_flag(reason, ENGLISH), word_flag(reason, CHINESE)
    assert not CHARACTER.search(english)
    assert CHARACTER.search(chinese)


@pytest.mark.parametrize("reason", [*REASONS, *FLAGS], ids=lambda reason: reason.code)
def test_values_come_back_from_their_column(reason):
    assert reason_values_from_text(reason_values_text(reason.values)) == reason.values


def test_values_are_json_with_sorted_keys():
    assert reason_values_text({"turns": [4], "by": "客服"}) == '{"by": "客服", "turns": [4]}'
    assert reason_values_text({}) == "{}"


def test_a_reason_inside_another_comes_back():
    assert from_nested(json.loads(json.dumps(SAID.nested()))) == SAID


def test_no_reason_has_no_words():
    assert not NO_REASON
    assert word_reason(NO_REASON, ENGLISH) == ""


def test_an_unknown_code_is_refused():
    with pytest.raises(KeyError, match="made_tomorrow"):
        word_reason(Reason("made_tomorrow"), ENGLISH)


def test_values_show_nothing_of_the_call_in_a_repr():
    assert repr(Reason("script_followed", {"wrong": "words"})) == "Reason(code='script_followed')"


def documented(reasons, word):
    for reason in reasons:
        values = ", ".join(f"`{name}`" for name in reason.values) or "–"
        yield f"| `{reason.code}` | {values} | {word(reason, ENGLISH)} | {word(reason, CHINESE)} |"


def test_the_documentation_has_every_code_with_its_sentences():
    page = (ROOT / "docs" / "reasons.md").read_text("utf-8")
    rows = re.findall(r"^\| `.*$", page, re.MULTILINE)
    assert rows == [*documented(REASONS, word_reason), *documented(FLAGS, word_flag)]
