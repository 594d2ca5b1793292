"""Limit the device to one shard at a time, however many shards are running.

Transcribing and enriching hold the limit. Scoring and writing run outside it, so a second worker keeps the device busy.

A night's own server forgets who holds a slot when the night is killed, while its database keeps the slot taken. So each
holder also holds a kernel lock, and slots that are taken while the lock is free are released.
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
LOCK_NAME = "device.lock"
# Waiters retry at random times, or each would mistake the other for a holder.
PAUSE_S = (0.5, 2.0)
LOCKED = 423


def ensure_device_limit(*, slots: int = 1) -> None:
    """Create the limit if the server lacks it; keeps one that an operator has set."""
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(DEVICE_LIMIT)
        except ObjectNotFound:
            # Another run may create it in between.
            with suppress(ObjectAlreadyExists):
                client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=DEVICE_LIMIT, limit=slots))


def on_device(engine: Engine) -> Engine:
    """An engine for one shard whose transcribe and enrich stages hold the limit while calls stream.

    Strict: a missing limit is an error.
    """
    stages = engine.stages
    transcribing = False

    def transcribe_on_device(
        calls: Iterable[tuple[Recording, Audio]], speech_models: Any
    ) -> Iterator[Transcript | Failure]:
        nonlocal transcribing
        with _device_slot():
            transcribing = True
            try:
                yield from stages.transcribe(calls, speech_models)
            finally:
                transcribing = False

    def enrich_on_device(transcripts: Sequence[Transcript], enrichment_models: Any) -> Sequence[EnrichedCall]:
        # Calls are enriched while others are transcribed, when the shard already holds the device.
        with nullcontext() if transcribing else _device_slot():
            return stages.enrich(transcripts, enrichment_models)

    return replace(engine, stages=replace(stages, transcribe=transcribe_on_device, enrich=enrich_on_device))


@contextmanager
def _device_slot() -> Iterator[None]:
    with ExitStack() as slot:
        while not _try_acquire(slot):
            _release_abandoned()
            time.sleep(random.uniform(*PAUSE_S))
        yield


def _try_acquire(slot: ExitStack) -> bool:
    """Try once to take a slot; closing `slot` releases it."""
    with ExitStack() as attempt:
        attempt.enter_context(device_lock(_lock_path()))
        try:
            # A lease that cannot be renewed for a moment must not end an hour of work.
            attempt.enter_context(
                concurrency(DEVICE_LIMIT, strict=True, max_retries=0, raise_on_lease_renewal_failure=False)
            )
        except ConcurrencySlotAcquisitionError as error:
            if getattr(getattr(error.__cause__, "response", None), "status_code", None) != LOCKED:
                raise
            return False
        slot.push(attempt.pop_all())
    return True


def _release_abandoned() -> None:
    """Release the slots of killed nights. A long-running server does this itself, by its leases."""
    if get_current_settings().api.url is not None:
        return
    with device_free(_lock_path()) as abandoned:
        if abandoned:
            LOGGER.warning("releasing the device, which a killed night still holds")
            with get_client(sync_client=True) as client:
                client.update_global_concurrency_limit(DEVICE_LIMIT, GlobalConcurrencyLimitUpdate(active_slots=0))


def _lock_path() -> Path:
    return get_current_settings().home / LOCK_NAME
