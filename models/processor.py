"""CPU options that CTranslate2 needs before its first use."""

from __future__ import annotations

import os
from pathlib import Path

# Features that CTranslate2's AVX-512 code is compiled for.
AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}


def enable_avx512(cpuinfo: Path = Path("/proc/cpuinfo")) -> None:
    """Make CTranslate2 use AVX-512 where the CPU has it, unless the environment says otherwise.

    By default it uses AVX2 on Intel CPUs, which makes Whisper's encoder a tenth slower.
    """
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    if set(flags) >= AVX512 and "GenuineIntel" in "".join(lines[:10]):
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")
