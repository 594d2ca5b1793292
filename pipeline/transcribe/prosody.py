"""Prosody: pitch, loudness and pace of each turn, relative to the same speaker's start of the call.

Relative values cancel the voice and the telephone; medians limit the effect of wrong frames. A value is None where it
cannot be trusted.
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

# The baseline is the first turns that hold this much of a speaker's own speech; speakers with less get no prosody.
BASELINE_S, MIN_BASELINE_S, MIN_BASELINE_TURNS = 18.0, 8.0, 3
# Minimum periodicity of a voiced frame. Noise in a telephone band stays under 0.38 in 99 frames of 100.
VOICED = 0.4
# Minimum 20 ms frames: voiced ones in a turn, any in a turn, voiced or any in a baseline; and the minimum share of
# voiced frames of a speaker, below which the pitch found is noise.
MIN_VOICED_FRAMES, MIN_FRAMES, MIN_BASELINE_FRAMES, MIN_VOICED = 20, 25, 100, 0.12
# Medians of adult voices in semitones above 220 Hz (75 to 320 Hz), and how far a turn's may lie from its speaker's.
LOWEST_MEDIAN_ST, HIGHEST_MEDIAN_ST, TURN_RANGE_ST = -18.5, 6.5, 7.0
# When two octaves explain a voice equally well, prefer the higher.
OCTAVE_PREFERENCE = 0.05
# How near a candidate must be to count for a median, and how far a voice moves from its turn's median: less than an
# octave, equally far up and down, so that outliers do not pull a turn towards its speaker's other turns.
NEAR_ST, MELODY_ST = 5.0, 6.0
# A voice moves less than this between frames, for at least three frames; other frames are outliers.
MAX_STEP_ST = 1.5
# A turn further off is another person's, an octave error, or comes over another line.
MAX_PITCH_ST, MAX_LOUDNESS_DB = 10.0, 25.0
# Frames this far below a turn's loud frames are pauses (ITU-T P.56, which measures active speech, uses 16).
ACTIVE_DB, LOUD_QUANTILE = 20.0, 0.9
# Longer pauses between words do not count towards pace.
PAUSE_S = 0.3
MIN_UNITS, MIN_PACE_S = 5, 1.0
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class TurnVoice:
    """Frames of one turn: pitch in semitones above 220 Hz (NaN where unvoiced) and level in dB.

    `units` are the words or Chinese characters said in `seconds`, pauses excluded.
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
    """Add prosody to the turns of a transcript.

    `sides` has one number per turn, equal for the same voice; `tracks` are by channel. Skips stretches where both
    `speakers` of a shared channel speak at once. An agent who takes over the call gets a baseline of their own.
    """
    turns, overlapping = list(transcript.turns), overlaps(speakers)
    for own in _by_speaker(turns, sides, _legs(transcript)):
        voices = _voices([turns[index] for index in own], tracks[turns[own[0]].channel], overlapping)
        for index, prosody in zip(own, prosody_of(voices), strict=True):
            turns[index] = replace(turns[index], prosody=prosody)
    return replace(transcript, turns=tuple(turns))


def prosody_of(voices: Sequence[TurnVoice]) -> list[Prosody | None]:
    """Prosody of one speaker's turns, in time order."""
    baseline = _baseline(voices)
    if baseline is None:
        return [None] * len(voices)
    return [_relative(turn, baseline) for turn in voices]


