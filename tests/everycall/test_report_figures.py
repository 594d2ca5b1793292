import pytest
from report_store import CHINESE, DATE, INJECTION, add_form, write_store

from everycall.report.figures import FailureFigures, MoodChange, read_figures
from everycall.report.quoting import Quote
from everycall.report.score_bins import Bin
from everycall.report.topics_and_repeats import RepeatRow
from pipeline.analytics.statistics.intervals import wilson
from pipeline.errors import ConfigError
from pipeline.store import Store


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    return read_figures(write_store(tmp_path_factory.mktemp("store")))


def test_the_overview_counts_the_calls(figures):
    found = figures.overview
    assert (found.calls, found.scored, found.failed) == (5, 4, 1)
    assert (found.first_date, found.last_date) == (DATE, DATE)
    assert found.languages == (("en", 4), ("zh", 1))
    assert found.audio_s == 360.0
    assert found.rubric_ids == ("support.en",)
    (form,) = figures.forms
    assert (form.form, form.scored, form.score.estimate) == ("support", 4, 55.0)
    assert form.auto_failed == wilson(1, 4)
    assert found.flagged == wilson(2, 5)
    assert found.repeated == wilson(2, 5)


def test_scores_fall_into_tens_and_the_last_holds_a_hundred(figures):
    filled = [found for found in figures.forms[0].scores if found.calls]
    assert filled == [Bin(10, 20, 1), Bin(40, 50, 1), Bin(70, 80, 1), Bin(90, 100, 1)]
    assert len(figures.forms[0].scores) == 10


def test_questions_failed_most_come_first(figures):
    assert [(found.question_id, found.failed, found.share.n, found.unsure) for found in figures.forms[0].questions] == [
        ("recording_notice", 4, 4, 0),
        ("empathy", 2, 3, 1),
    ]


def test_agents_without_an_id_are_left_out(figures):
    assert [(found.agent_id, found.calls, found.score.estimate, found.ranked) for found in figures.forms[0].agents] == [
        ("A1", 3, 50.0, False),
        ("A2", 1, 70.0, False),
    ]
    assert figures.forms[0].agents[0].failed["empathy"] == wilson(2, 3)


def test_moods_are_counted_from_start_to_end(figures):
    assert len(figures.moods) == 9
    assert figures.moods[0] == MoodChange("negative", "negative", 2)
    assert sum(found.calls for found in figures.moods) == 5


def test_topics_have_quotes_and_what_became_of_their_calls(figures):
    bill, broadband = figures.topics
    assert (bill.name, bill.calls, bill.share, bill.score) == ("Bill · charge", 2, 0.4, 25.0)
    assert (bill.repeated, bill.ends_negative) == (0.5, 0.5)
    assert bill.quotes == (Quote("c1", 1, "en", "my bill is wrong again"), Quote("c2", 1, "en", INJECTION))
    assert broadband.quotes == (Quote("c4", 1, "zh", CHINESE),)


def test_a_repeat_may_be_matched_and_said(figures):
    assert (figures.repeats.calls, figures.repeats.matched, figures.repeats.said) == (2, 1, 2)
    assert figures.repeats.rows == (
        RepeatRow("c2", DATE, "c1", 2.5, True, "Bill · charge", "en"),
        RepeatRow("c4", DATE, "", None, True, "宽带", "zh"),
    )


def test_calls_to_hear_are_sorted_by_gain(figures):
    assert [(found.call_id, found.gain) for found in figures.to_hear] == [("c4", 90.0), ("c2", 80.0)]


def test_a_quote_stands_once_in_a_call(figures):
    first, second = figures.to_hear[1].reasons
    assert (first.quote, first.turn, first.play_from_s) == (INJECTION, 1, 60.0)
    assert second.quote == ""


def test_failures_say_what_to_do(figures):
    assert figures.failures == (
        FailureFigures("in/<b>broken</b>.wav", "ingest", "there is no audio", "Export it again"),
    )


@pytest.fixture(scope="module")
def two_forms(tmp_path_factory):
    return add_form(write_store(tmp_path_factory.mktemp("two_forms")))


def test_each_form_has_figures_of_its_own(two_forms):
    found = read_figures(two_forms)
    assert [(form.form, form.scored, form.score.estimate) for form in found.forms] == [
        ("support", 4, 55.0),
        ("selling", 2, 55.0),
    ]
    assert [[(agent.agent_id, agent.calls) for agent in form.agents] for form in found.forms] == [
        [("A1", 3), ("A2", 1)],
        [("A1", 2)],
    ]
    assert (found.overview.scored, found.overview.rubric_ids) == (4, ("selling", "support.en"))


def test_a_topic_counts_a_call_of_several_forms_once(two_forms):
    bill, _ = read_figures(two_forms).topics
    assert (bill.calls, bill.share, bill.score) == (2, 0.4, 37.5)


def test_reasons_to_hear_a_call_come_from_all_forms(two_forms):
    assert [found.call_id for found in read_figures(two_forms).to_hear] == ["c4", "c2", "c1"]


def test_a_report_may_be_of_one_form(two_forms):
    found = read_figures(two_forms, forms=["selling"])
    assert [form.form for form in found.forms] == ["selling"]
    assert [call.call_id for call in found.to_hear] == ["c1"]
    assert found.topics[0].score == 90.0


def test_a_form_that_scored_nothing_is_refused_by_name(two_forms):
    with pytest.raises(ConfigError, match=r"no scorecards by sales.*some by support, selling"):
        read_figures(two_forms, forms=["sales"])


def test_an_empty_store_has_empty_figures(tmp_path):
    found = read_figures(Store(str(tmp_path / "none")))
    assert found.overview.calls == 0
    (form,) = found.forms
    assert (form.score, form.scores, form.questions, form.agents) == (None, (), (), ())
    assert found.moods == ()
    assert (found.topics, found.to_hear, found.failures) == ((), (), ())


def test_the_reprs_show_nothing_said(figures):
    assert "bill is wrong" not in repr(figures)
