"""One row for each survey; its date is the partition."""

from __future__ import annotations

from dataclasses import asdict, fields

from pipeline.store.parts import Row
from pipeline.survey import Survey


def survey_row(survey: Survey) -> Row:
    """The row of `surveys`."""
    return {name: value for name, value in asdict(survey).items() if name != "date"}


def survey_from_row(row: Row) -> Survey:
    """Restore one survey."""
    values = {field.name: row[field.name] for field in fields(Survey)}
    return Survey(**{**values, "date": row["date"].isoformat()})
