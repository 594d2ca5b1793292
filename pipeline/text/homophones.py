"""Homophones: Chinese characters that recognisers confuse because they sound alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

_RETROFLEX = re.compile("^([zcs])h")
# Southern speakers pronounce f so that many hear hu.
_LABIAL = {"hu": "fu", "hua": "fa", "huan": "fan", "huang": "fang", "hui": "fei", "hun": "fen", "huo": "fo"}


def phonetic_key(text: str) -> str:
    """Replace characters that sound alike by one of them; the length stays the same.

    >>> phonetic_key("公号") == phonetic_key("工号")
    True
    """
    return text if text.isascii() else text.translate(_table())


@cache
def usual_characters() -> str:
    """The 3755 characters in daily use, in the order of the first level of GB 2312."""
    pairs = (bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", "ignore") for pair in pairs)


@lru_cache(maxsize=1 << 14)
def syllable(character: str) -> str:
    """The character's most common reading without its tone (`lü` becomes `lv`); other characters are unchanged."""
    # Import takes a quarter of a second, and English calls never need it.
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])


@lru_cache(maxsize=1 << 14)
def sound(character: str) -> str:
    """The syllable with easily confused sounds merged: zh/z, ch/c, sh/s, n/l, hu/f, -ng/-n."""
    plain = syllable(character)
    if plain == character:
        return character
    merged = _RETROFLEX.sub(r"\1", _LABIAL.get(plain, plain)).removesuffix("g")
    return "l" + merged[1:] if merged[0] == "n" else merged


@cache
def _table() -> Mapping[int, str]:
    """Map each usual character to the first with its sound. Rarer characters map to themselves."""
    first: dict[str, str] = {}
    return {ord(character): first.setdefault(sound(character), character) for character in usual_characters()}
