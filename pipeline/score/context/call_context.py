"""One call under judgement: the call, its words as rules see them, and what its turns do, each computed once."""

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
from pipeline.score.context.detection import Unanswerable
from pipeline.score.context.edges import cut_off
from pipeline.score.context.scoring_models import ScoringModels
from pipeline.score.words.normalized_text import NormalizedText, normalize
from pipeline.score.words.word_index import WordIndex, word_index
from pipeline.scorecard import Evidence
from pipeline.text.homophones import phonetic_key
from pipeline.transcript import Transcript


@dataclass(frozen=True)
class CallContext:
    """What detectors are given: a call, or the leg of one that begins at `first_turn` and `begins_s`."""

    call: EnrichedCall
    scoring_models: ScoringModels
    first_turn: int = 0
    begins_s: float = 0.0

    @property
    def transcript(self) -> Transcript:
        """The call's transcript."""
        return self.call.transcript

    @cached_property
    def normalized_turns(self) -> tuple[NormalizedText, ...]:
        """The words of each turn."""
        return tuple(normalize(turn.text) for turn in self.transcript.turns)

    @cached_property
    def index(self) -> WordIndex:
        """Where each word is said."""
        return word_index((turn, words.spaced) for turn, words in enumerate(self.normalized_turns))

    @cached_property
    def index_by_sound(self) -> WordIndex:
        """The same of the words as they sound."""
        return word_index((turn, phonetic_key(words.spaced)) for turn, words in enumerate(self.normalized_turns))

    @cached_property
    def heard_badly(self) -> bool:
        """Whether the recogniser doubted any word."""
        return any(turn.confidence < 1 for turn in self.transcript.turns)

    @cached_property
    def roles_doubted(self) -> bool:
        """Whether it is less than certain of any turn who said it."""
        return any(turn.role_confidence < 1 for turn in self.transcript.turns)

    @cached_property
    def cut_off(self) -> tuple[bool, bool]:
        """Whether the recording starts, and whether it ends, in the middle of speech."""
        return cut_off(self.transcript)

    @cached_property
    def misheard_shares(self) -> dict[tuple[int, ...], float]:
        """What `hearing` found out of the turns that answers rest on."""
        return {}

    @cached_property
    def acts(self) -> Mapping[str, npt.NDArray[np.float32]]:
        """For each act, one probability a turn."""
        return dialogue_acts_in(self.call, self.scoring_models.heads)

    @cached_property
    def _verdicts(self) -> dict[str, CallLabel]:
        return {}

    def call_label(self, name: str) -> CallLabel:
        """The call-level verdict of this name."""
        if name not in self._verdicts:
            self._verdicts[name] = call_label_in(name, self.call, self.scoring_models.heads)
        return self._verdicts[name]

    @cached_property
    def _quotes(self) -> dict[int, Evidence]:
        return {}

    def quote(self, turn: int) -> Evidence:
        """All that is said in a turn, as evidence."""
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
        """The turns of a place, in order. Raises Unanswerable when it needs times and there are none."""
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
            chosen = [index for index in chosen if self._start_s(index) - self.begins_s <= place.first_s]
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
