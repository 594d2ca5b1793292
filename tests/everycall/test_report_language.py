"""The report, the guide and a call in Simplified Chinese."""

import re

import pyarrow.parquet as pq
import pytest
from report_store import CHINESE, INJECTION, add_form, write_store
from rich.console import Console
from test_report_page import Page

from bench.messages import stored
from everycall.report import write_report
from everycall.report.stored_words import flag_words, reworded
from everycall.show import render_call
from pipeline.flag import Flag
from pipeline.language import ENGLISH, reader_language, translator

READER = translator("zh_Hans")
CHARACTER = re.compile(r"[\u4e00-\u9fff]")
# Words of the store that are data, in whatever language they were said or written.
DATA = ("there is no audio", "Export it again", "the customer says that it was not done")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return add_form(write_store(tmp_path_factory.mktemp("store"), measured=True))


@pytest.fixture(scope="module")
def html(store, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "report.html"
    write_report(store, out, translator=READER)
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def english_sentences():
    """The messages that no data could hold by chance: two words at least, without values."""
    for message in stored("zh_Hans"):
        text = message.id[0] if isinstance(message.id, tuple) else message.id
        if text and message.context is None and " " in text.strip() and "{" not in text:
            yield text


def test_no_message_is_left_in_english(page):
    text = " ".join(page.text.split())
    for words in DATA:
        text = text.replace(words, "")
    assert [message for message in english_sentences() if message in text] == []


def test_every_heading_caption_and_note_is_chinese(html):
    marked = re.findall(r"<(h2|h3|caption|figcaption|p|summary)\b[^>]*>(.*?)</\1>", html, re.DOTALL)
    words = [re.sub(r"<[^>]+>", "", text).strip() for tag, text in marked if 'class="id"' not in text]
    assert len(words) > 60
    assert [text for text in words if text and not CHARACTER.search(text)] == []


def test_every_column_is_headed_in_chinese(html):
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)
    assert len(heads) > 80
    bins = re.compile(r"[\d.–]+")
    assert [head for head in heads if not CHARACTER.search(head) and not bins.fullmatch(head)] == []


def test_charts_are_named_and_their_axes_titled_in_chinese(html):
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(drawings) > 15
    for drawing in drawings:
        assert CHARACTER.search(re.search(r"<title>(.*?)</title><desc>(.*?)</desc>", drawing)[0])
    titles = re.findall(r"class=\"mark-text role-axis-title\".*?>([^<]+)</text>", html, re.DOTALL)
    assert {"得分", "通话数", "平均得分", "30 天耗费小时"} <= set(titles)
    assert [title for title in titles if not CHARACTER.search(title)] == []


def test_the_page_names_its_language(html, page):
    assert ("html", {"lang": "zh-Hans"}) in page.tags
    assert page.open == []
    assert "<script>alert" not in html


def test_words_of_calls_stay_as_they_were_said(page):
    assert CHINESE in page.text
    assert INJECTION in page.text


def test_questions_are_named_by_the_form_in_the_readers_language(page):
    assert "客服是否及早体谅客户的处境？" in page.text
    assert "Empathy" not in page.text


def test_percentages_and_lengths_are_written_the_chinese_way(page):
    text = " ".join(page.text.split())
    assert "2026-03-02 至 2026-03-02 共 5 通电话 · 英文 4 · 中文 1 · 通话时长 6 分钟" in text
    assert not re.search(r"\d %", text)


def test_flags_of_a_chinese_call_are_chinese(tmp_path):
    store = write_store(tmp_path)
    for path in (tmp_path / "flags").rglob("*.parquet"):
        table = pq.read_table(path)
        flags = table.set_column(
            table.schema.get_field_index("reason_code"),
            "reason_code",
            [["mood_turned_negative" if rule == "negative_end" else "low_score" for rule in table["rule"].to_pylist()]],
        )
        pq.write_table(flags.cast(table.schema), path)
    write_report(store, tmp_path / "report.html", translator=READER)
    assert "客户情绪转为负面" in (tmp_path / "report.html").read_text("utf-8")


def old_store(folder):
    """A store from before reasons had codes."""
    store = write_store(folder)
    for table in ("answers", "flags"):
        for path in (folder / table).rglob("*.parquet"):
            pq.write_table(pq.read_table(path).drop_columns(["reason_code", "reason_values"]), path)
    return store


