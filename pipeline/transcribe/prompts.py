"""Recorded prompts and the greetings of mailboxes, told from people by their words and their place in the call.

Conservative on purpose: a prompt that is left in costs a line in a transcript, an agent's greeting that is cut out
costs the score. A stretch is a recording only with words that no agent says (`prompt_cues.toml`), none that only
somebody on the line says, and in a place where recordings stand: before anyone has spoken, or beside music or ringing.
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

BESIDE_S = 8.0
BEEP_WITHIN_S = 8.0
# How much may stand unsure in front of the first prompt (a company's name, say) and between two.
OVERTURE_WORDS, BETWEEN_WORDS = 25, 60
JOIN_S = 6.0
# Without a greeting and with hardly an "I", a call of which so many sentences are prompts has nobody in it.
UNMANNED_SHARE, MOST_FIRST_PERSON = 0.15, 0.02
HELD = ("music", "ringing", "busy")
FIRST_PERSON = re.compile(r"\b(?:i|i'\w+|my|me|mine)\b|我", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PromptPatterns:
    """What tells recordings from people, one pattern a kind."""

    prompt: re.Pattern[str]
    weak: re.Pattern[str]
    mailbox: re.Pattern[str]
    person: re.Pattern[str]
    speaker: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Sentences of one channel that nobody on the line says."""

    kind: EventKind
    channel: int
    sentences: tuple[Sentence, ...]


@cache
def prompt_patterns(language: Language) -> PromptPatterns:
    """The cues of a language, from `prompt_cues.toml` beside this module."""
    table = tomllib.loads((Path(__file__).parent / "prompt_cues.toml").read_text("utf-8"))[language]
    return PromptPatterns(
        **{kind: re.compile("|".join(f"(?:{each})" for each in table[kind]), re.IGNORECASE) for kind in table}
    )


def without_prompts(
    words: Mapping[int, Sequence[Word]], events: Sequence[Event], *, language: Language
) -> tuple[dict[int, list[Word]], tuple[Event, ...]]:
    """The words of each channel that people say, and the events with the recordings among them.

    `words` are in time order, by channel; `events` are those found in the sound.
    """
    passages = {channel: passages_of(said, language=language) for channel, said in words.items()}
    recorded = _unmanned(passages, prompt_patterns(language)) or [
        found
        for channel, own in passages.items()
        for found in _recorded(channel, own, _others(channel, words), events, prompt_patterns(language))
    ]
    cut = {(found.channel, id(word)) for found in recorded for word in words_in(found.sentences)}
    kept = {channel: [word for word in said if (channel, id(word)) not in cut] for channel, said in words.items()}
    return kept, in_order([*events, *_events(recorded)])


def _others(channel: int, words: Mapping[int, Sequence[Word]]) -> list[Word]:
    """The words of the other channel."""
    return [word for other, said in words.items() if other != channel for word in said]


def _recorded(
    channel: int,
    passages: Sequence[list[Sentence]],
    others: Sequence[Word],
    events: Sequence[Event],
    known: PromptPatterns,
) -> Iterator[Recorded]:
    """The recordings of one channel: those before anyone speaks, those beside music, and greetings of mailboxes."""
    own = [event for event in events if event.channel == channel]
    mailboxes = [_greeting(passage, own, known, opening=not number) for number, passage in enumerate(passages)]
    for number in range(len(passages) - 1, 0, -1):
        before = passages[number - 1]
        if mailboxes[number] and not mailboxes[number - 1] and _is_overture(before, passages[number], known):
            mailboxes[number - 1] = tuple(before)
    yield from (Recorded("voicemail", channel, mailbox) for mailbox in mailboxes if mailbox)
    left = [passage for passage, mailbox in zip(passages, mailboxes, strict=True) if not mailbox]
    opening = _opening(left, others, own, known)
    yield from (Recorded("ivr", channel, prompt) for prompt in opening)
    for passage in left[len(opening) :]:
        prompt = () if _answered(passage, others) else _prompt(passage, known)
        if prompt and _beside(prompt, own):
            yield Recorded("ivr", channel, prompt)


def _opening(
    passages: Sequence[list[Sentence]], others: Sequence[Word], events: Sequence[Event], known: PromptPatterns
) -> list[tuple[Sentence, ...]]:
    """The recordings before anyone speaks or answers, one a passage.

    What a machine may have said between two prompts, or between a prompt and music, belongs to them, within limits.
    """
    found: list[tuple[Sentence, ...]] = []
    unsure: list[Sentence] = []
    for number, passage in enumerate(passages):
        prompt = _prompt(passage, known)
        rest = passage[len(prompt) :]
        if _answered(passage, others):
            break
        if prompt:
            found = [*(tuple(each) for each in passages[:number]), prompt]
            unsure = []
        unsure += rest
        if rest and found and not _doubtful(unsure, known, found) and _before_music(unsure, events):
            found = [tuple(each) for each in passages[: number + 1]]
            unsure = []
        elif rest and _doubtful(unsure, known, found):
            break
    return found


