"""Survey answers from a CSV, checked row by row. Reports never contain a customer's comment."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import ConfigError
from pipeline.failure import Failure
from pipeline.ingest.metadata import iso_time
from pipeline.ingest.survey_scale import Scale, parse_scale, recognised_scale

# A closing status is a word or two; anything longer is a comment in the wrong column.
LONGEST_STATUS = 40
STAGE = "surveys"
REMEDY = "Fix the line and import the file again"


def _known_time(value: str) -> str:
    known = iso_time(value) if len(value) > len("YYYY-MM-DD") else iso_time(value)[:10]
    if value and not known:
        raise ValueError("is not a time; write it as 2026-03-02T14:05:00")
    return known


class SurveyAnswer(BaseModel):
    """One row of the CSV. Other columns, such as comments, are not read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    call_id: str = Field(default="", description="the call; may be left out where customer and time are given")
    customer_id: str = Field(default="", description="who answered, to find the call by")
    score: float | None = Field(default=None, allow_inf_nan=False, description="the answer as it was given")
    scale: str = Field(default="", description="worst-best, e.g. 0-10, where rows differ")
    answered_at: Annotated[str, AfterValidator(_known_time)] = Field(default="", description="when, as ISO 8601")
    closed_as: str = Field(default="", max_length=LONGEST_STATUS, description="what the desk closed the call as")

    @model_validator(mode="after")
    def _says_something(self) -> SurveyAnswer:
        if not self.call_id and not (self.customer_id and self.answered_at):
            raise ValueError("the call is not named: give `call_id`, or `customer_id` and `answered_at`")
        if self.score is None and not self.closed_as:
            raise ValueError("there is neither a `score` nor a `closed_as`")
        return self


COLUMNS = tuple(SurveyAnswer.model_fields)


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """One valid row: its line in the file, the answer, and its scale (None without a score)."""

    line: int
    answer: SurveyAnswer
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """The contents of a file. `recognised` is the scale that was recognised, None if it was stated."""

    name: str
    answers: tuple[ReadAnswer, ...]
    failures: tuple[Failure, ...]
    recognised: Scale | None = None


def read_surveys(address: str, *, scale: str | None = None, columns: Mapping[str, str] | None = None) -> SurveyFile:
    """Read the answers of a CSV with a header line; `columns` maps our column names to the file's.

    Raises ConfigError if the file is not such a CSV or its scale is unclear.
    """
    name = PurePosixPath(address).name
    stated = parse_scale(scale) if scale else None
    answers: dict[int, SurveyAnswer] = {}
    failures: dict[int, Failure] = {}
    for line, values in _rows(_text(address), name=name, columns=columns or {}):
        try:
            answers[line] = SurveyAnswer.model_validate(values)
        except ValidationError as error:
            failures[line] = _failure(name, line, _problems(error))
    unstated = [answer.score for answer in answers.values() if answer.score is not None and not answer.scale]
    recognised = recognised_scale(unstated) if unstated and stated is None else None
    rows = {line: _on_its_scale(name, line, answer, default=stated or recognised) for line, answer in answers.items()}
    failures |= {line: each for line, each in rows.items() if isinstance(each, Failure)}
    return SurveyFile(
        name=name,
        answers=tuple(each for each in rows.values() if isinstance(each, ReadAnswer)),
        failures=tuple(failures[line] for line in sorted(failures)),
        recognised=recognised,
    )


def _text(address: str) -> str:
    from fsspec.core import open as fsspec_open

    try:
        with fsspec_open(address, "rb") as file:
            return bytes(file.read()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{address} cannot be read as UTF-8 text", remedy="Name a CSV saved as UTF-8") from error


def _rows(text: str, *, name: str, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The line number and known values of each row that is not blank."""
    reader = csv.DictReader(io.StringIO(text))
    chosen = _chosen(reader.fieldnames or (), name=name, columns=columns)
    for row in reader:
        values = {ours: (row[theirs] or "").strip() for ours, theirs in chosen.items()}
        if any(values.values()):
            yield reader.line_num, {ours: value for ours, value in values.items() if value}


def _chosen(header: Sequence[str], *, name: str, columns: Mapping[str, str]) -> dict[str, str]:
    """The file's column name for each of ours. Raises ConfigError."""
    unknown = sorted(set(columns) - set(COLUMNS))
    if unknown:
        raise ConfigError(f"there is no column {', '.join(unknown)}", remedy=f"The columns are: {', '.join(COLUMNS)}")
    missing = sorted(theirs for theirs in columns.values() if theirs not in header)
    if missing:
        raise ConfigError(f"{name} has no column {', '.join(missing)}", remedy=f"It has: {', '.join(header)}")
    chosen = {ours: columns.get(ours, ours) for ours in COLUMNS if columns.get(ours, ours) in header}
    if not {"call_id", "customer_id"} & set(chosen) or not {"score", "closed_as"} & set(chosen):
        raise ConfigError(
            f"{name} lacks `call_id` (or `customer_id` and `answered_at`), or `score`",
            remedy=f"Add a header line, or name them, e.g. --column score=rating. It has: {', '.join(header)}",
        )
    return chosen


def _on_its_scale(name: str, line: int, answer: SurveyAnswer, *, default: Scale | None) -> ReadAnswer | Failure:
    if answer.score is None:
        return ReadAnswer(line, answer, None)
    try:
        scale = parse_scale(answer.scale) if answer.scale else default
    except ConfigError:
        return _failure(name, line, "its `scale` is not written worst-best, e.g. 0-10")
    if scale is None or not scale.holds(answer.score):
        return _failure(name, line, f"its `score` is outside the scale {scale.name if scale else ''}".rstrip())
    return ReadAnswer(line, answer, scale)


def _problems(error: ValidationError) -> str:
    """What is wrong with a row, without its contents."""
    problems = []
    for problem in error.errors(include_input=False, include_url=False):
        column = ".".join(str(part) for part in problem["loc"])
        cause = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "string_too_long":
            cause = f"is longer than {LONGEST_STATUS} characters; comments are not imported"
        elif problem["type"] in ("float_parsing", "finite_number"):
            cause = "is not a number"
        problems.append(f"`{column}` {cause}" if column else cause)
    return "; ".join(problems)


def _failure(name: str, line: int, cause: str) -> Failure:
    return Failure(source=f"{name} line {line}", stage=STAGE, cause=cause, remedy=REMEDY)
