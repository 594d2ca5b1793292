"""The processor: what CTranslate2 must be told about it before it is used for the first time."""

from __future__ import annotations

import os
from pathlib import Path

# Those that CTranslate2's AVX-512 code is compiled for.
WIDE = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}


def use_wide_vectors(cpuinfo: Path = Path("/proc/cpuinfo")) -> None:
    """Have CTranslate2 use AVX-512 where the processor has it, unless the environment says otherwise.

    Left to itself it takes AVX2 on Intel's processors; Whisper's encoder takes a tenth longer with that.
    """
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    if set(flags) >= WIDE and "GenuineIntel" in "".join(lines[:10]):
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")
