import os

import pytest

from models.processor import enable_avx512

AVX512 = "avx512f avx512dq avx512cd avx512bw avx512vl"


def described(folder, vendor, flags):
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: fpu sse2 {flags}\n", "utf-8")
    return path


@pytest.fixture(autouse=True)
def _unset(monkeypatch):
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "")
    monkeypatch.delenv("CT2_FORCE_CPU_ISA")


def test_avx512_is_enabled_where_the_cpu_has_it(tmp_path):
    enable_avx512(described(tmp_path, "GenuineIntel", AVX512))
    assert os.environ["CT2_FORCE_CPU_ISA"] == "AVX512"


@pytest.mark.parametrize(("vendor", "flags"), [("GenuineIntel", "avx2"), ("AuthenticAMD", AVX512)])
def test_other_cpus_use_the_librarys_default(tmp_path, vendor, flags):
    enable_avx512(described(tmp_path, vendor, flags))
    assert "CT2_FORCE_CPU_ISA" not in os.environ


def test_the_environment_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "AVX2")
    enable_avx512(described(tmp_path, "GenuineIntel", AVX512))
    assert os.environ["CT2_FORCE_CPU_ISA"] == "AVX2"


def test_a_system_without_cpuinfo_uses_the_default(tmp_path):
    enable_avx512(tmp_path / "missing")
    assert "CT2_FORCE_CPU_ISA" not in os.environ
