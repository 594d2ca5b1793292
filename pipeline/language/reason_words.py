"""Reason words: the sentence of each reason for an answer, in the language of a reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.language.translator import Translator, message, message_in
from pipeline.reason import Reason, from_nested

Values = Mapping[str, Any]

ROLES: Mapping[str, str] = {
    "agent": message("the agent"),
    "customer": message("the customer"),
    "ivr": message("the announcement"),
    "anyone": message("anyone"),
}
WHOSE: Mapping[str, str] = {
    "agent": message("the agent's"),
    "customer": message("the customer's"),
    "ivr": message("the announcement's"),
}
# An option that has no words of its own here is worded by its name.
OPTIONS: Mapping[str, str] = {
    "yes": message_in("option", "yes"),
    "no": message_in("option", "no"),
    "na": message_in("option", "not applicable"),
    "negative": message_in("option", "negative"),
    "neutral": message_in("option", "neutral"),
    "positive": message_in("option", "positive"),
    "resolved": message_in("option", "resolved"),
    "follow_up": message_in("option", "like an agreed next step"),
    "unresolved": message_in("option", "unresolved"),
}
VERDICTS: Mapping[str, str] = {
    "sentiment_start": message("the customer's first words sound {option}"),
    "sentiment_end": message("the customer's last words sound {option}"),
    "outcome": message("the way the call ends sounds {option}"),
}
MEASURES: Mapping[str, str] = {
    "talk_share": message("the agent's share of the talk"),
    "pace": message("the agent's pace a minute"),
    "longest_monologue_s": message("the agent's longest monologue in seconds"),
    "silence_share": message("the share of silence"),
    "longest_silence_s": message("the longest silence in seconds"),
    "silences": message("the number of silences"),
    "interruptions": message("the number of the agent's interruptions"),
    "turns": message("the number of turns"),
    "handle_time_s": message("the handle time in seconds"),
    "hold_s": message("the time on hold in seconds"),
    "answer_speed_s": message("the speed of answer in seconds"),
}
# Reasons that are one sentence with the values as they are.
SENTENCES: Mapping[str, str] = {
    "metadata_is_one_of": message("the telephone system's {field} is one of those asked for"),
    "metadata_is_none_of": message("the telephone system's {field} is not one of those asked for"),
    "not_asked_after_this_answer": message("not asked after this answer to {question}"),
    "seems_to_happen": message("it seems to happen {times:.1f} times"),
    # Why a question could not be answered.
    "no_times_for_place": message("the rule is bounded in seconds and this transcript has no times"),
    "earlier_question_failed": message("it is asked after {question}, which could not be answered"),
    "number_not_known": message("{measure} is not known of this call: it has no times, or its metadata no such column"),
    "measure_needs_times": message("{measure} needs times, which this transcript lacks"),
    "metadata_lacks_field": message("the call's metadata has no {field}"),
    "encoded_by_another_model": message(
        "the turns were encoded by another model than the examples; read the call again"
    ),
    "no_language_model": message("no language model is set up; name one in the settings or use another detector"),
    "language_model_gave_no_answer": message("the language model did not answer: {cause}"),
    "language_model_broke_schema": message("the language model's answer does not fit the schema"),
    "language_model_quotes_nothing": message("the language model says yes and quotes nothing that it rests on"),
    "language_model_quotes_hidden_turn": message("the language model quotes a turn that it was not shown"),
    "language_model_misquotes": message("the language model quotes words that are not on the call"),
}


def word_reason(reason: Reason, translator: Translator) -> str:
    """The sentence of a reason; "" of the empty one. Raises KeyError for a code that this version does not know."""
    if not reason:
        return ""
    if reason.code in SENTENCES:
        return translator.gettext(SENTENCES[reason.code], **reason.values)
    return _WORDED[reason.code](reason.values, translator)


def _said(values: Values, translator: Translator) -> str:
    turns = _turns(values["turns"], translator)
    role = translator.gettext(ROLES[values["by"]])
    if values["by"] == "anyone":
        return translator.gettext("said in {turns}", role=role, turns=turns)
    return translator.gettext("said by {role} in {turns}", role=role, turns=turns)


def _not_found(values: Values, translator: Translator) -> str:
    by, count = values["by"], values["searched"]
    if not count:
        return translator.gettext("{role} said nothing there", role=translator.gettext(ROLES[by]))
    if by == "anyone":
        return translator.ngettext(
            "looked for in all {n} turn, not found", "looked for in all {n} turns, not found", count
        )
    whose = translator.gettext(WHOSE[by])
    return translator.ngettext(
        "looked for in {whose} {n} turn, not found", "looked for in {whose} {n} turns, not found", count, whose=whose
    )


def _sounds_like_it(values: Values, translator: Translator) -> str:
    by, count, turns = values["by"], len(values["turns"]), _turns(values["turns"], translator)
    role = translator.gettext(ROLES[by])
    if by == "anyone":
        return translator.ngettext("{turns} sounds like it", "{turns} sound like it", count, role=role, turns=turns)
    names = {"role": role, "whose": translator.gettext(WHOSE[by]), "turns": turns}
    return translator.ngettext("{whose} {turns} sounds like it", "{whose} {turns} sound like it", count, **names)


def _part_sounds(values: Values, translator: Translator) -> str:
    return translator.gettext(VERDICTS[values["verdict"]], option=_option(values, translator))


def _call_speaks_for(values: Values, translator: Translator) -> str:
    return translator.gettext("the call as a whole speaks for “{option}”", option=_option(values, translator))


def _call_speaks_against(values: Values, translator: Translator) -> str:
    return translator.gettext("the call as a whole speaks against “{option}”", option=_option(values, translator))


def _call_sounds(values: Values, translator: Translator) -> str:
    return translator.gettext("the call as a whole sounds {option}", option=_option(values, translator))


def _call_does_not_sound(values: Values, translator: Translator) -> str:
    return translator.gettext("the call as a whole does not sound {option}", option=_option(values, translator))


def _option(values: Values, translator: Translator) -> str:
    name = values["option"]
    return translator.pgettext("option", OPTIONS[name]) if name in OPTIONS else name.replace("_", " ")


def _measured(values: Values, translator: Translator) -> str:
    name = values["measure"]
    shown = translator.gettext(MEASURES[name]) if name in MEASURES else name
    return translator.gettext("{measure} is {value:.4g}", measure=shown, value=values["value"])


def _language_model_says_yes(values: Values, translator: Translator) -> str:
    return translator.gettext("the language model says yes") + _cost(values)


def _language_model_says_no(values: Values, translator: Translator) -> str:
    return translator.gettext("the language model says no") + _cost(values)


def _cost(values: Values) -> str:
    """The tokens, alike in all languages, so that they can be summed over answers."""
    return f" ({values['tokens_read']}+{values['tokens_written']} tokens)" if values else ""


def _script_followed(values: Values, translator: Translator) -> str:
    said, steps = values["said"], values["steps"]
    counted = translator.ngettext("{said} of {n} step said", "{said} of {n} steps said", steps, said=said)
    return _joined([counted, *(_wrong_step(step, translator) for step in values["wrong"])], translator)


def _wrong_step(step: Values, translator: Translator) -> str:
    name = _quoted(step["step"])
    match step["state"]:
        case "incomplete":
            lacks = translator.listed([_quoted(part) for part in step["lacks"]])
            return translator.gettext("{step} lacks {parts}", step=name, parts=lacks)
        case "misplaced":
            return translator.gettext("{step} is said in the wrong part of the call", step=name)
        case "out_of_order":
            if not step["others"]:
                return translator.gettext("{step} is out of order", step=name)
            others = translator.listed([_quoted(other) for other in step["others"]])
            return translator.gettext("{step} is out of order with {others}", step=name, others=others)
        case _:
            return translator.gettext("{step} is not said", step=name)


def _several(values: Values, translator: Translator) -> str:
    return _joined([_nested(each, translator) for each in values["reasons"]], translator)


def _does_not_apply(values: Values, translator: Translator) -> str:
    return translator.gettext("does not apply: {reason}", reason=_nested(values["because"], translator))


def _first_then(values: Values, translator: Translator) -> str:
    first, following = (_nested(values[name], translator) for name in ("first", "then"))
    return translator.gettext("first: {first}; then: {following}", first=first, following=following)


def _nested(value: Values, translator: Translator) -> str:
    return word_reason(from_nested(value), translator)


def _joined(parts: Sequence[str], translator: Translator) -> str:
    return translator.pgettext("between clauses", "; ").join(parts)


def _quoted(words: str) -> str:
    return f"“{words}”"


def _turns(turns: Sequence[int], translator: Translator) -> str:
    numbers = translator.enumerated([str(turn) for turn in turns])
    return translator.ngettext("turn {turns}", "turns {turns}", len(turns), turns=numbers)


_WORDED: Mapping[str, Callable[[Values, Translator], str]] = {
    "said": _said,
    "not_found": _not_found,
    "sounds_like_it": _sounds_like_it,
    "part_sounds": _part_sounds,
    "call_speaks_for": _call_speaks_for,
    "call_speaks_against": _call_speaks_against,
    "call_sounds": _call_sounds,
    "call_does_not_sound": _call_does_not_sound,
    "measured": _measured,
    "language_model_says_yes": _language_model_says_yes,
    "language_model_says_no": _language_model_says_no,
    "script_followed": _script_followed,
    "several": _several,
    "does_not_apply": _does_not_apply,
    "first_then": _first_then,
}
REASON_CODES = (*_WORDED, *SENTENCES)
