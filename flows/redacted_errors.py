"""Wordless errors: Prefect keeps the message of an error in its database, where nothing said on a call may lie."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import EverycallError

LOGGER = logging.getLogger(__name__)


class StepError(EverycallError):
    """A step of a flow failed in a way nobody foresaw. Its cause is in `__cause__` and in this machine's log."""


@contextmanager
def redact_errors(step: str) -> Iterator[None]:
    """Errors raised on purpose pass, for their messages hold no words; any other is named by its type alone."""
    try:
        yield
    except EverycallError:
        raise
    except Exception as error:
        LOGGER.exception("%s failed", step)
        raise StepError(f"{step} failed ({type(error).__name__})", remedy="The log has the rest") from error
