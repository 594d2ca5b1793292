import pytest
from rubric_forms import card, form, yes_no

from pipeline.score.by_labels import total_by_labels

FORM = form([yes_no("a", weight=3), yes_no("b")])
ANSWERS = card(FORM, a=0, b=1).answers


@pytest.mark.parametrize(
    ("labels", "total"),
    [
        ({"a": "yes", "b": "no"}, 75.0),
        ({"a": "no", "b": "na"}, 0.0),
        ({"a": "na", "b": "yes"}, 100.0),
        ({"a": "na", "b": "na"}, None),
    ],
)
def test_the_total_follows_from_the_labels(labels: dict[str, str], total: float | None):
    assert total_by_labels(FORM, ANSWERS, labels) == total


def test_a_question_without_a_label_is_refused():
    with pytest.raises(KeyError, match="b"):
        total_by_labels(FORM, ANSWERS, {"a": "yes"})
