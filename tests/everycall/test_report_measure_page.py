import re

import pytest
from measure_rows import AGENT, QUEUE
from report_store import INJECTION, write_store
from test_report_page import Page

from everycall.report import write_report

ADDED = ["fixes", "fair", "causes", "promises"]


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    write_report(write_store(folder / "store", measured=True), folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def section(html, name):
    return re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)[0]


def test_the_page_is_well_formed_and_needs_no_network(html, page):
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not re.search(r"url\(\s*['\"]?(?!#)|@import", html)


def test_sections_stand_in_the_order_of_reading_and_are_linked(page):
    ids = [found["id"] for tag, found in page.tags if tag == "section"]
    assert ids[0] == "fixes"
    assert ids[5:] == ["fair", "causes", "moods", "topics", "repeats", "promises", "failures"]
    assert {f"#{name}" for name in ids} == {found["href"] for tag, found in page.tags if tag == "a"}


def test_sections_without_rows_are_not_shown(tmp_path):
    write_report(write_store(tmp_path / "store"), tmp_path / "report.html")
    old = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert not set(ADDED) & {found.get("id") for _, found in old.tags}


def test_nothing_of_metadata_or_calls_becomes_markup(html, page):
    for words in (QUEUE, AGENT, INJECTION):
        assert words not in html
        assert words in page.text


def test_every_drawing_has_a_title_and_a_table_below(html, page):
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(drawings) == 19
    assert all(drawing.count("<desc>") == 1 and "<title>" in drawing for drawing in drawings)
    assert all(found["role"] == "img" for tag, found in page.tags if tag == "svg")
    assert html.count("<figure>") == len(drawings)
    assert all("<table>" in after for after in re.split(r"</figure>", html)[1:])
    assert not re.search(r"#0[1-5]0[1-5]0[1-5]\b", html)


def test_hours_lost_have_their_interval_and_reason(html):
    shown = section(html, "fixes")
    assert "9.5<small>7.0 to 12.0</small>" in shown
    assert "12 of 30 calls repeat an earlier one" in shown


def test_emerging_topics_are_marked_and_say_how_far(html):
    shown = section(html, "topics")
    assert shown.count('<span class="severity high">emerging</span>') == 1
    assert "2.0 times as many, p &lt; 0.0001" in shown


def test_recent_contacts_are_counted_where_matters_are_resolved(html):
    assert "4 of 40 first contacts are too recent" in section(html, "repeats")


def test_ownership_is_answered_in_words(html):
    assert "Handed-on matters take 2.0 (1.0 to 3.0) minutes longer" in section(html, "repeats")


def test_agents_with_few_calls_are_hollow_and_in_no_band(html):
    assert re.search(r'too few calls">–</span></td><th scope="row">A3', section(html, "fair"))
    assert "2 agents in 2 bands" in section(html, "fair")


def test_levels_that_could_not_be_told_stay_empty(html):
    assert re.search(r'the person</td><td class="n">40 %<small>30 to 50</small></td>', section(html, "causes"))
    assert '<td class="n">–</td>' in section(html, "causes")


def test_the_same_store_makes_the_same_page(html, tmp_path):
    write_report(write_store(tmp_path / "store", measured=True), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html
