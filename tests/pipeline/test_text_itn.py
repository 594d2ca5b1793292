"""Inverse text normalization."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.chinese_script import traditional
from pipeline.text.itn import itn


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("It was one hundred fifty dollars, okay?", "It was $150, okay?"),
        ("It was a hundred and fifty dollars.", "It was $150."),
        ("My number is double four oh nine.", "My number is 4409."),
        ("Zero zero seven, in nineteen eighty five", "007, in 1985"),
        ("One percent, one dollar, one hundred per cent", "1%, $1, 100%"),
        ("two million three hundred thousand", "2300000"),
        ("5 thousand people and 3 days", "5000 people and 3 days"),
        ("the twenty first of May", "the 21st of May"),
        ("within twenty-four hours", "within 24 hours"),
        ("nine dollars and fifty cents and five more", "$9.50 and 5 more"),
        ("four point five", "4.5"),
        ("Six two, five oh my, nine one.", "62, 5 oh my, 91."),
        ("a hundred and five people", "105 people"),
        ("Two two six oh. Four oh nine, oh, nine oh oh one", "2260. 409, oh, 9001"),
    ],
)
def test_english_numbers_are_written_in_digits(spoken, written):
    assert itn(spoken) == written


@pytest.mark.parametrize(
    "text",
    [
        "One moment, please.",
        "this one of them",
        "a couple hundred",
        "thousands of",
        "a twenty second delay",
        "$150",
        "twenty nine ninety nine",
        "at ten thirty or nine fifteen",
        "eight hundred five five five",
        "at five-thirty-eight",
        "",
        "a",
    ],
)
def test_ambiguous_english_stays_in_words(text):
    assert itn(text) == text


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("一共一百五十块钱。", "一共150块钱。"),
        ("工号三零二七，幺三八", "工号3027，138"),
        ("百分之三点五和百分之百", "3.5%和100%"),
        ("下午三点五十，三点五分", "下午3点50，3点5分"),
        ("三点五万", "3.5万"),
        ("一万二，三百五，两千零五，3万两千", "12000，350，2005，32000"),
        ("两个月，三号，十分钟，一号楼", "2个月，3号，10分钟，1号楼"),
        ("二零二六年十一月二十二日", "2026年11月22日"),
        ("第二十三条", "第23条"),
    ],
)
def test_chinese_numbers_are_written_in_digits_in_either_script(spoken, written):
    assert itn(spoken) == written
    assert itn(traditional(spoken)) == traditional(written)


@pytest.mark.parametrize(
    "text",
    [
        "等一下，一起，有一点",
        "万一，千万别",
        "十分抱歉",
        "两三天，二十七八个，三五天",
        "三天两头",
        "星期三，第一",
        "3万，1.2万",
        "百度",
    ],
)
def test_ambiguous_chinese_stays_in_words(text):
    assert itn(text) == text


SPOKEN = (
    "one two twelve twenty ninety hundred thousand million zero oh and point double 5 1.5 a dollars cents percent per"
)


@given(st.lists(st.sampled_from([*SPOKEN.split(), *"零一二两十百千万亿幺点分之", "3", ", ", "-"]), max_size=9))
def test_any_run_of_number_words_is_accepted(spoken):
    assert itn(" ".join(spoken)).count(",") == spoken.count(", ")


@given(st.text(st.characters(exclude_characters="零〇一二三四五六七八九十百千万亿两幺萬億兩", codec="utf-8")))
def test_text_without_chinese_numerals_or_letters_is_unchanged(text):
    assert itn("".join(c for c in text if not c.isascii())) == "".join(c for c in text if not c.isascii())
