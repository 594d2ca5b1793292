"""Nights killed with SIGKILL, and then run again by the same command."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from night_fakes import parquet_files, write_wav

from pipeline.store import SHARD_TABLES, TABLES, Store, clean, read

SCRIPT = Path(__file__).with_name("night_fakes.py")
CALLS = 7


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    for number in range(CALLS - 1):
        write_wav(folder / f"2026-11-{20 + number % 2}_{number}.wav")
    write_wav(folder / "2026-11-20_silent.wav")
    (folder / "2026-11-20_silent.json").write_text('{"call_id": "silent"}')
    (folder / "empty.wav").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def uninterrupted(recordings, tmp_path_factory):
    store = tmp_path_factory.mktemp("uninterrupted")
    assert night(recordings, store).returncode == 0
    return store


def command(recordings, store, *options):
    return [sys.executable, str(SCRIPT), str(recordings), str(store), *options]


def night(recordings, store, *options):
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])}
    return subprocess.run(command(recordings, store, *options), env=environment, capture_output=True, check=False)


def assert_same(store, uninterrupted):
    assert parquet_files(store) == parquet_files(uninterrupted)
    for table in TABLES:
        if table != "runs":
            assert read(Store(str(store)), table) == read(Store(str(uninterrupted)), table)
    assert read(Store(str(store)), "calls").num_rows == CALLS - 1


@pytest.mark.slow
@pytest.mark.parametrize("write", [1, 3, 8, 9, 16, 27])
def test_a_night_killed_while_writing_is_completed_by_the_next(recordings, uninterrupted, tmp_path, write):
    killed = night(recordings, tmp_path, "--die-at-write", str(write))
    assert killed.returncode == -signal.SIGKILL
    assert night(recordings, tmp_path).returncode == 0
    assert_same(tmp_path, uninterrupted)
    assert clean(Store(str(tmp_path)), older_than_s=0) == 1


@pytest.mark.slow
@pytest.mark.parametrize("finished_shards", [0, 1, 2])
def test_a_night_killed_while_transcribing_is_completed_by_the_next(
    recordings, uninterrupted, tmp_path, finished_shards
):
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])}
    process = subprocess.Popen(
        command(recordings, tmp_path, "--slow-s", "0.5"), env=environment, stdout=subprocess.PIPE
    )
    # The first part is that of the discovery, which found an empty file.
    deadline = time.monotonic() + 120
    while len(list(tmp_path.glob(f"{SHARD_TABLES[-1]}/*/part-*.parquet"))) < 1 + finished_shards:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert night(recordings, tmp_path).returncode == 0
    assert_same(tmp_path, uninterrupted)


@pytest.mark.slow
def test_a_night_killed_twice_is_completed_by_the_third(recordings, uninterrupted, tmp_path):
    for write in (4, 6):
        assert night(recordings, tmp_path, "--die-at-write", str(write)).returncode == -signal.SIGKILL
    assert night(recordings, tmp_path).returncode == 0
    assert_same(tmp_path, uninterrupted)


@pytest.mark.slow
def test_a_night_killed_while_it_adds_a_form_is_completed_by_the_next(recordings, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    both = ("--forms", "fake", "other")
    for store in (whole, killed):
        assert night(recordings, store).returncode == 0
    assert night(recordings, whole, *both).returncode == 0
    assert night(recordings, killed, *both, "--die-at-write", "4").returncode == -signal.SIGKILL
    assert night(recordings, killed, *both).returncode == 0
    assert_same(killed, whole)
    made = read(Store(str(killed)), "scorecards").column("rubric_id").to_pylist()
    assert sorted(set(made)) == ["fake", "other"]
    assert len(made) == 2 * (CALLS - 1)
