import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.score.words.normalized_text import normalize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We're, um, gonna call you.", "we are going to call you"),
        ("I can't, I won't, I didn't", "i can not i will not i did not"),
        ("It costs $29.99", "it costs 2999"),
        ("twenty nine ninety nine", "2999"),
        ("double four oh nine", "4409"),
        ("one hundred and five", "105"),
        ("five thousand two hundred and six", "5206"),
        ("5 thousand", "5000"),
        ("nineteen eighty five", "1985"),
        ("two million three hundred thousand", "2300000"),
        ("hundred thousand", "100000"),
        ("zero zero seven", "007"),
        ("0800 five five", "080055"),
        ("within twenty-four hours", "within 24 hours"),
        ("six two, nine oh", "62 90"),
        ("a hundred per cent, 100%", "a 100 per cent 100 %"),
        ("the the line", "the line"),
        ("工号三零二七，您好", "工 号 3027 你 好"),
        ("二十四小时，24小时", "24 小 时 24 小 时"),
        ("一千零五十", "1050"),
        ("3万两千", "32000"),
        ("1.2万", "12000"),
        ("1.5 million", "1500000"),
        ("一万二，三百五，两千零五", "12000 350 2005"),
        ("4.5 and 45 and 1,250", "4.5 and 45 and 1250"),
        ("請稍等一下", "请 稍 等 1 下"),
        ("您聽著，著名的", "你 听 着 著 名 的"),
        ("一萬兩千，三點五個", "12000 3 点 5 个"),
        ("", ""),
        ("... ?!", ""),
    ],
)
def test_normalized_words(text: str, words: str):
    assert " ".join(normalize(text).words) == words


def test_each_word_keeps_its_offsets():
    text = "So, we'll charge twenty nine ninety nine."
    found = normalize(text)
    spans = [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]
    assert spans == ["So", "we'll", "we'll", "charge", "twenty nine ninety nine"]


def test_clauses_are_numbered():
    assert normalize("No, this is recorded.").clauses == (0, 1, 1, 1)


@given(st.text())
def test_offsets_are_inside_any_text(text: str):
    found = normalize(text)
    assert len(found.words) == len(found.starts) == len(found.ends) == len(found.clauses)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))
    assert all(word and " " not in word for word in found.words)


NUMBER_WORDS = "one two ten twelve twenty ninety hundred thousand million zero oh and double triple 5 29.99 0800"


@given(st.lists(st.sampled_from([*NUMBER_WORDS.split(), *"零一二两十百千万亿幺", "3"]), max_size=8))
def test_any_run_of_number_words_is_read_to_its_end(spoken: list[str]):
    text = " ".join(spoken)
    found = normalize(text)
    assert all(text[start:end].strip() for start, end in zip(found.starts, found.ends, strict=True))


@given(st.integers(min_value=0, max_value=9_999))
def test_written_numbers_keep_their_digits(number: int):
    assert normalize(f"it is {number} now").words == ("it", "is", str(number), "now")
