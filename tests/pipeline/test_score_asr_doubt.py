from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_forms import form, label_is_yes, yes_no
from score_contexts import call, scoring_models

from pipeline.enriched import Conduct, EnrichedCall
from pipeline.score import score
from pipeline.score.context.asr_doubt import cut_off_share, discounted, misheard_share, wrong_speaker_share
from pipeline.score.context.call_context import CallContext
from pipeline.score.context.cut_off_speech import cut_off
from pipeline.score.context.reliability import Reliability
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.scorecard import Scorecard

RELIABILITY = Reliability(misheard=0.8)
SPOKEN = call(("agent", "hello there"), ("customer", "hi"))
SAYS_HELLO = yes_no("greeted", yes_when={"kind": "phrase", "phrases": ["hello"], "found": 0.98, "absent": 0.02})
SAYS_SORRY = yes_no("sorry", yes_when={"kind": "phrase", "phrases": ["sorry"], "found": 0.98, "absent": 0.02})


def with_confidence(confidence: float, of: EnrichedCall = SPOKEN) -> EnrichedCall:
    turns = tuple(replace(turn, confidence=confidence) for turn in of.transcript.turns)
    return replace(of, transcript=replace(of.transcript, turns=turns))


def card(of: EnrichedCall, *questions: dict[str, object], **call_labels: dict[str, float]) -> Scorecard:
    fixed = scoring_models(**call_labels)
    models = ScoringModels(fixed.heads, encoder=fixed.encoder, reliability=RELIABILITY)
    (made,) = score([of], rubric=form(list(questions)), scoring_models=models)
    return made


def test_low_confidence_widens_the_interval_of_the_same_transcript():
    clear, noisy = (card(with_confidence(confidence), SAYS_HELLO, SAYS_SORRY) for confidence in (0.99, 0.6))
    assert (clear.interval, noisy.interval) == ((50.0, 50.0), (50.0, 100.0))


def test_an_answer_without_a_quote_is_less_sure_at_low_confidence():
    assert card(with_confidence(1.0), SAYS_SORRY).answer("sorry").probability == pytest.approx(0.98)
    assert card(with_confidence(0.75), SAYS_SORRY).answer("sorry").probability == pytest.approx(0.98 * (1 - 0.8 * 0.25))


def test_very_low_confidence_makes_the_answer_unsure_and_keeps_the_best():
    found = card(with_confidence(0.4), SAYS_SORRY).answer("sorry")
    assert (found.value, found.best) == ("unsure", "no")


def test_an_answer_with_a_quote_keeps_its_probability():
    assert card(with_confidence(0.5), SAYS_HELLO).answer("greeted").probability == pytest.approx(0.98)


def test_a_measured_number_does_not_depend_on_confidence():
    timed = replace(SPOKEN, conduct=Conduct(silence_share=0.1))
    asked = yes_no("quiet", yes_when={"kind": "measure", "name": "silence_share", "at_most": 0.2})
    assert card(with_confidence(0.5, timed), asked) == replace(card(timed, asked))


def test_low_confidence_makes_not_applicable_less_sure():
    asked = yes_no("asked", applies_when=label_is_yes("applies"))
    found = card(with_confidence(0.5), asked, asked={"yes": 1.0, "no": 0.0}, applies={"yes": 0.1, "no": 0.9}).answer(
        "asked"
    )
    assert (found.best, found.probability) == ("na", pytest.approx(0.9 * (1 - 0.8 * 0.5)))


def test_turns_count_by_their_length():
    turns = with_confidence(1.0).transcript.turns
    mixed = replace(SPOKEN.transcript, turns=(replace(turns[0], confidence=0.5), replace(turns[1], confidence=0.8)))
    context = CallContext(call=replace(SPOKEN, transcript=mixed), scoring_models=scoring_models())
    assert misheard_share(context, (0, 1)) == pytest.approx(1 - (11 * 0.5 + 2 * 0.8) / 13)
    assert misheard_share(context, (1,)) == pytest.approx(0.2)
    assert misheard_share(context, ()) == misheard_share(context, (0, 1))


def test_a_written_call_has_no_misheard_words():
    assert misheard_share(CallContext(call=SPOKEN, scoring_models=scoring_models()), (0, 1)) == 0.0


def with_role_confidence(confidence: float, of: EnrichedCall = SPOKEN) -> EnrichedCall:
    turns = tuple(replace(turn, role_confidence=confidence) for turn in of.transcript.turns)
    return replace(of, transcript=replace(of.transcript, turns=turns))


