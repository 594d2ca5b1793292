"""The device: one shard at a time may hear and read on it, however many are under way.

Calls in writing and stored ones are scored, and all are written, outside the limit, so a second worker keeps the device
busy.

A server that lives with a night forgets who held a slot when the night is killed, but its database keeps the slot
taken. So whoever holds one also holds a lock of the kernel, and slots that are taken while nobody holds it are freed.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.settings import get_current_settings

from flows.device_lock import device_free, device_lock
from pipeline.enriched import EnrichedCall
from pipeline.failure import Failure
from pipeline.night.engine import Engine
from pipeline.recording import Audio, Recording
from pipeline.transcript import Transcript

LOGGER = logging.getLogger(__name__)

DEVICE_LIMIT = "everycall-device"
HOLDERS = "device.lock"
# Two that wait must not always look at the same moment, or each would take the other for a holder.
PAUSE_S = (0.5, 2.0)
LOCKED = 423


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
    """The engine for one shard, with its hearing and reading under the limit, which is held while calls stream by.

    Strict: a limit that is missing is an error.
    """
    stages = engine.stages
    hearing = False

    def hear(calls: Iterable[tuple[Recording, Audio]], speech_models: Any) -> Iterator[Transcript | Failure]:
        nonlocal hearing
        with _held():
            hearing = True
            try:
                yield from stages.transcribe(calls, speech_models)
            finally:
                hearing = False

    def read(transcripts: Sequence[Transcript], enrichment_models: Any) -> Sequence[EnrichedCall]:
        # What was heard is read while more is being heard, and the shard has the device already.
        with nullcontext() if hearing else _held():
            return stages.enrich(transcripts, enrichment_models)

    return replace(engine, stages=replace(stages, transcribe=hear, enrich=read))


@contextmanager
def _held() -> Iterator[None]:
    with ExitStack() as slot:
        while not _taken(slot):
            _free_abandoned()
            time.sleep(random.uniform(*PAUSE_S))
        yield


def _taken(slot: ExitStack) -> bool:
    """Try once to take a slot; `slot` gives it back."""
    with ExitStack() as attempt:
        attempt.enter_context(device_lock(_holders()))
        try:
            # A lease that could not be renewed for a moment must not end an hour of hearing.
            attempt.enter_context(
                concurrency(DEVICE_LIMIT, strict=True, max_retries=0, raise_on_lease_renewal_failure=False)
            )
        except ConcurrencySlotAcquisitionError as error:
            if getattr(getattr(error.__cause__, "response", None), "status_code", None) != LOCKED:
                raise
            return False
        slot.push(attempt.pop_all())
    return True


def _free_abandoned() -> None:
    """Free the slots of nights that were killed. A server of its own does this itself, by its leases."""
    if get_current_settings().api.url is not None:
        return
    with device_free(_holders()) as abandoned:
        if abandoned:
            LOGGER.warning("freeing the device, which a night held that was killed")
            with get_client(sync_client=True) as client:
                client.update_global_concurrency_limit(DEVICE_LIMIT, GlobalConcurrencyLimitUpdate(active_slots=0))


def _holders() -> Path:
    return get_current_settings().home / HOLDERS
