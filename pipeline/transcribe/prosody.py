"""Cues: how high, how loud and how fast each turn is spoken, beside the same speaker's own start of the call.

Everything is relative to that start, so that neither the voice nor the telephone counts. Medians, so that a wrong frame
does not either. A cue is None where it cannot be trusted, which is better than a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby, pairwise

import numpy as np
import numpy.typing as npt

from pipeline.errors import ScoreError
from pipeline.leg import legs_of
from pipeline.ports import Span, SpeakerSpan
from pipeline.transcribe.voice_track import VoiceTrack
from pipeline.transcript import Prosody, Transcript, Turn, Word

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

# The start of the call is the first turns that hold this much of a speaker's own speech; who says less has no cues.
START_S, LEAST_START_S, LEAST_START_TURNS = 18.0, 8.0, 3
# How periodic a frame must be to count as voiced. Noise in a telephone band stays under 0.38 in 99 frames of 100.
VOICED = 0.4
# Frames, 20 ms each, that must be voiced in a turn and in a start for a pitch, and there at all for a loudness; and the
# share of a speaker's frames that must be voiced, or what was found is noise.
LEAST_VOICED_FRAMES, LEAST_FRAMES, LEAST_START_FRAMES, LEAST_VOICED = 20, 25, 100, 0.12
# The medians of adults' voices, in semitones above 220 Hz: 75 to 320 Hz; a turn's lies within so much of its speaker's.
LOWEST_MEDIAN_ST, HIGHEST_MEDIAN_ST, TURN_REACH_ST = -18.5, 6.5, 7.0
# Of two octaves that explain a voice alike the higher one is its pitch.
HIGHER_IS_LIKELIER = 0.05
# What counts for a median about it, and how far a voice moves from the median of its turn: less than an octave, and as
# far up as down, so that strays do not draw a turn towards its speaker's other turns.
NEAR_ST, MELODY_ST = 5.0, 6.0
# From frame to frame a voice moves less, in at least three frames; others are strays.
MOST_STEP_ST = 1.5
# A turn as far off as this is another person's, or an error of an octave; or comes over another line.
MOST_PITCH_ST, MOST_LOUDNESS_DB = 10.0, 25.0
# Frames so far under a turn's loud ones are pauses (the margin of ITU-T P.56, which measures active speech, is 16).
ACTIVE_DB, LOUD_QUANTILE = 20.0, 0.9
# A pause between words that is no part of how fast somebody speaks.
PAUSE_S = 0.3
LEAST_UNITS, LEAST_PACE_S = 5, 1.0
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one turn gives, by frame: pitch in semitones above 220 Hz (NaN where unvoiced) and level in dB.

    `units` are the words or Chinese characters that were said in `seconds`, pauses left out.
    """

    pitch_st: Numbers = field(repr=False)
    level_db: Numbers = field(repr=False)
    units: int
    seconds: float


def with_prosody(
    transcript: Transcript,
    *,
    sides: Sequence[int],
    tracks: Mapping[int, VoiceTrack],
    speakers: Sequence[SpeakerSpan] = (),
) -> Transcript:
    """The transcript with the cues of its turns.

    `sides` has one number a turn, the same for the same voice; `tracks` are by channel. Where both `speakers` of a
    shared channel speak at once nothing is measured. An agent who takes over has a start of their own.
    """
    turns, both = list(transcript.turns), overlaps(speakers)
    for own in _by_speaker(turns, sides, _legs(transcript)):
        spoken = _spoken([turns[index] for index in own], tracks[turns[own[0]].channel], both)
        for index, prosody in zip(own, prosody_of(spoken), strict=True):
            turns[index] = replace(turns[index], prosody=prosody)
    return replace(transcript, turns=tuple(turns))


def prosody_of(spoken: Sequence[Spoken]) -> list[Prosody | None]:
    """The cues of one speaker's turns, given in time order."""
    start = _start(spoken)
    if start is None:
        return [None] * len(spoken)
    return [_beside(turn, start) for turn in spoken]


