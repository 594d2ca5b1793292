"""The device: one shard at a time may hear and read on it, however many are under way.

Files are fetched, decoded, scored and written outside the limit, so a second worker keeps the device busy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

from pipeline.engine import Engine
from pipeline.enriched import EnrichedCall
from pipeline.failure import Failure
from pipeline.recording import Audio, Recording
from pipeline.transcript import Transcript

DEVICE_LIMIT = "everycall-device"


def ensure_device_limit(*, slots: int = 1) -> None:
    """Create the limit if the server lacks it; one that an operator has set stays as it is."""
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(DEVICE_LIMIT)
        except ObjectNotFound:
            # Another run may create it between the two calls.
            with suppress(ObjectAlreadyExists):
                client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=DEVICE_LIMIT, limit=slots))


def on_device(engine: Engine) -> Engine:
    """The engine, with its hearing and reading under the limit. Strict: a limit that is missing is an error."""
    verbs = engine.verbs

    def hear(calls: Sequence[tuple[Recording, Audio]], ears: Any) -> Iterator[Transcript | Failure]:
        with _held():
            return iter(list(verbs.hear(calls, ears)))

    def read(transcripts: Sequence[Transcript], reader: Any) -> Sequence[EnrichedCall]:
        with _held():
            return verbs.read(transcripts, reader)

    return replace(engine, verbs=replace(verbs, hear=hear, read=read))


@contextmanager
def _held() -> Iterator[None]:
    # A lease that could not be renewed for a moment must not end an hour of hearing.
    with concurrency(DEVICE_LIMIT, occupy=1, strict=True, raise_on_lease_renewal_failure=False):
        yield
