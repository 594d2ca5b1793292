import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RubricError
from pipeline.score.words.normalized_text import normalize
from pipeline.score.words.pattern import fuzzy, patterns, required_words, verbatim
from pipeline.score.words.word_index import candidate_patterns, rarest_words, word_index


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("(call|line) ... (recorded|taped)", "this call is being recorded", True),
        ("(call|line) ... (recorded|taped)", "this call of yours will at some point be recorded", False),
        ("thank you (so much)? for calling", "thank you for calling", True),
        ("thank you (so much)? for calling", "thank you so much for calling", True),
        ("thank you (so much)? for calling", "thank you much for calling", False),
        ("good? morning", "morning", True),
        ("record*", "we are recording", True),
        ("record*", "prerecorded", False),
        ("we are", "we're here", True),
        ("within twenty four hours", "within 24 hours", True),
        ("within (24|48) hours", "within forty eight hours", True),
        ("(a (b|c))? d", "a c d", True),
        ("# (a|per) month", "thirty nine ninety nine a month", True),
        ("# (a|per) month", "$39 per month", True),
        ("# (a|per) month", "a bit per month", False),
        ("within # days", "within fourteen days", True),
        ("每(个)?月#元", "每个月三百九十八元", True),
        ("每(个)?月#元", "每个月几百元", False),
        ("工号", "您好，工号三零二七", True),
        ("第(二|三)(次|回)", "都打第3次了", True),
        ("还有(什么|别的)?(需要|问题)", "还有别的问题吗", True),
        ("还有(什么|别的)?(需要|问题)", "还有人问题", False),
        ("二十四小时", "24小时内", True),
    ],
)
def test_patterns(pattern: str, text: str, found: bool):
    assert bool(patterns([pattern])(normalize(text))) is found


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(a|b", "lacks a closing bracket"),
        ("a) b", "an extra closing bracket"),
        ("record(ed|ing)", "a bracket touches a word"),
        ("a?", "can match without any words"),
        ("(a|)", "can match without any words"),
    ],
)
def test_a_wrong_pattern_is_refused(pattern: str, message: str):
    with pytest.raises(RubricError, match=message):
        patterns([pattern])


def test_matches_name_their_words_and_phrase():
    first, second = patterns(["for calling", "thank you"])(normalize("Thank you for calling."))
    assert (first.phrase, first.start, first.end) == (1, 0, 2)
    assert (second.phrase, second.start, second.end) == (0, 2, 4)


def test_verbatim_takes_special_characters_as_they_are():
    find = verbatim(["is that all?"], language="en")
    assert [(match.start, match.end) for match in find(normalize("So is that all?"))] == [(1, 4)]
    assert find(normalize("is that")) == []
    assert find(normalize("")) == []


def test_verbatim_finds_chinese_by_character():
    assert len(verbatim(["请稍等"], language="zh")(normalize("好的，請稍等一下"))) == 1


@pytest.mark.parametrize(
    "text", ["this call will be recorded for quality", "this call may be recorded for the quality"]
)
def test_fuzzy_finds_nearly_the_same_letters(text: str):
    (match,) = fuzzy(["this call may be recorded for quality"], similarity=85)(normalize(text))
    assert match.start == 0


@pytest.mark.parametrize("text", ["this call", "we call you when the quality is back", ""])
def test_fuzzy_does_not_match_a_part_of_the_phrase(text: str):
    assert fuzzy(["this call may be recorded for quality"], similarity=85)(normalize(text)) == []


@pytest.mark.parametrize("make", [lambda: verbatim(["?!"], language="en"), lambda: fuzzy(["?!"], similarity=80)])
def test_a_phrase_without_words_is_refused(make):
    with pytest.raises(RubricError, match="without any words"):
        make()


WORDS = st.sampled_from(["call", "line", "is", "record", "recording", "we", "24", "您", "好", "工", "号", "很"])
PIECES = st.recursive(
    WORDS | st.sampled_from(["...", "#", "record*"]),
    lambda inner: st.builds(
        lambda options, end: f"({'|'.join(' '.join(option) for option in options)}){end}",
        st.lists(st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=3),
        st.sampled_from(["", "?"]),
    ),
    max_leaves=6,
)


@given(st.lists(PIECES, min_size=1, max_size=4).map(" ".join), st.lists(WORDS, max_size=12), st.booleans())
def test_every_match_has_its_required_words(pattern: str, words: list[str], by_sound: bool):
    try:
        find = patterns([pattern], by_sound=by_sound)
    except RubricError:
        return
    turn = normalize(" ".join(words))
    assert find(turn) == find(turn, [0])


@pytest.mark.parametrize(
    ("pattern", "required"),
    [
        ("hello", {"hello"}),
        ("(call|line) ... (recorded|taped)", {"recorded", "taped"}),
        ("thank you (so much)? for calling", {"for calling"}),
        ("(call|my name) (is|was) it?", {"call", "my name"}),
        ("within # days", {"within"}),
        ("record*", {""}),
        ("# ... #", {""}),
        ("您贵姓", {"你 贵"}),
    ],
)
def test_the_required_words_of_a_pattern_are_its_rarest(pattern: str, required: set[str]):
    assert required_words((pattern,)).keys() == required


def test_the_rarest_words_are_the_longest_two_in_a_row():
    assert [rarest_words("on the record "), rarest_words("hello "), rarest_words("")] == ["the record", "hello", ""]


def test_candidate_patterns_are_those_whose_required_words_a_turn_has():
    index = word_index([(0, "good morning "), (3, "good day to you ")])
    assert candidate_patterns({"good day": (1,), "good": (0, 2), "evening": (3,)}, index) == {0: {0, 2}, 3: {0, 1, 2}}