def recorded(of: EnrichedCall, *, from_s: float, left_s: float) -> EnrichedCall:
    """The call as audio: speech starts at `from_s` and ends `left_s` before the end."""
    turns = tuple(
        replace(turn, start_s=from_s + turn.index, end_s=from_s + turn.index + 0.9) for turn in of.transcript.turns
    )
    length_s = turns[-1].end_s + left_s
    return replace(of, transcript=replace(of.transcript, turns=turns, source="audio", duration_s=length_s))


def test_a_quote_is_less_sure_when_its_role_is_uncertain():
    assert card(with_role_confidence(0.9), SAYS_HELLO).answer("greeted").probability == pytest.approx(0.98 * 0.9)
    assert card(with_role_confidence(1.0), SAYS_HELLO).answer("greeted").probability == pytest.approx(0.98)


def test_uncertain_roles_and_uncertain_words_multiply():
    found = card(with_role_confidence(0.9, with_confidence(0.75)), SAYS_SORRY).answer("sorry")
    assert found.probability == pytest.approx(0.98 * 0.9 * (1 - 0.8 * 0.25))


def test_roles_at_even_odds_make_the_answer_unsure():
    found = card(with_role_confidence(0.5), SAYS_HELLO).answer("greeted")
    assert (found.value, found.best) == ("unsure", "yes")


def test_only_the_roles_of_the_given_turns_count():
    turns = SPOKEN.transcript.turns
    mixed = replace(SPOKEN.transcript, turns=(replace(turns[0], role_confidence=0.6), turns[1]))
    context = CallContext(call=replace(SPOKEN, transcript=mixed), scoring_models=scoring_models())
    assert wrong_speaker_share(context, (0,)) == pytest.approx(0.4)
    assert wrong_speaker_share(context, (1,)) == 0.0
    assert wrong_speaker_share(context, ()) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("from_s", "left_s", "cut"),
    [(1.0, 1.0, (False, False)), (0.0, 1.0, (True, False)), (1.0, 0.05, (False, True)), (1.0, 0.0, (False, False))],
)
def test_a_recording_is_cut_off_when_speech_touches_its_edge(from_s: float, left_s: float, cut: tuple[bool, bool]):
    assert cut_off(recorded(SPOKEN, from_s=from_s, left_s=left_s).transcript) == cut


def test_a_written_call_is_never_cut_off():
    spoken = recorded(SPOKEN, from_s=0.0, left_s=0.05).transcript
    assert cut_off(replace(spoken, source="webvtt")) == (False, False)


def test_a_missing_phrase_is_less_sure_when_the_start_is_cut_off():
    whole, cut = (card(recorded(SPOKEN, from_s=at_s, left_s=1), SAYS_SORRY).answer("sorry") for at_s in (1.0, 0.0))
    assert whole.probability == pytest.approx(0.98)
    assert cut.probability < 0.98 * 0.75
    assert card(recorded(SPOKEN, from_s=0.0, left_s=1), SAYS_HELLO).answer("greeted").probability == pytest.approx(0.98)


def test_a_cut_off_edge_counts_when_the_search_reaches_it():
    long = call(*[("agent", "one"), ("customer", "two")] * 5)
    context = CallContext(call=recorded(long, from_s=0.0, left_s=0.05), scoring_models=scoring_models())
    assert cut_off_share(context, (0, 2, 4)) == pytest.approx(1 / 4)
    assert cut_off_share(context, (3, 5)) == 0.0
    assert cut_off_share(context, (6, 8)) == pytest.approx(1 / 3)
    assert cut_off_share(context, ()) == pytest.approx(2 / 12)


@given(st.lists(st.floats(min_value=0.01, max_value=1), min_size=2, max_size=5), st.floats(min_value=0, max_value=1))
def test_a_discount_keeps_the_best_answer_the_best(weights: list[float], share: float):
    shares = {str(number): weight / sum(weights) for number, weight in enumerate(weights)}
    best = max(shares, key=lambda option: shares[option])
    left = discounted(shares, best, share=share)
    assert sum(left.values()) == pytest.approx(1)
    assert left[best] <= shares[best] + 1e-12
    assert left[best] >= max(left.values()) - 1e-9


def test_a_discount_of_certainty_is_shared_equally():
    assert discounted({"a": 1.0, "b": 0.0, "c": 0.0}, "a", share=0.2) == pytest.approx({"a": 0.8, "b": 0.1, "c": 0.1})
