"""Tell recorded prompts and voicemail greetings from people by their words and their place in the call.

Conservative by design: a missed prompt costs a line of transcript, a cut greeting costs the agent's score. A passage is
a recording only if it has words that no agent says (`prompt_cues.toml`), none that only a person says, and comes before
anyone has spoken or beside music or ringing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from pipeline.transcribe.events import in_order
from pipeline.transcribe.sentences import Sentence, passages_of, words_in
from pipeline.transcript import Event, EventKind, Language, Word

NEAR_S = 8.0
BEEP_WITHIN_S = 8.0
# Most words of unknown origin before the first prompt (a company's name, say) and between two.
MAX_WORDS_BEFORE, MAX_WORDS_BETWEEN = 25, 60
JOIN_S = 6.0
# With this share of prompt sentences, no greeting and hardly an "I", a call consists of recordings only.
MIN_PROMPT_SHARE, MAX_FIRST_PERSON_SHARE = 0.15, 0.02
HOLD_SOUNDS = ("music", "ringing", "busy")
FIRST_PERSON = re.compile(r"\b(?:i|i'\w+|my|me|mine)\b|我", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PromptPatterns:
    """Patterns that distinguish recordings from people, one per kind."""

    prompt: re.Pattern[str]
    weak: re.Pattern[str]
    mailbox: re.Pattern[str]
    person: re.Pattern[str]
    speaker: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RecordedPassage:
    """Sentences of one channel that are a recording."""

    kind: EventKind
    channel: int
    sentences: tuple[Sentence, ...]


@cache
def prompt_patterns(language: Language) -> PromptPatterns:
    """Load a language's patterns from `prompt_cues.toml` beside this module."""
    table = tomllib.loads((Path(__file__).parent / "prompt_cues.toml").read_text("utf-8"))[language]
    return PromptPatterns(
        **{kind: re.compile("|".join(f"(?:{each})" for each in table[kind]), re.IGNORECASE) for kind in table}
    )


def without_prompts(
    words: Mapping[int, Sequence[Word]], events: Sequence[Event], *, language: Language
) -> tuple[dict[int, list[Word]], tuple[Event, ...]]:
    """Remove recordings from the words of each channel and add them to the events.

    `words` are by channel, in time order; `events` are those found in the sound.
    """
    passages = {channel: passages_of(said, language=language) for channel, said in words.items()}
    recorded = _recordings_only(passages, prompt_patterns(language)) or [
        found
        for channel, own in passages.items()
        for found in _recorded_passages(channel, own, _others(channel, words), events, prompt_patterns(language))
    ]
    cut = {(found.channel, id(word)) for found in recorded for word in words_in(found.sentences)}
    kept = {channel: [word for word in said if (channel, id(word)) not in cut] for channel, said in words.items()}
    return kept, in_order([*events, *_events(recorded)])


def _others(channel: int, words: Mapping[int, Sequence[Word]]) -> list[Word]:
    """Words of the other channels."""
    return [word for other, said in words.items() if other != channel for word in said]


def _recorded_passages(
    channel: int,
    passages: Sequence[list[Sentence]],
    others: Sequence[Word],
    events: Sequence[Event],
    patterns: PromptPatterns,
) -> Iterator[RecordedPassage]:
    """Find one channel's recordings: before anyone speaks, beside music, and voicemail greetings."""
    own = [event for event in events if event.channel == channel]
    mailboxes = [_greeting(passage, own, patterns, opening=not number) for number, passage in enumerate(passages)]
    for number in range(len(passages) - 1, 0, -1):
        before = passages[number - 1]
        if mailboxes[number] and not mailboxes[number - 1] and _belongs_to_greeting(before, passages[number], patterns):
            mailboxes[number - 1] = tuple(before)
    yield from (RecordedPassage("voicemail", channel, mailbox) for mailbox in mailboxes if mailbox)
    left = [passage for passage, mailbox in zip(passages, mailboxes, strict=True) if not mailbox]
    opening = _opening(left, others, own, patterns)
    yield from (RecordedPassage("ivr", channel, prompt) for prompt in opening)
    for passage in left[len(opening) :]:
        prompt = () if _answered(passage, others) else _prompt(passage, patterns)
        if prompt and _near_hold_sound(prompt, own):
            yield RecordedPassage("ivr", channel, prompt)


def _opening(
    passages: Sequence[list[Sentence]], others: Sequence[Word], events: Sequence[Event], patterns: PromptPatterns
) -> list[tuple[Sentence, ...]]:
    """Find the recordings before anyone speaks or answers, one per passage.

    Includes passages between two prompts, or between a prompt and music, within limits.
    """
    found: list[tuple[Sentence, ...]] = []
    unsure: list[Sentence] = []
    for number, passage in enumerate(passages):
        prompt = _prompt(passage, patterns)
        rest = passage[len(prompt) :]
        if _answered(passage, others):
            break
        if prompt:
            found = [*(tuple(each) for each in passages[:number]), prompt]
            unsure = []
        unsure += rest
        if rest and found and not _may_be_person(unsure, patterns, found) and _before_music(unsure, events):
            found = [tuple(each) for each in passages[: number + 1]]
            unsure = []
        elif rest and _may_be_person(unsure, patterns, found):
            break
    return found


def _may_be_person(unsure: Sequence[Sentence], patterns: PromptPatterns, found: Sequence[object]) -> bool:
    """True if a person may have said this: too many words, a greeting, an "I" or a question."""
    longest = MAX_WORDS_BETWEEN if found else MAX_WORDS_BEFORE
    texts = [sentence.text for sentence in unsure]
    signs = any(FIRST_PERSON.search(text) or text.endswith(("?", "？")) for text in texts)
    return signs or len(words_in(unsure)) > longest or _has_person(unsure, patterns)


