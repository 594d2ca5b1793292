"""One call as detectors see it: transcript, normalized words and classifier outputs, each computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipeline.enriched import EnrichedCall
from pipeline.ports import CallLabel
from pipeline.quote import whole_turn
from pipeline.rubric.place import Place
from pipeline.score.context.classifier_outputs import call_label_in, dialogue_acts_in
from pipeline.score.context.cut_off_speech import cut_off
from pipeline.score.context.detection import Unanswerable
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.words.normalized_text import NormalizedText, normalize
from pipeline.score.words.word_index import WordIndex, word_index
from pipeline.scorecard import Evidence
from pipeline.text.homophones import phonetic_key
from pipeline.transcript import Transcript


@dataclass(frozen=True)
class CallContext:
    """The input of detectors: a call, or one leg of it that starts at `first_turn` and `leg_start_s`."""

    call: EnrichedCall
    scoring_models: ScoringModels
    first_turn: int = 0
    leg_start_s: float = 0.0

    @property
    def transcript(self) -> Transcript:
        """The call's transcript."""
        return self.call.transcript

    @cached_property
    def normalized_turns(self) -> tuple[NormalizedText, ...]:
        """The normalized words of each turn."""
        return tuple(normalize(turn.text) for turn in self.transcript.turns)

    @cached_property
    def index(self) -> WordIndex:
        """The turns of each word."""
        return word_index((turn, words.spaced) for turn, words in enumerate(self.normalized_turns))

    @cached_property
    def phonetic_index(self) -> WordIndex:
        """`index` over the phonetic keys of the words."""
        return word_index((turn, phonetic_key(words.spaced)) for turn, words in enumerate(self.normalized_turns))

    @cached_property
    def has_uncertain_words(self) -> bool:
        """Whether any turn has a recognition confidence below 1."""
        return any(turn.confidence < 1 for turn in self.transcript.turns)

    @cached_property
    def has_uncertain_roles(self) -> bool:
        """Whether any turn has a role confidence below 1."""
        return any(turn.role_confidence < 1 for turn in self.transcript.turns)

    @cached_property
    def cut_off(self) -> tuple[bool, bool]:
        """Whether the recording starts, and whether it ends, in mid-speech."""
        return cut_off(self.transcript)

    @cached_property
    def misheard_share_cache(self) -> dict[tuple[int, ...], float]:
        """Results of `asr_doubt.misheard_share`, by turns."""
        return {}

    @cached_property
    def acts(self) -> Mapping[str, npt.NDArray[np.float32]]:
        """The probability of each dialogue act, by act: float32 [turns]."""
        return dialogue_acts_in(self.call, self.scoring_models.heads)

    @cached_property
    def _call_labels(self) -> dict[str, CallLabel]:
        return {}

    def call_label(self, name: str) -> CallLabel:
        """The prediction of a call label."""
        if name not in self._call_labels:
            self._call_labels[name] = call_label_in(name, self.call, self.scoring_models.heads)
        return self._call_labels[name]

    @cached_property
    def _quotes(self) -> dict[int, Evidence]:
        return {}

    def quote(self, turn: int) -> Evidence:
        """A whole turn as evidence."""
        if turn not in self._quotes:
            self._quotes[turn] = whole_turn(self.transcript, turn=turn)
        return self._quotes[turn]

    @cached_property
    def _turns_by(self) -> dict[str, list[int]]:
        by_role: dict[str, list[int]] = {"anyone": [turn.index for turn in self.transcript.turns]}
        for turn in self.transcript.turns:
            by_role.setdefault(turn.role, []).append(turn.index)
        return by_role

    def turns(self, place: Place) -> tuple[int, ...]:
        """The turns in a place, in order. Raises Unanswerable when the place is in seconds and there are no times."""
        turns = self.transcript.turns
        chosen = self._turns_by.get(place.by, [])
        if place.first_turns is not None:
            chosen = chosen[: place.first_turns]
        if place.last_turns is not None:
            chosen = chosen[-place.last_turns :]
        if place.first_share is not None:
            chosen = [index for index in chosen if index < len(turns) * place.first_share]
        if place.last_share is not None:
            chosen = [index for index in chosen if index >= len(turns) * (1 - place.last_share)]
        if place.first_s is not None:
            chosen = [index for index in chosen if self._start_s(index) - self.leg_start_s <= place.first_s]
        if place.last_s is not None:
            chosen = [index for index in chosen if self._end_s(index) >= self._length_s() - place.last_s]
        return tuple(chosen)

    def _start_s(self, index: int) -> float:
        start_s = self.transcript.turns[index].start_s
        if start_s is None:
            raise Unanswerable("no_times_for_place")
        return start_s

    def _end_s(self, index: int) -> float:
        end_s = self.transcript.turns[index].end_s
        if end_s is None:
            raise Unanswerable("no_times_for_place")
        return end_s

    def _length_s(self) -> float:
        return self.transcript.duration_s or max(self._end_s(turn.index) for turn in self.transcript.turns)
