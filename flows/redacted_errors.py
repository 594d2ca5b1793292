"""Redact errors: Prefect stores error messages in its database, which must not contain words of a call."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import EverycallError

LOGGER = logging.getLogger(__name__)


class StepError(EverycallError):
    """A step of a flow failed unexpectedly. Its cause is in `__cause__` and in this machine's log."""


@contextmanager
def redact_errors(step: str) -> Iterator[None]:
    """Pass EverycallErrors on, whose messages hold no words of a call; replace any other error by its type name."""
    try:
        yield
    except EverycallError:
        raise
    except Exception as error:
        LOGGER.exception("%s failed", step)
        raise StepError(
            f"{step} failed ({type(error).__name__})", remedy="See this machine's log for the cause"
        ) from error