def pitches_of(pitch_st: Sequence[Numbers], strength: Sequence[Numbers]) -> list[Numbers]:
    """Choose the pitch of each frame of one speaker's turns; NaN where unvoiced.

    Each turn comes as candidates [n, c]. Takes the strongest candidate near the turn's median, which lies near the
    speaker's, so octave errors fall outside. All NaN if too few frames of the speaker are voiced.
    """
    every = np.concatenate(pitch_st)
    if not len(every):
        return [np.zeros(0) for _ in pitch_st]
    speaker_st = _median(every, np.concatenate(strength), np.arange(LOWEST_MEDIAN_ST, HIGHEST_MEDIAN_ST + 1))
    medians_st = speaker_st + np.arange(-TURN_RANGE_ST, TURN_RANGE_ST + 1)
    found = [
        _drop_outliers(_nearest_candidates(pitch, strong, _median(pitch, strong, medians_st, prefer=0.0)))
        for pitch, strong in zip(pitch_st, strength, strict=True)
    ]
    enough_voiced = np.isfinite(np.concatenate(found)).mean() >= MIN_VOICED
    return found if enough_voiced else [np.full(len(own), np.nan) for own in found]


def overlaps(speakers: Sequence[SpeakerSpan]) -> list[Span]:
    """Spans in which both speakers speak."""
    first, second = ([span for span in speakers if span.speaker == speaker] for speaker in (0, 1))
    return [
        Span(max(one.start_s, other.start_s), min(one.end_s, other.end_s))
        for one in first
        for other in second
        if one.start_s < other.end_s and other.start_s < one.end_s
    ]


def units_of(words: Sequence[Word]) -> int:
    """Count Chinese characters, and words of any other script."""
    return sum(len(_HAN.findall(word.text)) or 1 for word in words)


def _legs(transcript: Transcript) -> list[int]:
    """The leg number of each turn; 1 where the metadata's legs cannot be read."""
    numbers = [1] * len(transcript.turns)
    try:
        legs = legs_of(transcript)
    except ScoreError:
        return numbers
    for leg in legs:
        numbers[leg.first_turn : leg.last_turn + 1] = [leg.leg] * (leg.last_turn + 1 - leg.first_turn)
    return numbers


def _by_speaker(turns: Sequence[Turn], sides: Sequence[int], legs: Sequence[int]) -> Iterator[list[int]]:
    """Turn indices of each person."""

    def person(index: int) -> tuple[int, int]:
        return sides[index], legs[index] if turns[index].role == "agent" else 0

    for _, own in groupby(sorted(range(len(turns)), key=person), key=person):
        yield list(own)


def _voices(turns: Sequence[Turn], track: VoiceTrack, overlapping: Sequence[Span]) -> list[TurnVoice]:
    """Frames of one speaker's turns, with the pitch chosen across all of them."""
    frames = [_frames(track, turn.words, overlapping) for turn in turns]
    pitch = pitches_of(
        [track.pitch_st[own].astype(np.float64) for own in frames],
        [track.strength[own].astype(np.float64) for own in frames],
    )
    return [
        TurnVoice(own_pitch, track.level_db[own].astype(np.float64), units_of(turn.words), _seconds(turn.words))
        for turn, own, own_pitch in zip(turns, frames, pitch, strict=True)
    ]


def _frames(track: VoiceTrack, words: Sequence[Word], overlapping: Sequence[Span]) -> Indices:
    """Indices of frames whose middle lies in the words and outside overlap."""
    inside = np.zeros(len(track.times_s) + 1, dtype=bool)
    for first, end in _ranges(track, [(word.start_s, word.end_s) for word in words]):
        inside[first:end] = True
    for first, end in _ranges(track, [(span.start_s, span.end_s) for span in overlapping]):
        inside[first:end] = False
    return np.flatnonzero(inside)