def pitches_of(pitch_st: Sequence[Numbers], strength: Sequence[Numbers]) -> list[Numbers]:
    """The pitch of the frames of each turn of one speaker, NaN where they are unvoiced.

    Turns come as candidates [n, c]. Of a frame's the strongest near the turn's own median is taken, and that lies near
    the speaker's: errors of an octave are outside. All are NaN where too few frames of the speaker are voiced.
    """
    every = np.concatenate(pitch_st)
    if not len(every):
        return [np.zeros(0) for _ in pitch_st]
    speaker_st = _median(every, np.concatenate(strength), np.arange(LOWEST_MEDIAN_ST, HIGHEST_MEDIAN_ST + 1))
    medians_st = speaker_st + np.arange(-TURN_REACH_ST, TURN_REACH_ST + 1)
    found = [
        _steady(_near(pitch, strong, _median(pitch, strong, medians_st, prefer=0.0)))
        for pitch, strong in zip(pitch_st, strength, strict=True)
    ]
    told = np.isfinite(np.concatenate(found)).mean() >= LEAST_VOICED
    return found if told else [np.full(len(own), np.nan) for own in found]


def overlaps(speakers: Sequence[SpeakerSpan]) -> list[Span]:
    """Where both speakers have a span."""
    first, second = ([span for span in speakers if span.speaker == speaker] for speaker in (0, 1))
    return [
        Span(max(one.start_s, other.start_s), min(one.end_s, other.end_s))
        for one in first
        for other in second
        if one.start_s < other.end_s and other.start_s < one.end_s
    ]


def units_of(words: Sequence[Word]) -> int:
    """How much is said: Chinese characters, and words of anything else."""
    return sum(len(_HAN.findall(word.text)) or 1 for word in words)


def _legs(transcript: Transcript) -> list[int]:
    """The number of each turn's leg; 1 where what the metadata say of legs cannot be read."""
    numbers = [1] * len(transcript.turns)
    try:
        legs = legs_of(transcript)
    except ScoreError:
        return numbers
    for leg in legs:
        numbers[leg.first_turn : leg.last_turn + 1] = [leg.leg] * (leg.last_turn + 1 - leg.first_turn)
    return numbers


def _by_speaker(turns: Sequence[Turn], sides: Sequence[int], legs: Sequence[int]) -> Iterator[list[int]]:
    """The numbers of each person's turns."""

    def person(index: int) -> tuple[int, int]:
        return sides[index], legs[index] if turns[index].role == "agent" else 0

    for _, own in groupby(sorted(range(len(turns)), key=person), key=person):
        yield list(own)


def _spoken(turns: Sequence[Turn], track: VoiceTrack, both: Sequence[Span]) -> list[Spoken]:
    """What one speaker's turns give; the pitch of each frame is chosen in the light of all."""
    frames = [_frames(track, turn.words, both) for turn in turns]
    pitch = pitches_of(
        [track.pitch_st[own].astype(np.float64) for own in frames],
        [track.strength[own].astype(np.float64) for own in frames],
    )
    return [
        Spoken(own_pitch, track.level_db[own].astype(np.float64), units_of(turn.words), _seconds(turn.words))
        for turn, own, own_pitch in zip(turns, frames, pitch, strict=True)
    ]


def _frames(track: VoiceTrack, words: Sequence[Word], both: Sequence[Span]) -> Indices:
    """The numbers of the frames whose middles lie in the words, those in which both speak left out."""
    inside = np.zeros(len(track.times_s) + 1, dtype=bool)
    for first, behind in _ranges(track, [(word.start_s, word.end_s) for word in words]):
        inside[first:behind] = True
    for first, behind in _ranges(track, [(span.start_s, span.end_s) for span in both]):
        inside[first:behind] = False
    return np.flatnonzero(inside)


