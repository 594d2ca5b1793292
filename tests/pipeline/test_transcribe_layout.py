"""Layouts of recordings: two speakers on two channels, or both on one."""

import numpy as np
import pytest

from pipeline.ingest.health import audio_health
from pipeline.recording import Audio
from pipeline.transcribe.layout import Layout, layout_of

RNG = np.random.default_rng(0)
# Two voices in turn: bursts of noise, one second each.
TURNS = np.repeat(np.tile([1.0, 0.0], 5), 16_000)
FIRST, SECOND = (0.1 * RNG.normal(size=160_000) * each for each in (TURNS, 1 - TURNS))
HISS = 0.002 * RNG.normal(size=160_000)
NOTHING = np.zeros(160_000)


@pytest.mark.parametrize("measured", [True, False])
@pytest.mark.parametrize(
    ("channels", "layout"),
    [
        ((FIRST + SECOND,), Layout((0,), mono=True)),
        ((FIRST, SECOND), Layout((0, 1), mono=False)),
        ((FIRST + SECOND, 0.3 * (FIRST + SECOND)), Layout((0,), mono=True)),
        ((FIRST + SECOND, -(FIRST + SECOND)), Layout((0,), mono=True)),
        ((NOTHING, FIRST + SECOND), Layout((1,), mono=True)),
        ((FIRST + SECOND, HISS), Layout((0,), mono=True)),
        ((FIRST + 0.2, SECOND + 0.2), Layout((0, 1), mono=False)),
        ((NOTHING, NOTHING), Layout((0,), mono=True)),
    ],
    ids=["one", "two", "same", "turned", "left silent", "right hisses", "offset", "silence"],
)
def test_the_layout_follows_from_the_audio(channels, layout, measured):
    audio = Audio(np.stack(channels).astype(np.float32))
    assert layout_of(audio, audio_health(audio) if measured else None) == layout
