from dataclasses import replace

import pytest
from score_contexts import call, detect, quotes

from pipeline.score.context.detection import Unanswerable
from pipeline.score.detectors.phrase import missed_probability

NOTICE = {"kind": "phrase", "match": "pattern", "phrases": ["call ... recorded"]}
PROMISE = {"kind": "phrase", "match": "pattern", "phrases": ["(i|we)? guarantee", "保证"]}


def test_found_words_are_quoted_exactly_with_their_times():
    found = detect(NOTICE, call(("agent", "Hi. This CALL is being recorded, okay?"), turn_s=7.0))
    assert found.probability == 0.95
    (evidence,) = found.evidence
    assert (evidence.turn, evidence.quote) == (0, "CALL is being recorded")
    assert (evidence.start_s, evidence.end_s) == (2.0, 6.0)


def test_an_absence_names_the_turns_that_were_searched():
    found = detect(NOTICE, call(("agent", "Hi."), ("customer", "Hello."), ("agent", "Bye.")))
    assert (found.probability, found.evidence, found.searched) == (0.05, (), (0, 2))


def test_the_other_role_never_matches():
    assert detect(NOTICE, call(("customer", "Is this call recorded?"), ("agent", "No."))).evidence == ()


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("I guarantee it will come.", True),
        ("I can't guarantee it will come.", False),
        ("No, I guarantee it.", True),
        ("We never guarantee anything.", False),
        ("My colleague said I guarantee it, but he can't.", False),
        ('He wrote "I guarantee it" in the mail.', False),
        ("我保证明天到。", True),
        ("我不能保证明天到。", False),
        ("不好意思我保证明天到。", True),
        ("您上次说保证到，是吗？", False),
        ("没问题我保证到。", True),
        ("我跟你讲，我保证到。", True),
        ("你讲话怎么这样，我保证到。", True),
        ("你同事说，保证到。", False),
        ("As you said, I guarantee it.", False),
        ("You told me about the delay. I guarantee it.", True),
        ("要不要我保证一下？", True),
    ],
)
def test_negated_and_reported_words_do_not_count(text: str, counts: bool):
    assert (detect(PROMISE, call(("agent", text))).probability == 0.95) is counts


def test_negated_and_reported_words_count_on_request():
    spec = {**PROMISE, "negated": "count", "quoted": "count"}
    assert detect(spec, call(("agent", "He said I can't guarantee it."))).probability == 0.95


def test_unless_vetoes_within_the_turn():
    spec = {**PROMISE, "unless": ["guarantee period"]}
    assert detect(spec, call(("agent", "We guarantee it in the guarantee period."))).probability == 0.05


def test_digits_and_words_match_each_other():
    spec = {"kind": "phrase", "phrases": ["within twenty four hours"]}
    assert detect(spec, call(("agent", "You get it within 24 hours."))).evidence[0].quote == "within 24 hours"
    assert (
        detect(
            {"kind": "phrase", "phrases": ["24小时内"]}, call(("agent", "二十四小时内到"), language="zh"), language="zh"
        )
        .evidence[0]
        .quote
        == "二十四小时内"
    )


TURNS = (
    ("agent", "one"),
    ("customer", "x"),
    ("agent", "two"),
    ("customer", "y"),
    ("agent", "three"),
    ("agent", "four"),
)


@pytest.mark.parametrize(
    ("where", "searched"),
    [
        ({}, (0, 2, 4, 5)),
        ({"by": "customer"}, (1, 3)),
        ({"by": "anyone"}, (0, 1, 2, 3, 4, 5)),
        ({"first_turns": 2}, (0, 2)),
        ({"last_turns": 1}, (5,)),
        ({"first_share": 0.5}, (0, 2)),
        ({"last_share": 0.34}, (4, 5)),
        ({"first_s": 20}, (0, 2)),
        ({"last_s": 15}, (4, 5)),
    ],
)
def test_places(where: dict[str, object], searched: tuple[int, ...]):
    spec = {"kind": "phrase", "phrases": ["zebra"], "where": where}
    assert detect(spec, call(*TURNS, turn_s=10.0)).searched == searched


def test_a_place_in_seconds_is_unanswerable_without_times():
    spec = {"kind": "phrase", "phrases": ["one"], "where": {"first_s": 10}}
    with pytest.raises(Unanswerable, match="no times"):
        detect(spec, call(*TURNS))


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        ((("agent", "step one then step two"),), True),
        ((("agent", "step one"), ("agent", "step two")), True),
        ((("agent", "step two"), ("agent", "step one")), False),
        ((("agent", "step one"),), False),
    ],
)
def test_an_ordered_script(turns: tuple[tuple[str, str], ...], found: bool):
    spec = {"kind": "phrase", "phrases": ["step one", "step two"], "in_order": True}
    assert (detect(spec, call(*turns)).probability == 0.95) is found


def test_a_fuzzy_rule_quotes_what_was_said():
    spec = {"kind": "phrase", "match": "fuzzy", "phrases": ["this call may be recorded for quality"], "similarity": 85}
    found = detect(spec, call(("agent", "Well, this call will be recorded for quality, fine?")))
    assert quotes(found)[0][1].startswith("this call will be recorded for quality")


NUMBER = {"kind": "phrase", "match": "pattern", "where": {"by": "agent"}, "phrases": ["(工号|客服)"], "absent": 0.2}


def with_confidence(confidence, made):
    """The call with this recognition confidence in every turn."""
    turns = tuple(replace(turn, confidence=confidence) for turn in made.transcript.turns)
    return replace(made, transcript=replace(made.transcript, turns=turns))


def test_homophones_match_at_low_confidence():
    greeting = call(("agent", "您好，公好三零二七"), language="zh")
    assert quotes(detect(NUMBER, with_confidence(0.7, greeting), language="zh")) == [(0, "公好")]
    assert quotes(detect(NUMBER, with_confidence(0.95, greeting), language="zh")) == []


def test_a_single_homophone_does_not_match():
    heard = with_confidence(0.7, call(("agent", "您好"), language="zh"))
    assert quotes(detect(NUMBER | {"phrases": ["(号)"]}, heard, language="zh")) == []


def test_a_missing_phrase_is_less_certain_at_low_confidence():
    assert missed_probability(0.05, 1.0) == 0.05
    assert missed_probability(0.05, 0.8) == pytest.approx(0.2825, abs=1e-4)
    assert missed_probability(0.05, 0.0) == 0.5
    assert missed_probability(0.6, 0.5) == 0.6


def test_a_missing_phrase_weighs_less_in_a_pool_at_low_confidence():
    made, pool = call(("agent", "Hi.")), {"kind": "pool", "weights": [1.0], "of": [NOTICE]}
    assert detect(pool, made).probability == pytest.approx(0.05)
    assert detect(pool, with_confidence(0.8, made)).probability == pytest.approx(0.2825, abs=1e-4)
    assert detect(NOTICE, with_confidence(0.8, made)).probability == 0.05