def _doubtful(unsure: Sequence[Sentence], known: PromptPatterns, found: Sequence[object]) -> bool:
    """Whether a person may have said this: too much of it, a greeting, an "I" or a question."""
    longest = BETWEEN_WORDS if found else OVERTURE_WORDS
    texts = [sentence.text for sentence in unsure]
    signs = any(FIRST_PERSON.search(text) or text.endswith(("?", "？")) for text in texts)
    return signs or len(words_in(unsure)) > longest or _manned(unsure, known)


def _before_music(sentences: Sequence[Sentence], events: Sequence[Event]) -> bool:
    """Whether music or ringing begins just after these."""
    starts_s = [event.start_s - sentences[-1].end_s for event in events if event.kind in HELD]
    return any(-1.0 <= start_s <= BESIDE_S for start_s in starts_s)


def _prompt(passage: Sequence[Sentence], known: PromptPatterns) -> tuple[Sentence, ...]:
    """The part of a passage that is a recording: up to the last sentence that only a machine says, and its tail.

    A person who begins in the same breath is left; where a person speaks before the machine there is no recording.
    """
    first_person = next((n for n, sentence in enumerate(passage) if _spoken_by_person(sentence, known)), len(passage))
    sure = [n for n, sentence in enumerate(passage[:first_person]) if known.prompt.search(sentence.text)]
    if not sure or any(known.prompt.search(sentence.text) for sentence in passage[first_person:]):
        return ()
    end = sure[-1] + 1
    while end < first_person and known.weak.search(passage[end].text) and first_person == len(passage):
        end += 1
    return tuple(passage[:end])


def _spoken_by_person(sentence: Sentence, known: PromptPatterns) -> bool:
    human = known.person.search(sentence.text) or known.speaker.search(sentence.text)
    return human is not None and known.prompt.search(sentence.text) is None


def _greeting(
    passage: Sequence[Sentence], events: Sequence[Event], known: PromptPatterns, *, opening: bool
) -> tuple[Sentence, ...]:
    """A mailbox's greeting: what precedes a beep and speaks of a message, or what opens a call and says so twice."""
    signs = [n for n, sentence in enumerate(passage) if known.mailbox.search(sentence.text)]
    if not signs:
        return ()
    beeps = [event.start_s for event in events if event.kind == "beep"]
    for beep_s in beeps:
        before = tuple(sentence for sentence in passage if sentence.end_s <= beep_s + 0.5)
        if before and passage[signs[0]] in before and beep_s - before[-1].end_s <= BEEP_WITHIN_S:
            return before
    said = sum(len(known.mailbox.findall(sentence.text)) for sentence in passage)
    return tuple(passage[: signs[-1] + 1]) if opening and said > 1 and not _manned(passage, known) else ()


def _manned(sentences: Sequence[Sentence], known: PromptPatterns) -> bool:
    """Whether somebody on the line speaks."""
    return any(known.person.search(sentence.text) for sentence in sentences)


def _is_overture(before: Sequence[Sentence], greeting: Sequence[Sentence], known: PromptPatterns) -> bool:
    """Whether a passage belongs to the greeting behind it: it says that somebody is away, and nobody helps."""
    near = greeting[0].start_s - before[-1].end_s <= JOIN_S
    return near and any(known.mailbox.search(each.text) for each in before) and not _manned(before, known)


def _answered(passage: Sequence[Sentence], others: Sequence[Word]) -> bool:
    """Whether the other side says more than a word into a passage."""
    start_s, end_s = passage[0].start_s, passage[-1].end_s
    return sum(word.start_s < end_s and word.end_s > start_s for word in others) > 1


def _beside(prompt: Sequence[Sentence], events: Sequence[Event]) -> bool:
    """Whether music or ringing ends just before a prompt or begins just after it."""
    held = [event for event in events if event.kind in HELD]
    start_s, end_s = prompt[0].start_s, prompt[-1].end_s
    return any(event.start_s <= end_s + BESIDE_S and event.end_s >= start_s - BESIDE_S for event in held)


def _unmanned(passages: Mapping[int, Sequence[list[Sentence]]], known: PromptPatterns) -> list[Recorded]:
    """Everything, when one channel alone speaks, as only machines do: a call that nobody took."""
    speaking = [channel for channel, own in passages.items() if own]
    if len(speaking) != 1:
        return []
    own = passages[speaking[0]]
    sentences = [sentence for passage in own for sentence in passage]
    sure = sum(known.prompt.search(sentence.text) is not None for sentence in sentences)
    first_person = sum(len(FIRST_PERSON.findall(sentence.text)) for sentence in sentences)
    if sure < UNMANNED_SHARE * len(sentences) or first_person > MOST_FIRST_PERSON * len(words_in(sentences)):
        return []
    if not sure or _manned(sentences, known):
        return []
    return [Recorded("ivr", speaking[0], tuple(passage)) for passage in own]


def _events(recorded: Sequence[Recorded]) -> Iterator[Event]:
    """One event for recordings of a kind that follow one another; its confidence is that of the words read."""
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
