"""Fit heads on files of labelled calls, and write them with their card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.profile import Profile
from pipeline.evaluate.labelled import read_labelled

if TYPE_CHECKING:
    from models.heads import FittedHeads


def fit_files(paths: Sequence[Path], *, out: Path, seed: int, profile: Profile) -> FittedHeads:
    """Fit on all calls of the files and save. Raises ConfigError if there are too few calls."""
    from threadpoolctl import threadpool_limits

    from models.fitting.fit import fit
    from models.fitting.reliability import measured_reliability
    from models.heads import save_heads
    from models.registry import build_enrichment_models

    calls = [call for path in sorted(paths) for call in read_labelled(path)]
    # For many small matrix products one thread is fastest.
    with threadpool_limits(limits=1):
        heads = fit(
            calls, encoder=build_enrichment_models(profile).encoder, seed=seed, reliability=measured_reliability
        )
    save_heads(heads, out)
    return heads
