import re
from html.parser import HTMLParser

import pytest

from everycall.guide import render_guide, write_guide
from pipeline.errors import ConfigError
from pipeline.language import translator
from pipeline.rubric.family import RubricFamily
from pipeline.rubric.load import load_rubric, parse_rubric

FORM = """
id: ours.en
title: Ours
languages: [en]
most: 110
changes: [{on: 2026-11-01, by: QA lead, why: First form.}]
targets:
  - {id: t, text: Settle it in 5 minutes., metric: handle_time_s, at_most: 300, unit: s, owner: Team lead}
sections:
  - id: all
    title: All of it
    weight: 1
    questions:
      - id: solved
        text: Was it <b>solved</b>?
        help: {text: On the call., good: ["That is done."], bad: ["Maybe."]}
        severity: major
        auto_fail: {on: [no], scope: section, cap: 50}
        kind: yes_no
        yes_when: {kind: phrase, phrases: [done]}
      - id: promised
        text: Was a call back promised?
        help: {text: With a day.}
        kano: must_be
        ask_after: {question: solved, is: [no]}
        kind: yes_no
        yes_when: {kind: phrase, phrases: [call you]}
      - id: fault
        text: Was a colleague blamed?
        help: {text: By name.}
        kind: deduction
        points: 7.5
        when: {kind: phrase, phrases: [their fault]}
"""


def page_of(text):
    form = parse_rubric(text, source="ours.yaml")
    return render_guide(RubricFamily(form.id, (form,)))


def words_of(page):
    text = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_guide_says_what_is_asked_what_it_is_worth_and_how_it_sounds():
    words = words_of(page_of(FORM))
    for told in (
        "All of it 100 of 100 points",
        "100 points On the call.",
        "Like this That is done. Not like this Maybe.",
        "A fail caps this section at 50 % of its points.",
        "A fail is major",
        "takes 150 points off",
        "answered no.",
        "takes 7.5 points off",
        "Settle it in 5 minutes. the mean of your calls in 30 days · Owner: Team lead",
        "2026-11-01 · QA lead: First form.",
    ):
        assert told in words, told


def test_a_script_is_told_step_by_step_with_the_words_that_none_may_leave_out():
    step = "{id: cancel, title: Right to cancel, says: [you can cancel within ten days], must_say: [ten days]}"
    script = "kind: script, steps: [{id: term, says: [it runs a year]}, " + step + "]"
    page = page_of(FORM.replace("kind: phrase, phrases: [done]", script))
    assert "Say in this order: term; Right to cancel (with the words “ten days”)." in words_of(page)


def test_the_answers_of_a_chinese_form_are_told_in_chinese():
    words = words_of(render_guide(load_rubric("complaints.zh")))
    assert "按顺序说：道歉；编号；答复时限；申诉途径。" in words
    assert "得分比例：完整 100%、部分 40%、未说 0%。" in words


def test_words_of_the_form_are_escaped():
    assert "Was it &lt;b&gt;solved&lt;/b&gt;?" in page_of(FORM)


def test_the_page_needs_nothing_else_and_is_well_formed():
    page = page_of(FORM)
    assert not re.search(r"(src|href)=[\"'](?!#)", page)
    assert "@media print" in page
    open_tags = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag != "meta":
                open_tags.append(tag)

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag

    Reader().feed(page)
    assert open_tags == []


def test_a_chinese_form_is_explained_in_chinese():
    page = render_guide(load_rubric("support.zh"))
    assert '<html lang="zh">' in page
    chinese = translator("zh_Hans")
    shown = (
        "What quality checks listen for on your calls, and how each point is earned.",
        "Points are out of 100 on a call where every question applies. A question that does not apply costs nothing.",
        "Like this",
        "Not like this",
        "not scored",
    )
    assert all(chinese.gettext(message) in page for message in shown)
    assert not any(message in page for message in shown)


def test_every_built_in_question_stands_in_the_guide():
    family = load_rubric("support")
    page = render_guide(family)
    assert page.count("<article>") == sum(1 for form in family.members for _ in form.questions())


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_guide(load_rubric("support.en"), tmp_path / "file" / "guide.html")
