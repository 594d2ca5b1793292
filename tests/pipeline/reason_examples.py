"""One example of every reason of an answer and of every flag, as rows are given them."""

from typing import Any

from pipeline.reason import Reason

SAID = Reason("said", {"by": "agent", "turns": [4]})
MISSED = Reason("not_found", {"by": "customer", "searched": 12})
_STEPS: list[dict[str, Any]] = [
    {"step": "Fees", "state": "incomplete", "lacks": ["per month"], "others": []},
    {"step": "Goodbye", "state": "missing", "lacks": [], "others": []},
]
REASONS = (
    SAID,
    MISSED,
    Reason("sounds_like_it", {"by": "agent", "turns": [3, 5, 9]}),
    Reason("part_sounds", {"verdict": "outcome", "option": "resolved"}),
    Reason("call_speaks_for", {"option": "yes"}),
    Reason("call_speaks_against", {"option": "no"}),
    Reason("call_sounds", {"option": "negative"}),
    Reason("call_does_not_sound", {"option": "positive"}),
    Reason("measured", {"measure": "longest_silence_s", "value": 14.2}),
    Reason("language_model_says_yes", {"tokens_read": 812, "tokens_written": 40}),
    Reason("language_model_says_no"),
    Reason("script_followed", {"said": 1, "steps": 3, "wrong": _STEPS}),
    Reason("several", {"reasons": [SAID.nested(), MISSED.nested()]}),
    Reason("does_not_apply", {"because": MISSED.nested()}),
    Reason("first_then", {"first": SAID.nested(), "then": MISSED.nested()}),
    Reason("metadata_is_one_of", {"field": "queue"}),
    Reason("metadata_is_none_of", {"field": "queue"}),
    Reason("not_asked_after_this_answer", {"question": "solved"}),
    Reason("seems_to_happen", {"times": 1.2}),
    Reason("no_times_for_place"),
    Reason("earlier_question_failed", {"question": "solved"}),
    Reason("number_not_known", {"measure": "hold_s"}),
    Reason("measure_needs_times", {"measure": "pace"}),
    Reason("metadata_lacks_field", {"field": "direction"}),
    Reason("encoded_by_another_model"),
    Reason("no_language_model"),
    Reason("language_model_gave_no_answer", {"cause": "it is down"}),
    Reason("language_model_broke_schema"),
    Reason("language_model_quotes_nothing"),
    Reason("language_model_quotes_hidden_turn"),
    Reason("language_model_misquotes"),
)
FLAGS = (
    Reason("form_failed", {"question": "empathy"}),
    Reason("form_failed_by_answer", {"question": "empathy", "answer": "no"}),
    Reason("prohibited_remark"),
    Reason("escalation"),
    Reason("churn"),
    Reason("repeat_contact"),
    Reason("questions_failed", {"questions": ["script", "recap"], "leg": 2, "agent": "A7"}),
    Reason("low_score"),
    Reason("low_score_lost_on", {"score": 55.0, "question": "recap"}),
    Reason("mood_turned_negative"),
    Reason("mood_stayed_negative"),
    Reason("person_must_answer", {"questions": ["recap", "empathy"]}),
)
