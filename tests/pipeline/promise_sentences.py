"""Sentences from many industries with their promises and due days, for a call on Wednesday 11 March 2026 at 10:30.

The rules were written with the `develop` sentences; `heldout` sentences were written before and serve as a measure.
"""

import csv
from pathlib import Path

from pipeline.enrich.commitments_chinese import chinese_commitments
from pipeline.enrich.commitments_english import english_commitments
from pipeline.enrich.due import moment_of
from pipeline.text.chinese_script import simplified

FOLDER = Path(__file__).parents[1] / "data" / "promises"
STARTED_AT = "2026-03-11T10:30:00"
FINDERS = {"en": english_commitments, "zh": chinese_commitments}


def rows(name):
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def found(said, language):
    """The kinds, and the days as text, of the commitments in a sentence."""
    commitments = FINDERS[language](simplified(said), moment=moment_of(STARTED_AT))
    days = {str(each.due.day) for each in commitments if each.due and each.due.day}
    return {each.kind for each in commitments}, days