def _before_music(sentences: Sequence[Sentence], events: Sequence[Event]) -> bool:
    """True if music or ringing starts just after these sentences."""
    starts_s = [event.start_s - sentences[-1].end_s for event in events if event.kind in HOLD_SOUNDS]
    return any(-1.0 <= start_s <= NEAR_S for start_s in starts_s)


def _prompt(passage: Sequence[Sentence], patterns: PromptPatterns) -> tuple[Sentence, ...]:
    """The recorded part of a passage: up to the last sentence that only a machine says, and its tail.

    Keeps a person who starts in the same passage. Finds no recording if a person speaks before the machine.
    """
    first_person = next(
        (n for n, sentence in enumerate(passage) if _spoken_by_person(sentence, patterns)), len(passage)
    )
    sure = [n for n, sentence in enumerate(passage[:first_person]) if patterns.prompt.search(sentence.text)]
    if not sure or any(patterns.prompt.search(sentence.text) for sentence in passage[first_person:]):
        return ()
    end = sure[-1] + 1
    while end < first_person and patterns.weak.search(passage[end].text) and first_person == len(passage):
        end += 1
    return tuple(passage[:end])


def _spoken_by_person(sentence: Sentence, patterns: PromptPatterns) -> bool:
    person = patterns.person.search(sentence.text) or patterns.speaker.search(sentence.text)
    return person is not None and patterns.prompt.search(sentence.text) is None


def _greeting(
    passage: Sequence[Sentence], events: Sequence[Event], patterns: PromptPatterns, *, opening: bool
) -> tuple[Sentence, ...]:
    """A voicemail greeting: before a beep with a word of messages, or opening a call with two words of them."""
    signs = [n for n, sentence in enumerate(passage) if patterns.mailbox.search(sentence.text)]
    if not signs:
        return ()
    beeps = [event.start_s for event in events if event.kind == "beep"]
    for beep_s in beeps:
        before = tuple(sentence for sentence in passage if sentence.end_s <= beep_s + 0.5)
        if before and passage[signs[0]] in before and beep_s - before[-1].end_s <= BEEP_WITHIN_S:
            return before
    said = sum(len(patterns.mailbox.findall(sentence.text)) for sentence in passage)
    return tuple(passage[: signs[-1] + 1]) if opening and said > 1 and not _has_person(passage, patterns) else ()


def _has_person(sentences: Sequence[Sentence], patterns: PromptPatterns) -> bool:
    """True if a person speaks in these sentences."""
    return any(patterns.person.search(sentence.text) for sentence in sentences)


def _belongs_to_greeting(before: Sequence[Sentence], greeting: Sequence[Sentence], patterns: PromptPatterns) -> bool:
    """True if this passage belongs to the greeting after it: it says that someone is away, and no person speaks."""
    near = greeting[0].start_s - before[-1].end_s <= JOIN_S
    return near and any(patterns.mailbox.search(each.text) for each in before) and not _has_person(before, patterns)


def _answered(passage: Sequence[Sentence], others: Sequence[Word]) -> bool:
    """True if the other side says more than a word during a passage."""
    start_s, end_s = passage[0].start_s, passage[-1].end_s
    return sum(word.start_s < end_s and word.end_s > start_s for word in others) > 1


def _near_hold_sound(prompt: Sequence[Sentence], events: Sequence[Event]) -> bool:
    """True if music or ringing ends just before a prompt or starts just after it."""
    hold_sounds = [event for event in events if event.kind in HOLD_SOUNDS]
    start_s, end_s = prompt[0].start_s, prompt[-1].end_s
    return any(event.start_s <= end_s + NEAR_S and event.end_s >= start_s - NEAR_S for event in hold_sounds)


def _recordings_only(
    passages: Mapping[int, Sequence[list[Sentence]]], patterns: PromptPatterns
) -> list[RecordedPassage]:
    """Return every passage if only one channel speaks and it sounds like a machine: no person took the call."""
    speaking = [channel for channel, own in passages.items() if own]
    if len(speaking) != 1:
        return []
    own = passages[speaking[0]]
    sentences = [sentence for passage in own for sentence in passage]
    sure = sum(patterns.prompt.search(sentence.text) is not None for sentence in sentences)
    first_person = sum(len(FIRST_PERSON.findall(sentence.text)) for sentence in sentences)
    if sure < MIN_PROMPT_SHARE * len(sentences) or first_person > MAX_FIRST_PERSON_SHARE * len(words_in(sentences)):
        return []
    if not sure or _has_person(sentences, patterns):
        return []
    return [RecordedPassage("ivr", speaking[0], tuple(passage)) for passage in own]


def _events(recorded: Sequence[RecordedPassage]) -> Iterator[Event]:
    """One event per run of recordings of a kind; its confidence is the mean word probability."""
    ordered = sorted(recorded, key=lambda found: (found.channel, found.sentences[0].start_s))
    for (kind, channel), group in groupby(ordered, key=lambda found: (found.kind, found.channel)):
        together: list[Sentence] = []
        for sentence in (sentence for found in group for sentence in found.sentences):
            if together and sentence.start_s - together[-1].end_s > JOIN_S:
                yield _event(kind, channel, together)
                together = []
            together.append(sentence)
        yield _event(kind, channel, together)


def _event(kind: EventKind, channel: int, sentences: Sequence[Sentence]) -> Event:
    words = words_in(sentences)
    confidence = sum(word.probability for word in words) / len(words)
    return Event(kind, channel, sentences[0].start_s, sentences[-1].end_s, round(float(confidence), 3))