def _ranges(track: VoiceTrack, edges_s: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Frames (first, behind the last) of spans of call time."""
    found = np.searchsorted(track.times_s, np.asarray(edges_s, np.float32).reshape(-1, 2))
    return [(int(first), int(behind)) for first, behind in found]


def _median(pitch_st: Numbers, strength: Numbers, medians_st: Numbers, *, prefer: float = HIGHER_IS_LIKELIER) -> float:
    """About where a voice lies: that of the medians which candidates near it make the most frames periodic with.

    By `prefer` an octave up weighs more.
    """
    strong = np.where(strength > 0.75 * VOICED, strength, 0.0)
    sums = [np.where(np.abs(pitch_st - at) < NEAR_ST, strong, 0.0).max(axis=1).sum() for at in medians_st]
    likely = 1 + prefer * (medians_st - medians_st[0]) / 12
    return float(medians_st[np.argmax(np.array(sums) * likely)])


def _near(pitch_st: Numbers, strength: Numbers, median_st: float) -> Numbers:
    """The strongest candidate of each frame near a median, NaN where none makes it voiced."""
    near = np.where(np.abs(pitch_st - median_st) < MELODY_ST, strength, 0.0)
    best, rows = np.argmax(near, axis=1), np.arange(len(near))
    return np.where(near[rows, best] > VOICED, pitch_st[rows, best], np.nan)


def _steady(pitch_st: Numbers) -> Numbers:
    """Frames that belong to three in which the voice moves steadily; the others become NaN."""
    step = np.pad(np.abs(np.diff(pitch_st)) < MOST_STEP_ST, 2)
    both = step[:-1] & step[1:]
    # Two steps in a row hold three frames: those before the first, between the two and behind the second.
    return np.where(both[:-2] | both[1:-1] | both[2:], pitch_st, np.nan) if len(pitch_st) else pitch_st


def _seconds(words: Sequence[Word]) -> float:
    """How long the words take, pauses left out."""
    pauses_s = sum(pause for one, other in pairwise(words) if (pause := other.start_s - one.end_s) > PAUSE_S)
    return words[-1].end_s - words[0].start_s - pauses_s if words else 0.0


def _start(spoken: Sequence[Spoken]) -> Spoken | None:
    """The turns that are the start of the call, as one; None where too little is said."""
    said_s = list(accumulate(turn.seconds for turn in spoken))
    enough = next((count for count, seconds in enumerate(said_s, 1) if seconds >= START_S), len(spoken))
    first = spoken[: max(enough, LEAST_START_TURNS)]
    if len(first) < LEAST_START_TURNS or said_s[len(first) - 1] < LEAST_START_S:
        return None
    return Spoken(
        np.concatenate([turn.pitch_st for turn in first]),
        np.concatenate([turn.level_db for turn in first]),
        sum(turn.units for turn in first),
        said_s[len(first) - 1],
    )


def _beside(turn: Spoken, start: Spoken) -> Prosody | None:
    """A turn's cues beside the start of the call; None where there is not one."""
    pitch_st = _within(_pitch(turn, LEAST_VOICED_FRAMES), _pitch(start, LEAST_START_FRAMES), MOST_PITCH_ST)
    loudness_db = _within(_level(turn, LEAST_FRAMES), _level(start, LEAST_START_FRAMES), MOST_LOUDNESS_DB)
    pace = None
    if turn.units >= LEAST_UNITS and turn.seconds >= LEAST_PACE_S and start.units:
        pace = round(turn.units / turn.seconds / (start.units / start.seconds), 3)
    return None if pitch_st is loudness_db is pace is None else Prosody(pitch_st, loudness_db, pace)


def _pitch(spoken: Spoken, least: int) -> float | None:
    """The median pitch, None where fewer frames than `least` are voiced."""
    voiced = spoken.pitch_st[np.isfinite(spoken.pitch_st)]
    return float(np.median(voiced)) if len(voiced) >= least else None


def _level(spoken: Spoken, least: int) -> float | None:
    """The level of the mean power of active speech in dB, None where there are fewer frames than `least`."""
    if len(spoken.level_db) < least:
        return None
    active = spoken.level_db[spoken.level_db > np.quantile(spoken.level_db, LOUD_QUANTILE) - ACTIVE_DB]
    return float(10 * np.log10(np.mean(10 ** (active / 10))))


def _within(value: float | None, start: float | None, most: float) -> float | None:
    """How far a value lies above the start's, None where that is more than can be."""
    if value is None or start is None or abs(value - start) > most:
        return None
    return round(value - start, 2)