def test_a_store_from_before_codes_is_reported_in_both_languages(tmp_path):
    store = old_store(tmp_path / "store")
    write_report(store, tmp_path / "en.html")
    assert "“Empathy” was answered “No”" in (tmp_path / "en.html").read_text("utf-8")
    write_report(store, tmp_path / "zh.html", translator=READER)
    assert "整张评分表不合格：“客服是否及早体谅客户的处境？”的答案为“否”" in (tmp_path / "zh.html").read_text("utf-8")


def flag(reason):
    return Flag("c1", "any", "low", reason)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("A person must answer `recap`, `empathy`", "需人工判定：`recap`、`empathy`"),
        ("Failed: `script` (leg 2, agent A7)", "不合格：`script`（第 2 段，坐席 A7）"),
        ("The score is 55; most was lost on `recap`", "得分 55；失分最多的是`recap`"),
        ("The customer threatened to leave", "客户表示要离开（流失风险）"),
        ("A rule of our own", "A rule of our own"),
    ],
)
def test_flags_from_before_codes_are_recognised_by_their_sentence(english, chinese):
    assert flag_words(flag(english), READER) == chinese
    assert flag_words(flag(english), ENGLISH) == english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "12 of 30 calls repeat an earlier one (3.1 h); a call takes 5.5 min",
            "30 通来电中 12 通是重复来电（3.1 小时）；每通 5.5 分钟",
        ),
        (
            "20 of 50 judged answers failed; of what makes it fail, 10% to 20% lies between agents, "
            "1% to 2% lies between queues; most above the others: A1 (3 of 10)",
            "50 个已评答案中 20 个不合格；不合格的差异中，10% 至 20% 来自坐席之间、1% 至 2% 来自队列之间；"
            "明显高于其他的：A1 (3 of 10)",
        ),
        (
            "on 2026-03-06, 2 days after it was due, the customer says that it was not done",
            "2026-03-06（逾期 2 天）客户表示没有办",
        ),
        ("nobody wrote this; a call takes 5.5 min", "nobody wrote this; a call takes 5.5 min"),
    ],
)
def test_sentences_of_tables_are_reworded_where_they_are_known(english, chinese):
    assert reworded(english, READER) == chinese
    assert reworded(english, ENGLISH) == english


def shown(store, call_id, enrichment_models):
    console = Console(width=140, color_system=None)
    with console.capture() as captured:
        console.print(render_call(store, call_id, translator=enrichment_models))
    return captured.get()


def test_a_call_is_shown_in_the_readers_language(store):
    text = shown(store, "c4", READER)
    assert "评分表 support.en：70 分（满分 100）（90% 概率落在 65–75）" in text
    assert "待定 (否?)" in text
    assert not {"Transcript", "Scorecard", "because", "Why to listen"} & set(text.split())


def test_without_a_reader_reasons_are_shown_as_stored(store):
    assert "there was no hold" in shown(store, "c1", None)


@pytest.mark.parametrize("name", ["zh", "zh_Hans", "zh-Hans", "ZH_cn"])
def test_names_of_simplified_chinese(name):
    assert reader_language(name) == "zh_Hans"


def test_the_command_writes_the_page_in_the_language_asked_for(everycall, tmp_path):
    store = write_store(tmp_path / "store").address
    everycall("report", "--store", store, "--out", tmp_path / "report.html", "--language", "zh")
    assert 'lang="zh-Hans"' in (tmp_path / "report.html").read_text("utf-8")
    everycall("report", "--store", store, "--out", tmp_path / "plain.html")
    assert 'lang="en"' in (tmp_path / "plain.html").read_text("utf-8")


def test_the_commands_language_is_that_of_its_tables(everycall, tmp_path):
    store = write_store(tmp_path / "store", measured=True).address
    listed = everycall("--language", "zh", "promises", "--store", store)
    assert "1 未兑现" in listed
    assert "broken" not in listed
    assert "复听理由" in everycall("--language", "zh_Hans", "show", "c4", "--store", store)


def test_an_unknown_language_is_named(everycall, tmp_path):
    said = everycall("report", "--store", tmp_path, "--language", "tlh", exits=2)
    assert "there are no words in the language 'tlh'" in said
