"""The detectors that a rubric can name, as data; `pipeline/score/detectors/<kind>.py` runs each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.rubric.part import Part
from pipeline.rubric.place import Place
from pipeline.rubric.prohibited import Prohibited
from pipeline.rubric.script import Script

Probability = Annotated[float, Field(ge=0, le=1)]

MeasureName = Literal[
    "talk_share",
    "pace",
    "longest_monologue_s",
    "silence_share",
    "longest_silence_s",
    "silences",
    "interruptions",
    "turns",
    "handle_time_s",
    "hold_s",
    "answer_speed_s",
]


class Phrase(Part):
    """Words that are said: verbatim, almost verbatim, or matching a pattern."""

    kind: Literal["phrase"] = Field(description="Looks for words.")
    phrases: tuple[str, ...] = Field(min_length=1, description="Any of these will do; with `in_order`, all of them.")
    match: Literal["verbatim", "fuzzy", "pattern"] = Field(
        default="verbatim",
        description="`verbatim`: these words; `fuzzy`: nearly these letters; `pattern`: `(a|b)` one of, `x?` optional, "
        "`record*` any ending, `...` up to four words between, `#` any number.",
    )
    where: Place = Field(default_factory=Place, description="Whose turns, and which.")
    unless: tuple[str, ...] = Field(
        default=(), description="Patterns that veto a match in the same clause or the next."
    )
    in_order: bool = Field(default=False, description="Every phrase must be said, each after the one before it.")
    similarity: float = Field(default=88, ge=50, le=100, description="For `fuzzy`: how alike, 100 is identical.")
    negated: Literal["ignore", "count"] = Field(
        default="ignore", description="What to do with a match after a negation ('I can not promise')."
    )
    quoted: Literal["ignore", "count"] = Field(
        default="ignore", description="What to do with words that the speaker reports ('he said ...')."
    )
    found: Probability = Field(default=0.95, description="The probability when the words are found.")
    absent: Probability = Field(default=0.05, description="The probability when they are not.")


class Act(Part):
    """A dialogue act: what a turn does, whatever its words, by a head fitted on labelled turns."""

    kind: Literal["act"] = Field(description="Looks for what a turn does.")
    act: str = Field(description="The act's name, e.g. `announces_hold`.")
    where: Place = Field(default_factory=Place, description="Whose turns, and which.")


class Meaning(Part):
    """Turns that mean the same as example sentences, in either language."""

    kind: Literal["meaning"] = Field(description="Compares turns with example sentences.")
    examples: tuple[str, ...] = Field(min_length=1, description="Sentences that mean it.")
    counter_examples: tuple[str, ...] = Field(default=(), description="Sentences that look alike and do not mean it.")
    where: Place = Field(default_factory=Place, description="Whose turns, and which.")
    middle: float = Field(default=0.6, gt=0, lt=1, description="The cosine at which the probability is one half.")
    slope: float = Field(default=15, gt=0, description="How steeply the probability rises around `middle`.")


class Verdict(Part):
    """A judgement over the whole call by a fitted head."""

    kind: Literal["verdict"] = Field(description="Asks a call-level head.")
    name: str = Field(description="The verdict's name, e.g. `outcome`.")
    option: str = Field(description="The option whose probability is wanted.")
    among: tuple[str, ...] = Field(
        default=(), description="Only these options are possible; their probabilities are made to sum to 1."
    )

    @model_validator(mode="after")
    def _option_is_possible(self) -> Verdict:
        if self.among and self.option not in self.among:
            raise ValueError(f"option {self.option} is not among {list(self.among)}")
        return self


class Measure(Part):
    """A conduct number within bounds."""

    kind: Literal["measure"] = Field(description="Compares a conduct number with bounds.")
    name: MeasureName = Field(description="Which number.")
    at_least: float | None = Field(default=None, description="The smallest value that passes.")
    at_most: float | None = Field(default=None, description="The largest value that passes.")

    @model_validator(mode="after")
    def _bounded(self) -> Measure:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        return self


class Metadata(Part):
    """A field of the call's metadata with one of some values."""

    kind: Literal["metadata"] = Field(description="Compares a metadata field.")
    field: str = Field(description="agent_id, customer_id, started_at, queue, direction, language or an extra column.")
    one_of: tuple[str, ...] = Field(min_length=1, description="The values that pass, compared without case.")


class Model(Part):
    """A question to a language model behind an OpenAI-compatible address; needs one in the settings."""

    kind: Literal["model"] = Field(description="Asks a language model.")
    ask: str = Field(min_length=5, description="A yes/no question about the call.")
    where: Place = Field(default_factory=lambda: Place(by="anyone"), description="The turns it is shown.")


class All(Part):
    """Every part holds. Probability: the product."""

    kind: Literal["all"] = Field(description="Every part must hold.")
    of: tuple[Detector, ...] = Field(min_length=1, description="The parts.")


class Any(Part):
    """At least one part holds. Probability: noisy-or."""

    kind: Literal["any"] = Field(description="One part is enough.")
    of: tuple[Detector, ...] = Field(min_length=1, description="The parts.")


class Not(Part):
    """The part does not hold."""

    kind: Literal["not"] = Field(description="The part must not hold.")
    of: Detector = Field(description="The part.")


class Pool(Part):
    """Several witnesses to one fact: their log-odds are weighed and added."""

    kind: Literal["pool"] = Field(description="Weighs several witnesses of the same fact.")
    of: tuple[Detector, ...] = Field(min_length=1, description="The witnesses.")
    weights: tuple[float, ...] = Field(description="One weight for each witness, on its log-odds.")
    bias: float = Field(default=0.0, description="Added to the weighed log-odds.")

    @model_validator(mode="after")
    def _one_weight_each(self) -> Pool:
        if len(self.weights) != len(self.of):
            raise ValueError(f"{len(self.of)} witnesses but {len(self.weights)} weights")
        return self


class AnyMoment(Part):
    """One of several things that happen at a turn."""

    kind: Literal["any"] = Field(description="One part is enough.")
    of: tuple[Moment, ...] = Field(min_length=1, description="The parts.")


class Before(Part):
    """One thing happens, and before (or in the same turn as) the first time that another does."""

    kind: Literal["before"] = Field(description="`first` happens before `then` does.")
    first: Moment = Field(description="What must come first.")
    then: Moment = Field(description="What must not come earlier; it need not come at all.")


class Count(Part):
    """Something happens a number of times, counted by turns."""

    kind: Literal["count"] = Field(description="Counts the turns in which something happens.")
    of: Moment = Field(description="What is counted.")
    at_least: int = Field(default=0, ge=0, description="The fewest turns.")
    at_most: int | None = Field(default=None, ge=0, description="The most turns.")

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Count:
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"at_most {self.at_most} is less than at_least {self.at_least}")
        return self


class Each(Part):
    """Every time one thing happens, another follows."""

    kind: Literal["each"] = Field(description="Every `of` is followed by `then`.")
    of: Moment = Field(description="What happens, any number of times.")
    then: Moment = Field(description="What must follow, in the same turn or later.")
    within_turns: int = Field(default=8, ge=0, description="At most this many turns of the call later.")


Leaf = Phrase | Act | Meaning | Verdict | Measure | Metadata | Model | Script | Prohibited
Moment = Annotated[Phrase | Act | Meaning | AnyMoment, Field(discriminator="kind")]
Detector = Annotated[
    Leaf | All | Any | Not | Pool | Before | Count | Each,
    Field(discriminator="kind"),
]

for _tree in (All, Any, Not, Pool, AnyMoment, Before, Count, Each):
    _tree.model_rebuild()
