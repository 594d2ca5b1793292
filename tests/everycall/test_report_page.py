import re
from html.parser import HTMLParser

import pytest
from report_store import CHINESE, add_form, write_store

from everycall.report import write_report
from everycall.report.question_names import asked_by
from pipeline.errors import ConfigError
from pipeline.rubric.load import load_rubric
from pipeline.store import Store

VOID = {"meta", "br", "link", "input"}


class Page(HTMLParser):
    """Every tag with its attributes, the text of the page, and whether all tags are closed in order."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text += data


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    write_report(write_store(folder / "store"), folder / "out" / "report.html")
    return (folder / "out" / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_the_page_is_well_formed(page):
    assert page.open == []


def test_the_page_needs_no_network_and_no_script(html, page):
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not [
        value for _, found in page.tags for name, value in found.items() if name == "src" or name.startswith("on")
    ]
    links = [found["href"] for tag, found in page.tags if tag == "a"]
    assert all(link.startswith("#") for link in links)
    assert not re.search(r"url\(\s*['\"]?(?!#)|@import", html)


def test_what_was_said_cannot_become_markup(html, page):
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; my bill is wrong" in html
    assert "<script>alert('x')</script> & my bill is wrong" in page.text
    assert "in/<b>broken</b>.wav" in page.text


def test_the_top_line_says_what_is_in_the_page(page):
    assert "5 calls from 2026-03-02 to 2026-03-02 · English 4 · Chinese 1 · 6 minutes of talk" in " ".join(
        page.text.split()
    )


def test_each_section_is_there_and_linked(page):
    sections = ["hear", "scores", "questions", "agents", "moods", "topics", "repeats", "failures"]
    assert [found["id"] for tag, found in page.tags if tag == "section"] == sections
    assert {f"#{name}" for name in sections} <= {found["href"] for tag, found in page.tags if tag == "a"}


def test_charts_are_pictures_with_words_and_follow_the_pages_colours(html, page):
    drawings = [found for tag, found in page.tags if tag == "svg"]
    assert len(drawings) == 5
    assert all(found["role"] == "img" for found in drawings)
    assert html.count("<desc>") == 5
    assert 'fill="var(--accent)"' in html
    assert not re.search(r"#0[1-5]0[1-5]0[1-5]\b", html)


def test_counts_are_marked_in_whole_numbers(html):
    drawing = re.search(r"<svg(?:(?!</svg>).)*<title>Topics</title>.*?</svg>", html, re.DOTALL)[0]
    assert re.findall(r">(\d[\d.]*)</text>", drawing) == ["0", "1", "2", "2", "1"]


def test_each_chart_has_its_table_below(html):
    sections = re.findall(r"<section.*?</section>", html, re.DOTALL)
    assert all("<table>" in section[section.index("</figure>") :] for section in sections if "<svg" in section)


def test_table_heads_say_what_they_head(page):
    assert all("scope" in found for tag, found in page.tags if tag == "th")


def test_flags_say_when_to_start_playback(page):
    assert "01:00" in page.text
    assert "The form failed as a whole: “Empathy” was answered “No”" in page.text


def test_quotes_carry_their_language(page):
    assert ("q", {"lang": "zh"}) in page.tags
    assert CHINESE in page.text


def test_agents_with_few_calls_have_no_rank(html):
    assert re.search(r'too few calls">–</span></td><th scope="row">A1', html)


def test_questions_of_built_in_forms_say_what_they_ask(page):
    (asked,) = [
        question.text for question in load_rubric("support.en").members[0].questions() if question.id == "empathy"
    ]
    assert asked in page.text


def test_questions_may_be_given_their_words(tmp_path):
    out = tmp_path / "report.html"
    write_report(write_store(tmp_path / "store"), out, questions={"empathy": "先安抚了吗？"})
    page = Page(out.read_text(encoding="utf-8"))
    assert "先安抚了吗？" in page.text
    assert ("div", {"class": "asked", "lang": "zh"}) in page.tags


def test_forms_that_are_not_built_in_have_no_words_to_show():
    assert asked_by(["my.form"]) == {}


def test_the_same_store_makes_the_same_page(html, tmp_path):
    write_report(write_store(tmp_path / "store"), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html


def test_each_form_has_sections_of_its_own(tmp_path):
    write_report(add_form(write_store(tmp_path / "store")), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(set(ids)) == len(ids)
    assert {"scores", "scores-2", "questions-2", "agents-2"} <= set(ids)
    assert {found["href"][1:] for tag, found in page.tags if tag == "a"} <= set(ids)
    assert "Mean score: support" in page.text
    assert "Scores: selling" in page.text


def test_an_empty_store_makes_a_page(tmp_path):
    write_report(Store(str(tmp_path / "none")), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert "No call was flagged" in page.text
    assert "0 calls" in page.text


def test_a_page_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_report(Store(str(tmp_path / "none")), tmp_path / "file" / "report.html")


def test_what_is_wrong_with_a_recording_stands_in_the_line_of_its_call(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "everycall.report.listening.recording_notes", lambda recording, transcript, **_: ("3 % clipped",)
    )
    write_report(write_store(tmp_path / "store"), tmp_path / "report.html")
    assert " · 3 % clipped</span></h3>" in (tmp_path / "report.html").read_text("utf-8")
