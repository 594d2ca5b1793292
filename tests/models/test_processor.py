import os

import pytest

from models.processor import use_wide_vectors

WIDE = "avx512f avx512dq avx512cd avx512bw avx512vl"


def described(folder, vendor, flags):
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: fpu sse2 {flags}\n", "utf-8")
    return path


@pytest.fixture(autouse=True)
def _unset(monkeypatch):
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "")
    monkeypatch.delenv("CT2_FORCE_CPU_ISA")


def test_wide_vectors_are_used_where_the_processor_has_them(tmp_path):
    use_wide_vectors(described(tmp_path, "GenuineIntel", WIDE))
    assert os.environ["CT2_FORCE_CPU_ISA"] == "AVX512"


@pytest.mark.parametrize(("vendor", "flags"), [("GenuineIntel", "avx2"), ("AuthenticAMD", WIDE)])
def test_other_processors_are_left_to_the_library(tmp_path, vendor, flags):
    use_wide_vectors(described(tmp_path, vendor, flags))
    assert "CT2_FORCE_CPU_ISA" not in os.environ


def test_the_environment_has_the_last_word(tmp_path, monkeypatch):
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "AVX2")
    use_wide_vectors(described(tmp_path, "GenuineIntel", WIDE))
    assert os.environ["CT2_FORCE_CPU_ISA"] == "AVX2"


def test_a_system_that_describes_no_processor_is_left_alone(tmp_path):
    use_wide_vectors(tmp_path / "missing")
    assert "CT2_FORCE_CPU_ISA" not in os.environ