def _ranges(track: VoiceTrack, edges_s: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """(start, end) frames of spans of call time."""
    found = np.searchsorted(track.times_s, np.asarray(edges_s, np.float32).reshape(-1, 2))
    return [(int(first), int(end)) for first, end in found]


def _median(pitch_st: Numbers, strength: Numbers, medians_st: Numbers, *, prefer: float = OCTAVE_PREFERENCE) -> float:
    """Estimate a voice's median pitch: the one whose nearby candidates are the most periodic in sum.

    `prefer` weights an octave up.
    """
    strong = np.where(strength > 0.75 * VOICED, strength, 0.0)
    sums = [np.where(np.abs(pitch_st - at) < NEAR_ST, strong, 0.0).max(axis=1).sum() for at in medians_st]
    likely = 1 + prefer * (medians_st - medians_st[0]) / 12
    return float(medians_st[np.argmax(np.array(sums) * likely)])


def _nearest_candidates(pitch_st: Numbers, strength: Numbers, median_st: float) -> Numbers:
    """The strongest candidate of each frame near a median; NaN where none is voiced."""
    near = np.where(np.abs(pitch_st - median_st) < MELODY_ST, strength, 0.0)
    best, rows = np.argmax(near, axis=1), np.arange(len(near))
    return np.where(near[rows, best] > VOICED, pitch_st[rows, best], np.nan)


def _drop_outliers(pitch_st: Numbers) -> Numbers:
    """Keep frames that belong to three with steady pitch; set the others to NaN."""
    step = np.pad(np.abs(np.diff(pitch_st)) < MAX_STEP_ST, 2)
    steady = step[:-1] & step[1:]
    # Two steps in a row span three frames: the ones before, between and after.
    return np.where(steady[:-2] | steady[1:-1] | steady[2:], pitch_st, np.nan) if len(pitch_st) else pitch_st


def _seconds(words: Sequence[Word]) -> float:
    """Duration of the words without pauses."""
    pauses_s = sum(pause for one, other in pairwise(words) if (pause := other.start_s - one.end_s) > PAUSE_S)
    return words[-1].end_s - words[0].start_s - pauses_s if words else 0.0


def _baseline(voices: Sequence[TurnVoice]) -> TurnVoice | None:
    """Merge the turns at the start of the call; None where too little is said."""
    said_s = list(accumulate(turn.seconds for turn in voices))
    enough = next((count for count, seconds in enumerate(said_s, 1) if seconds >= BASELINE_S), len(voices))
    first = voices[: max(enough, MIN_BASELINE_TURNS)]
    if len(first) < MIN_BASELINE_TURNS or said_s[len(first) - 1] < MIN_BASELINE_S:
        return None
    return TurnVoice(
        np.concatenate([turn.pitch_st for turn in first]),
        np.concatenate([turn.level_db for turn in first]),
        sum(turn.units for turn in first),
        said_s[len(first) - 1],
    )


def _relative(turn: TurnVoice, baseline: TurnVoice) -> Prosody | None:
    """A turn's prosody relative to the baseline; None if nothing can be measured."""
    pitch_st = _difference(_pitch(turn, MIN_VOICED_FRAMES), _pitch(baseline, MIN_BASELINE_FRAMES), MAX_PITCH_ST)
    loudness_db = _difference(_level(turn, MIN_FRAMES), _level(baseline, MIN_BASELINE_FRAMES), MAX_LOUDNESS_DB)
    pace = None
    if turn.units >= MIN_UNITS and turn.seconds >= MIN_PACE_S and baseline.units:
        pace = round(turn.units / turn.seconds / (baseline.units / baseline.seconds), 3)
    return None if pitch_st is loudness_db is pace is None else Prosody(pitch_st, loudness_db, pace)


def _pitch(voice: TurnVoice, least: int) -> float | None:
    """Median pitch; None with fewer than `least` voiced frames."""
    voiced = voice.pitch_st[np.isfinite(voice.pitch_st)]
    return float(np.median(voiced)) if len(voiced) >= least else None


def _level(voice: TurnVoice, least: int) -> float | None:
    """Level of the mean power of active speech in dB; None with fewer than `least` frames."""
    if len(voice.level_db) < least:
        return None
    active = voice.level_db[voice.level_db > np.quantile(voice.level_db, LOUD_QUANTILE) - ACTIVE_DB]
    return float(10 * np.log10(np.mean(10 ** (active / 10))))


def _difference(value: float | None, baseline: float | None, most: float) -> float | None:
    """Difference to the baseline; None if it exceeds `most`."""
    if value is None or baseline is None or abs(value - baseline) > most:
        return None
    return round(value - baseline, 2)
