import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.ingest.survey_scale import FEWEST_TO_RECOGNISE, Scale, parse_scale, recognised_scale
from pipeline.ingest.surveys import read_surveys


def file_of(tmp_path, *lines):
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("scale", "given", "score"),
    [("1-5", 4, 4.0), ("0-10", 10, 5.0), ("0-10", 0, 1.0), ("1-10", 1, 1.0), ("6-1", 1, 5.0), ("1..7", 4, 3.0)],
)
def test_an_answer_is_mapped_to_1_to_5(scale, given, score):
    assert parse_scale(scale).score(given) == score


@given(st.sampled_from(["1-5", "0-10", "1-10", "6-1", "0-100"]), st.floats(0, 1))
def test_a_score_is_within_1_to_5_and_a_scale_s_name_reads_back(text, share):
    scale = parse_scale(text)
    assert 1 <= scale.score(scale.worst + share * (scale.best - scale.worst)) <= 5
    assert parse_scale(scale.name) == scale


@pytest.mark.parametrize("text", ["", "5", "5-5", "good-bad", "1-5-9"])
def test_invalid_scales_are_rejected(text):
    with pytest.raises(ConfigError, match="is not a scale"):
        parse_scale(text)


def test_unambiguous_answers_reveal_their_scale():
    assert recognised_scale([1, 5, *[4] * FEWEST_TO_RECOGNISE]) == Scale(1, 5)
    assert recognised_scale([0, 8, *[4] * FEWEST_TO_RECOGNISE]) == Scale(0, 10)


@pytest.mark.parametrize(
    "given",
    [
        [1, 5],
        [1, 10, *[9] * 30],
        [1, 7, *[6] * 30],
        [0, 5, *[3] * 30],
        [3, 5, *[4] * 30],
        [0, 100, *[80] * 30],
        [1, 4, *[3] * 30],
    ],
    ids=["too few", "0-10 or 1-10", "1-7 or more", "0-5 or more", "no bad answer", "0-100", "no five"],
)
def test_answers_that_fit_several_scales_are_rejected(given):
    with pytest.raises(ConfigError, match=r"too few|fit several scales"):
        recognised_scale(given)


def test_valid_rows_are_read_and_invalid_ones_reported_by_line(tmp_path):
    path = file_of(
        tmp_path,
        "call_id,score,answered_at,closed_as",
        "c1,5,2026-03-02T10:00:00,Resolved",
        "c2,11,,",
        "c3,lots,,",
        ",4,,",
        "c5,,,",
        "c6,4,yesterday,",
        "c7,,,resolved",
    )
    found = read_surveys(path, scale="1-5")
    assert [(each.line, each.answer.call_id) for each in found.answers] == [(2, "c1"), (8, "c7")]
    assert [(bad.source, bad.cause) for bad in found.failures] == [
        ("answers.csv line 3", "its `score` is outside the scale 1-5"),
        ("answers.csv line 4", "`score` is not a number"),
        ("answers.csv line 5", "the call is not named: give `call_id`, or `customer_id` and `answered_at`"),
        ("answers.csv line 6", "there is neither a `score` nor a `closed_as`"),
        ("answers.csv line 7", "`answered_at` is not a time; write it as 2026-03-02T14:05:00"),
    ]


def test_columns_may_have_other_names_and_comments_are_not_read(tmp_path):
    path = file_of(tmp_path, "interaction,rating,comment", "c1,9,you never called me back")
    found = read_surveys(path, scale="0-10", columns={"call_id": "interaction", "score": "rating"})
    (read,) = found.answers
    assert read.answer.model_dump(exclude_defaults=True) == {"call_id": "c1", "score": 9.0}


def test_a_comment_instead_of_a_status_is_rejected_and_not_quoted(tmp_path):
    comment = "the customer was very cross and wants to speak to the manager again"
    (failure,) = read_surveys(file_of(tmp_path, "call_id,closed_as", f"c1,{comment}")).failures
    assert failure.cause == "`closed_as` is longer than 40 characters; comments are not imported"


def test_rows_may_each_state_their_scale(tmp_path):
    path = file_of(tmp_path, "call_id,score,scale", "c1,10,0-10", "c2,2,1-5", "c3,2,low")
    found = read_surveys(path)
    assert [each.scale.score(each.answer.score) for each in found.answers] == [5.0, 2.0]
    assert found.failures[0].cause == "its `scale` is not written worst-best, e.g. 0-10"
    assert found.recognised is None


def test_a_file_without_the_columns_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"--column score=rating\. It has: id, rating"):
        read_surveys(file_of(tmp_path, "id,rating", "c1,4"), scale="1-5")


def test_a_missing_column_is_named(tmp_path):
    path = file_of(tmp_path, "call_id,score", "c1,4")
    with pytest.raises(ConfigError, match=r"has no column rating\. It has: call_id, score"):
        read_surveys(path, columns={"score": "rating"})
    with pytest.raises(ConfigError, match="there is no column mood"):
        read_surveys(path, columns={"mood": "score"})
